"""The regional centre's side of the feed: pull any number of nodes, prove what came, keep it.

Reading order: link (what is asked of a node), file (what is kept), pull (one round), proof.
"""
