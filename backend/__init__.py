"""The shell: HTTP, storage, files, clock and keys; all that can fail for outside reasons.

Start at ``app.py`` (what a node is made of), then ``node.py``, ``db/engine.py`` and one use case of
``services/``. The rules of the product are not here: they are in ``sync/``.
"""
