"""Writes the node's own log: every decision is a line, linked and sealed like a tablet's (L9)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from backend.clock import Instant, to_text
from backend.db import log_store
from backend.db.log_store import Log, StoredLine
from backend.keys import key_text
from backend.node import Node
from sync.ids import DeviceId, OfficerId, ReportId, Revision, Seq
from sync.log import GENESIS, hash_of, seal_message
from sync.report import Witness
from sync.strictjson import Json, dumps
from sync.verdicts import Applied


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, as the line will say it."""

    author: OfficerId
    about: ReportId
    """The report; for a fork, the device."""
    form: str
    seen: Revision
    body: Mapping[str, Json]
    """``decision``, ``conflict``, ``value``, ``reason``."""


def next_witness(
    connection: Connection, node: Node, decision: Decision, revision: Revision, now: Instant
) -> Witness:
    """The witness that the next line of the node's log will be."""
    seq = Seq(_own_log(connection, node).newest + 1)
    return Witness(node.identity.id, seq, revision, decision.author, now)


def append(
    connection: Connection, node: Node, decision: Decision, witness: Witness, now: Instant
) -> StoredLine:
    """Add the decision's line and its seal; ``witness`` is what ``next_witness`` gave."""
    log = _own_log(connection, node)
    last = log_store.last_line(connection, log.name)
    prev = GENESIS if last is None else last[1]
    raw = dumps(
        {
            "v": 1,
            "device": log.name,
            "seq": witness.seq,
            "prev": prev,
            "author": decision.author,
            "report": decision.about,
            "form": decision.form,
            "op": "decide",
            "seen": decision.seen,
            "at": to_text(now),
            **decision.body,
        }
    )
    line = StoredLine(
        log=log.name,
        seq=witness.seq,
        hash=hash_of(raw),
        prev=prev,
        bytes_as_sent=raw,
        report=decision.about,
        received_at=now,
        carrier=log.name,
        clock_offset_ms=0,
        verdict=Applied(witness.revision),
    )
    log_store.insert_lines(connection, [line])
    log_store.put_logs(connection, [replace(log, stored_through=witness.seq, newest=witness.seq)])
    _seal(connection, node, line, now)
    return line


def _own_log(connection: Connection, node: Node) -> Log:
    name = node.identity.id
    return log_store.find_log(connection, name) or Log(name, DeviceId(name))


def _seal(connection: Connection, node: Node, line: StoredLine, now: Instant) -> None:
    message = seal_message(device=line.log, first=line.seq, last=line.seq, head=line.hash)
    seal = {
        "device": line.log,
        "first": line.seq,
        "last": line.seq,
        "head": line.hash,
        "at": to_text(now),
        "signature": key_text(node.keys.sign(message)),
    }
    log_store.put_seal(
        connection, log=line.log, first=line.seq, last=line.seq, raw=dumps({"seal": seal})
    )
