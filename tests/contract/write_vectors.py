"""Writes fixtures/vectors/*.json: what any client, in any language, must make of the protocol.

    python -m tests.contract.write_vectors

Deterministic: keys, ids and clocks come from names. The files are reviewed as a diff and replayed
by tests/contract/test_vectors.py, which knows nothing of this script.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sync.chain import CHAIN_START, Checkpoint, entry_hash, extend, write_note
from sync.cursor import Cursor, scope_digest, write_cursor
from sync.ids import Position
from sync.limits import INTEGER_DIGITS_MAX
from sync.log import ProvedSegment, Refused, Segment, prove, split_bundle
from sync.merge import Outcome
from sync.normal import derive
from sync.report import FieldState, Report
from sync.strictjson import Json, Unreadable, parse
from tests import builders
from tests.builders import A, B, C, Log, World, foreigner, kg, tables, uid, writer
from tests.unit.core.test_normal import APART, SAME
from tests.unit.core.test_strictjson import READ, REFUSED
from tests.unit.core.test_values import FITS, MISFITS

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "vectors"
CHARACTERS_MAX = 300
"""Longer values test a bound, not a meaning; the bounds stand in sync/limits.py."""


def text_or_base64(name: str, raw: bytes) -> dict[str, str]:
    try:
        return {name: raw.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(raw).decode()}


# --- strict JSON and the log ------------------------------------------------------------------


def json_cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = []
    for raw in (*(raw for raw, _ in REFUSED), *(raw for raw, _ in READ)):
        if len(raw) > CHARACTERS_MAX:
            continue
        value = parse(raw)
        said = {"reason": value.reason} if isinstance(value, Unreadable) else {"value": value}
        cases.append(text_or_base64("text", raw) | said)
    return cases


def log_bundles() -> Iterable[tuple[str, bytes]]:
    """Named bundles of the devices 1 (key "tablet") and 2 (key "naryn")."""
    log, other = Log(), Log(number=2, key="naryn")
    for _ in range(3):
        log.write()
    other.write(set={"/place": {"was": None, "now": "Нарын"}})
    first, second, third = log.lines
    yield "l1-one-segment", log.segment()
    yield "l1-a-run-from-the-middle", log.segment(2, 3)
    yield "l1-two-devices", log.segment() + other.segment()
    yield "l2-swapped", builders.lines_of([second, first, third], log.seal())
    yield "l2-a-line-less", builders.lines_of([first, third], log.seal())
    yield "l2-a-line-repeated", builders.lines_of([first, first, third], log.seal())
    yield "l3-wrong-head", log.segment(head="1" * 64)
    yield "l4-wrong-signature", log.segment(signature="A" * 86 + "==")
    forged = Log(key="somebody else")
    forged.write()
    yield "l4-another-key", forged.segment()
    yield "l5-a-flipped-byte", log.segment().replace(b"Osh", b"Ash", 1)
    yield "l8-no-seal", b"\n".join(log.lines) + b"\n"
    yield "l8-unreadable-seal", first + b'\n{"seal":{}}\n'
    claims = Log()
    claims.write(seq=7)
    yield "l1-another-place", claims.segment()
    for name, raw in (
        ("j1-not-utf-8", Log().header()),
        ("j1-duplicate-key", Log().header()),
        ("j1-future-version", Log().header(v=2)),
        ("j1-unknown-member", Log().header(force=True)),
    ):
        spoilt = Log()
        line = builders.line_bytes(raw)
        line = line.replace(b"Osh", b"\xff") if name == "j1-not-utf-8" else line
        line = line.replace(b'"v":1', b'"v":1,"v":1') if name == "j1-duplicate-key" else line
        spoilt.append(line)
        spoilt.write()
        yield name, spoilt.segment()
    hidden = Log()
    hidden.write()
    hidden.append(b"hello")
    hidden.write()
    yield "l5-an-unreadable-line-hides-no-broken-link", hidden.segment()


def piece_of(piece: Segment | Refused) -> dict[str, Any]:
    keys = {uid(1): builders.public_key("tablet"), uid(2): builders.public_key("naryn")}
    if isinstance(piece, Segment):
        key = keys[piece.seal.device]
        proof = prove(piece, public_key=key, verify=builders.verify)
    else:
        proof = piece
    if isinstance(proof, Refused):
        return {"refused": proof.reason}
    return {"proved": lines_of(proof)}


def lines_of(proof: ProvedSegment) -> list[dict[str, Any]]:
    return [
        {"seq": line.seq, "prev": line.prev, "hash": line.hash}
        | ({"parked": line.change.reason} if hasattr(line.change, "reason") else {})
        for line in proof.lines
    ]


def log_vectors() -> dict[str, Any]:
    return {
        "keys": {uid(1): builders.public_key("tablet"), uid(2): builders.public_key("naryn")},
        "bundles": [
            {"name": name}
            | text_or_base64("bundle", raw)
            | {"pieces": [piece_of(piece) for piece in split_bundle(raw)]}
            for name, raw in log_bundles()
        ],
    }


# --- merge ------------------------------------------------------------------------------------

QUANTITY = f"/items/{builders.ITEM}/quantity"
STRUCK = f"/items/{builders.ITEM}/struck"
COLOUR = f"/items/{builders.ITEM}/colour"
WRONG = {"reason": "wrong vehicle"}
STORY = "Stopped a lorry. Searched it."
Step = tuple[str, Mapping[str, tuple[Json, Json]], int]

HISTORIES: Mapping[str, Sequence[Step]] = {
    "m1-untouched": [(A, {"/place": (None, "Osh")}, 0), (B, {"/place": ("x", "x")}, 0)],
    "m2-agreed": [(A, {"/place": (None, "Osh")}, 0), (B, {"/place": (None, "Osh")}, 0)],
    "m3-known": [(A, {"/place": (None, "Osh")}, 0), (B, {"/place": ("Osh", "Uzgen")}, 1)],
    "m3-own-log": [(A, {"/place": (None, "Osh")}, 0), (A, {"/place": ("Osh", "Uzgen")}, 0)],
    "m3-a-second-witness-unseen": [
        (A, {"/place": (None, "Osh")}, 0),
        (B, {"/place": (None, "Osh")}, 0),
        (A, {"/place": ("Osh", "Uzgen")}, 0),
    ],
    "m3-another-base": [(A, {"/place": (None, "Osh")}, 0), (B, {"/place": ("?", "Uzgen")}, 1)],
    "m5-contest": [(A, {"/place": (None, "Osh")}, 0), (B, {"/place": (None, "Naryn")}, 0)],
    "m5-union": [(A, {"/tags/joint": (None, True)}, 0), (B, {"/tags/dog": (None, True)}, 0)],
    "m5-union-keeps": [
        (A, {"/tags/joint": (None, True)}, 0),
        (B, {"/tags/joint": (None, True)}, 0),
        (A, {"/tags/joint": (True, None)}, 0),
    ],
    "m5-append": [
        (A, {f"/weighings/{builders.EVENT}": (None, {"at": "2020-02-01T14:00:00Z"})}, 0),
        (A, {f"/weighings/{builders.EVENT}": (None, {"at": "2020-02-01T15:00:00Z"})}, 1),
    ],
    "m5-text-woven": [
        (A, {"/story": (None, STORY)}, 0),
        (A, {"/story": (STORY, "At noon: " + STORY)}, 0),
        (B, {"/story": (STORY, STORY + " Found bags.")}, 1),
    ],
    "m5-text-contested": [
        (A, {"/story": (None, STORY)}, 0),
        (A, {"/story": (STORY, STORY.replace("lorry", "van"))}, 0),
        (B, {"/story": (STORY, STORY.replace("lorry", "bus"))}, 1),
    ],
    "m7-own-stance-moves": [
        (A, {"/place": (None, "Osh")}, 0),
        (B, {"/place": (None, "Naryn")}, 0),
        (C, {"/place": (None, "Talas")}, 0),
        (B, {"/place": ("Naryn", "Batken")}, 3),
    ],
    "m8-closed-for-the-accepted": [
        (A, {"/place": (None, "Osh")}, 0),
        (B, {"/place": (None, "Naryn")}, 0),
        (B, {"/place": ("Naryn", "Osh")}, 2),
    ],
    "m8-closed-for-the-other": [
        (A, {"/place": (None, "Osh")}, 0),
        (B, {"/place": (None, "Naryn")}, 0),
        (A, {"/place": ("Osh", "Naryn")}, 2),
    ],
    "m9-proposal": [(A, {"/place": (None, "Osh")}, 0), ("D", {"/place": ("Osh", "Kulob")}, 1)],
    "m10-strike-after-an-unseen-edit": [
        (A, {COLOUR: (None, "white")}, 0),
        (A, {COLOUR: ("white", "brown")}, 0),
        (B, {STRUCK: (None, WRONG)}, 1),
    ],
    "m10-unseen-edit-after-a-strike": [
        (A, {COLOUR: (None, "white")}, 0),
        (B, {STRUCK: (None, WRONG)}, 1),
        (A, {COLOUR: ("white", "brown")}, 1),
    ],
    "m10-void-seen": [(A, {"/place": (None, "Osh")}, 0), (B, {"/voided": (None, WRONG)}, 1)],
    "m11-kilograms-and-grams": [
        (A, {QUANTITY: (None, kg("1"))}, 0),
        (B, {QUANTITY: (None, {"amount": "1000", "unit": "g"})}, 0),
    ],
    "j4-wrong-type": [(A, {"/count": (None, "three")}, 0)],
    "j4-unknown-path": [(A, {"/nowhere": (None, 1)}, 0)],
    "held-report-unknown": [(B, {"/place": ("Osh", "Uzgen")}, 4)],
}


def merge_case(name: str, steps: Sequence[Step]) -> dict[str, Any]:
    world = World()
    *earlier, last = steps
    for log, touched, seen in earlier:
        world.write(log, touched, seen=seen)
    before = world.report
    log, touched, seen = last
    by = foreigner() if log == "D" else writer(log)
    outcome = world.write(by.log, touched, seen=seen, by=by)
    return {
        "name": name,
        "before": None if before is None else report_of(before),
        "writer": {"log": by.log, "agency": by.agency, "team": by.team},
        "change": {
            "seq": world.sequence[by.log],
            "seen": seen,
            "set": {path: {"was": was, "now": now} for path, (was, now) in touched.items()},
        },
        "verdict": verdict_of(outcome),
        "after": None if outcome.report is None else report_of(outcome.report),
    }


def verdict_of(outcome: Outcome) -> dict[str, Any]:
    members = {name: getattr(outcome.verdict, name) for name in outcome.verdict.__slots__}
    return {"verdict": type(outcome.verdict).__name__.lower()} | members


def report_of(report: Report) -> dict[str, Any]:
    return {
        "revision": report.revision,
        "fields": {path: field_of(state) for path, state in sorted(report.fields.items())},
        "conflicts": {
            name: [conflict.kind, conflict.path, conflict.version]
            for name, conflict in sorted(report.conflicts.items())
        },
    }


def field_of(state: FieldState) -> dict[str, Any]:
    """Witnesses as [log, seq, revision]; stances as [value, log, seq, revision]."""
    return {
        "value": state.value,
        "witnesses": [[w.log, w.seq, w.revision] for w in state.witnesses],
        "stances": [
            [s.value, s.witness.log, s.witness.seq, s.witness.revision] for s in state.stances
        ],
        "conflict": state.conflict,
    }


def merge_vectors() -> dict[str, Any]:
    return {
        "form": form_of(),
        "tables": {
            "units": "fixtures/reference/units.csv",
            "substances": tables().substances,
            "codes": {name: sorted(codes) for name, codes in tables().codes.items()},
        },
        "report": {"id": builders.REPORT, "author": builders.OFFICER},
        "first_writer": {"log": A, "agency": builders.AGENCY, "team": builders.TEAM},
        "cases": [merge_case(name, steps) for name, steps in HISTORIES.items()],
    }


def form_of() -> dict[str, Any]:
    form = builders.TRIAL
    return {
        "name": form.form,
        "codes": {name: sorted(codes) for name, codes in form.codes.items()},
        "fields": [
            {
                "path": rule.path,
                "kind": rule.kind,
                "policy": rule.policy,
                "options": rule.options,
                "members": [
                    {"name": m.name, "kind": m.kind, "required": m.required} for m in rule.members
                ],
            }
            for rule in form.rules
        ],
    }


# --- values, cursors, the feed ----------------------------------------------------------------


def is_plain(*values: Json) -> bool:
    """Short enough to read, and without floats, which no line can hold (J2)."""
    text = json.dumps(values)
    return len(text) <= CHARACTERS_MAX and not isinstance(parse(text.encode()), Unreadable)


def value_vectors() -> dict[str, Any]:
    quantities = [
        value
        for kind, value in FITS
        if kind.value == "quantity" and isinstance(value, Mapping) and is_plain(value)
    ]
    quantities += [{"entered": "1,320 кг", "lang": "ru"}, kg("27", entered="276 кг", lang="ru")]
    return {
        "fit": [[kind, value] for kind, value in FITS if is_plain(value)],
        "misfit": [[kind, value, why] for kind, value, why in MISFITS if is_plain(value)],
        "same": [[kind, *pair] for kind, *pair in SAME if is_plain(*pair)],
        "apart": [[kind, *pair] for kind, *pair in APART if is_plain(*pair)],
        "derived": [[value, derived_of(value)] for value in quantities],
        "members": {
            "group": [["at", "instant", True], ["gross", "quantity", False]],
        },
    }


def derived_of(value: Json) -> dict[str, Any]:
    derived = derive(value, None, tables())
    members = {name: getattr(derived, name) for name in derived.__slots__}
    return members | {"value": None if derived.value is None else format(derived.value, "f")}


def cursor_vectors() -> dict[str, Any]:
    cursors = [
        Cursor("", "", Position(0)),
        Cursor(uid(1), uid(101), Position(184_467)),
        Cursor("эпоха", "", Position(10**INTEGER_DIGITS_MAX - 1)),
    ]
    good = write_cursor(cursors[1])
    return {
        "cursors": [
            {"epoch": c.epoch, "reader": c.reader, "position": c.position, "text": write_cursor(c)}
            for c in cursors
        ],
        "none": ["", "cursor", good[:-1], good + "=", good + "!", good.swapcase(), " " + good],
        "digests": [[held, scope_digest(held)] for held in ({}, {"a": 1}, {"b": 1, "a": 12})],
    }


def feed_vectors() -> dict[str, Any]:
    name, key = "khabar.example.kg/feed", builders.private_key("node")
    public = key.public_key().public_bytes_raw()
    chain, entries = CHAIN_START, []
    for position, body in enumerate(('{"action":"publish"}', '{"action":"поправка"}'), start=1):
        hashed = entry_hash(body.encode())
        chain = extend(chain, hashed)
        entries.append({"position": position, "body": body, "hash": hashed, "chain": chain})
    head = Checkpoint(name, len(entries), chain)
    note = write_note(head, name=name, public_key=public, sign=key.sign)
    return {
        "start": CHAIN_START,
        "entries": entries,
        "name": name,
        "public_key": base64.b64encode(public).decode(),
        "checkpoint": {"origin": head.origin, "size": head.size, "chain": head.chain},
        "note": note,
        "no_notes": [
            note.replace("\n2\n", "\n3\n"),
            note.replace("khabar", "kabar", 1),
            note[:-3] + "A\n",
            note.replace("\n\n", "\n"),
            "",
        ],
    }


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in {
        "json": json_cases(),
        "log": log_vectors(),
        "merge": merge_vectors(),
        "values": value_vectors(),
        "cursor": cursor_vectors(),
        "feed": feed_vectors(),
    }.items():
        text = json.dumps(content, ensure_ascii=False, indent=1, default=list)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
