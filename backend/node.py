"""A running node: everything a service may need, opened once and handed down."""

from dataclasses import dataclass, field

from backend.attachment_files import AttachmentFiles
from backend.bell import Bell
from backend.clock import Clock, Instant
from backend.db.engine import Database
from backend.db.node_store import NodeIdentity
from backend.ids import IdSource
from backend.keys import NodeKeys
from backend.passwords import Passwords
from backend.rulebook import Rulebook
from backend.settings import Settings
from backend.tokens import TokenCheck


@dataclass(frozen=True, slots=True)
class Node:
    """Carried in ``app.state.node``; routers get it through ``backend.api.dependencies``."""

    settings: Settings
    clock: Clock
    ids: IdSource
    keys: NodeKeys
    database: Database
    identity: NodeIdentity
    rulebook: Rulebook
    attachments: AttachmentFiles
    bell: Bell = field(default_factory=Bell)
    contacts: dict[str, Instant] = field(default_factory=dict[str, Instant])
    """When each tablet's contact was last written; see ``services/contacts.py``."""
    passwords: Passwords = field(default_factory=Passwords)
    tokens: TokenCheck = field(default_factory=TokenCheck)

    def now(self) -> Instant:
        return self.clock.now()

    def journal_moved(self) -> None:
        """Called after a commit that consumers of the journal should look at."""
        self.bell.ring()

    def close(self) -> None:
        """Finish what was begun and let go of the database."""
        self.passwords.close()
        self.database.close()
