"""The exchange feed: what leaves the node, for whom, and how an entry is made. Pure but for names.

Reading order: allowed, catalogue, projection, entries.
"""
