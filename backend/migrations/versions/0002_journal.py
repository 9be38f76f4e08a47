"""The journal: logs and lines, reports, inboxes and their counter, what waits for a person.

Why: the tables that push, merge and pull live on.
How long: an instant; the tables are new.

Revision: 0002_journal
Revises: 0001_platform
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_journal"
down_revision = "0001_platform"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_logs()
    _create_reports()
    _create_waiting()


def _create_logs() -> None:
    op.create_table(
        "log",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("stored_through", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("branched_at", sa.BigInteger(), nullable=True),
        sa.Column("is_taken_in", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log")),
    )
    op.create_index(op.f("ix_log_device"), "log", ["device"], unique=False)
    op.create_table(
        "line",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("bytes_as_sent", sa.LargeBinary(), nullable=False),
        sa.Column("report", sa.String(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_line")),
    )
    op.create_index("ix_line_report", "line", ["report", "revision"], unique=False)
    op.create_index("ix_line_waiting", "line", ["log", "is_waiting"], unique=False)
    op.create_table(
        "seal",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("bytes_as_sent", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "last", "first", name=op.f("pk_seal")),
    )
    op.create_table(
        "bundle",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("segments", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "carrier", name=op.f("pk_bundle")),
    )
    op.create_table(
        "quarantine",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("bytes_as_sent", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_quarantine")),
    )


def _create_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("is_submitted", sa.Boolean(), nullable=False),
        sa.Column("is_voided", sa.Boolean(), nullable=False),
        sa.Column("is_evidence_complete", sa.Boolean(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_owner"), "report", ["owner"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "report", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_scope_position", "inbox", ["scope", "position"], unique=False)
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "report_attachment",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report"], ["report.id"], name=op.f("fk_report_attachment_report_report")
        ),
        sa.PrimaryKeyConstraint("report", "sha256", name=op.f("pk_report_attachment")),
    )
    op.create_index(
        op.f("ix_report_attachment_sha256"), "report_attachment", ["sha256"], unique=False
    )


def _create_waiting() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("life", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index(
        "ix_conflict_owner_life", "conflict", ["owner", "life", "opened_at"], unique=False
    )
    op.create_index(op.f("ix_conflict_report"), "conflict", ["report"], unique=False)
    op.create_table(
        "release_decision",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report", "line", name=op.f("pk_release_decision")),
    )
