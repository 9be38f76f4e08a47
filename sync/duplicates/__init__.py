"""The same event told twice: what is compared (features), and how alike two reports are (likeness).

A subject of its own beside the core, as quantities are. It proposes; a person decides.
"""
