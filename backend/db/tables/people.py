"""People at the console: accounts, roles, sessions, and how often a sign-in failed."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from backend.db.tables.base import TableModel


class PersonRow(TableModel, table=True):
    """An account. A second factor will be a table beside it, keyed by the person."""

    __tablename__ = "person"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    username: str = Field(unique=True)
    """As typed at sign-in, in lower case."""
    name: str
    agency: str
    password_hash: str | None
    """argon2id in its own text form; NULL for who signs in elsewhere (OIDC)."""
    is_active: bool
    created_at: int = Field(sa_type=BigInteger)


class PersonRoleRow(TableModel, table=True):
    """What a person may do, in their own agency."""

    __tablename__ = "person_role"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    person: str = Field(primary_key=True, foreign_key="person.id")
    role: str = Field(primary_key=True)


class SessionRow(TableModel, table=True):
    """A signed-in console. The token itself is nowhere but with the person."""

    __tablename__ = "session"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    token_hash: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class AttemptsRow(TableModel, table=True):
    """Failures of one kind from one origin. The key is a hash: it names no one."""

    __tablename__ = "attempts"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    key_hash: str = Field(primary_key=True)
    window_started_at: int = Field(sa_type=BigInteger, index=True)
    failures: int
