"""The node's own row.

Why: a node keeps who it is beside its data, so that a restored copy is the same node.
How long: an instant; the table is new.

Revision: 0001_platform
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_platform"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "node",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("epoch_random", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("only = 1", name=op.f("ck_node_one_row")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_node")),
    )
