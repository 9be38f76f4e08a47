"""The reference tablet: an officer's reports in one SQLite file, offline for weeks, kill-proof.

Reading order: file, log, view, writing, outbox, handing_in, pulling, fetching, syncing, tablet. It
begins at ``clients.tablet.tablet.Tablet``.
"""
