"""The feed: entries, what readers hold, deliveries; release policy; keys of duplicates.

Why: publishing and finding duplicates follow the journal and keep their own state.
How long: an instant; the tables are new.

Revision: 0003_feed
Revises: 0002_journal
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_feed"
down_revision = "0002_journal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_entries()
    _create_standing()
    _create_deliveries()
    _create_other()


def _create_entries() -> None:
    op.create_table(
        "feed_state",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.CheckConstraint("only = 1", name=op.f("ck_feed_state_one_row")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_feed_state")),
    )
    op.create_table(
        "feed_entry",
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed_entry")),
    )
    op.create_index("ix_feed_entry_report_position", "feed_entry", ["report", "position"])
    op.create_table(
        "feed_checkpoint",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_feed_checkpoint")),
    )


def _create_standing() -> None:
    op.create_table(
        "feed_report",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("ends_on", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_feed_report")),
    )
    op.create_index(op.f("ix_feed_report_ends_on"), "feed_report", ["ends_on"])
    op.create_table(
        "feed_edge",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "target", "kind", name=op.f("pk_feed_edge")),
    )
    op.create_index(op.f("ix_feed_edge_target"), "feed_edge", ["target"])
    op.create_table(
        "feed_recheck",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_feed_recheck")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "feed_reader",
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscriber.id"], name=op.f("fk_feed_reader_subscriber_subscriber")
        ),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_feed_reader")),
    )
    op.create_table(
        "feed_delivery",
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscriber.id"], name=op.f("fk_feed_delivery_subscriber_subscriber")
        ),
        sa.PrimaryKeyConstraint("subscriber", "first", name=op.f("pk_feed_delivery")),
    )


def _create_other() -> None:
    op.create_table(
        "consumer",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_consumer")),
    )
    op.create_table(
        "agency_policy",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("release_requires_approval", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_agency_policy")),
    )
    op.create_table(
        "duplicate_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", "report", name=op.f("pk_duplicate_key")),
    )
    op.create_index(op.f("ix_duplicate_key_report"), "duplicate_key", ["report"])
