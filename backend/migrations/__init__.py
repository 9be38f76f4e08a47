"""Alembic's folder. A revision's docstring says why it is and how long it takes."""
