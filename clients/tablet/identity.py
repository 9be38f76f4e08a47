"""Who a tablet is: its id and key, the node it belongs to, the officer who holds it now."""

from dataclasses import dataclass, fields
from typing import Final

from clients.keys import DeviceKey, from_text, to_text
from clients.tablet.file import TabletFile
from sync.ids import DeviceId, OfficerId

_PRIVATE_KEY: Final = "private_key"


class NotReadyError(RuntimeError):
    """The tablet cannot do this now: it was not enrolled, has no officer, or has been wiped."""


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """The node as the tablet learnt it at enrolment: everything it later believes rests on this."""

    node_id: str
    signing_key: str
    """Ed25519, base64: receipts are verified with it (R1)."""
    sealing_key: str
    """X25519, base64: files are sealed to it (R6)."""


class Identity:
    """The tablet's own identity, kept in its file."""

    __slots__ = ("_file", "_key", "device", "name", "node_url")

    def __init__(self, file: TabletFile) -> None:
        self._file = file
        device, name, url = (file.get(key) for key in ("device", "name", "node_url"))
        if device is None or name is None or url is None:
            raise NotReadyError("there is no tablet in this folder")
        self.device = DeviceId(device)
        self.name = name
        self.node_url = url
        self._key: DeviceKey | None = None

    @staticmethod
    def make(file: TabletFile, *, device: str, name: str, node_url: str, seed: bytes) -> None:
        """Give a new tablet its id and its key; the key never leaves the file."""
        file.put(
            {
                "device": device,
                "name": name,
                "node_url": node_url.rstrip("/"),
                _PRIVATE_KEY: to_text(seed),
            }
        )

    @property
    def key(self) -> DeviceKey:
        if self._key is None:
            seed = from_text(self._file.get(_PRIVATE_KEY) or "")
            if not seed:
                raise NotReadyError("this tablet has been wiped: its key is gone")
            self._key = DeviceKey(seed)
        return self._key

    def forget_key(self) -> None:
        self._file.put({_PRIVATE_KEY: None})
        self._key = None

    @property
    def node(self) -> NodeIdentity | None:
        """The node this tablet is enrolled at, if it is."""
        found = {each.name: self._file.get(each.name) for each in fields(NodeIdentity)}
        known = {name: value for name, value in found.items() if value is not None}
        return NodeIdentity(**known) if len(known) == len(found) else None

    def require_node(self) -> NodeIdentity:
        """The node; NotReadyError before enrolment."""
        node = self.node
        if node is None:
            raise NotReadyError("this tablet is not enrolled at a node")
        return node

    def learn_node(self, node: NodeIdentity) -> None:
        self._file.put({each.name: getattr(node, each.name) for each in fields(node)})

    @property
    def officer(self) -> OfficerId:
        """Who holds the tablet now: the author of what is written next."""
        officer = self._file.get("officer")
        if officer is None:
            raise NotReadyError("no officer is signed in on this tablet")
        return OfficerId(officer)

    def sign_in(self, officer: str, name: str = "") -> None:
        """Hand the tablet to an officer. Several share one."""
        with self._file.transaction():
            self._file.run("INSERT OR IGNORE INTO officer VALUES (?, ?)", officer, name)
            self._file.put({"officer": officer})
