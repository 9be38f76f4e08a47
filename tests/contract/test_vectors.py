"""The committed vectors hold of this implementation, as they must of any other.

Goal: a client in another language can be written from fixtures/vectors alone. Method: read the
files as any client would, knowing nothing of how they were written, and compare whole values.
"""

import base64
import binascii
import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.chain import Checkpoint, Link, entry_hash, extend, first_break, read_note
from sync.changes import Change, Edit, Touch, UnreadableChange
from sync.cursor import Cursor, read_cursor, scope_digest, write_cursor
from sync.forms import FieldRule, FormRules, Kind, MemberRule, Policy
from sync.ids import ConflictId, Revision, Seq
from sync.log import GENESIS, ProvedSegment, Refused, Segment, prove, split_bundle
from sync.merge import Rules, Writer, merge
from sync.normal import derive, same
from sync.report import Conflict, FieldState, Report, Side, Stance, Witness
from sync.strictjson import Unreadable, parse
from sync.values import Tables, check
from tests.builders import units

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "vectors"


@functools.cache
def vectors(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def raw_of(case: dict[str, str], name: str) -> bytes:
    if name in case:
        return case[name].encode()
    return base64.b64decode(case[f"{name}_base64"])


def named(cases: Iterable[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


def is_genuine(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_texts(key: str, message: bytes, signature: str) -> bool:
    try:
        decoded = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return is_genuine(base64.b64decode(key), message, decoded)


def test_every_file_of_vectors_is_replayed():
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(
        ["cursor", "feed", "json", "log", "merge", "values"]
    )


def test_j1_json_is_read_or_refused_alike():
    for case in vectors("json"):
        found = parse(raw_of(case, "text"))

        assert found == (Unreadable(case["reason"]) if "reason" in case else case["value"]), case


@pytest.mark.parametrize("case", named(vectors("log")["bundles"]))
def test_l1_l5_bundles_prove_the_same_lines(case: dict[str, Any]):
    pieces = [_piece(piece) for piece in split_bundle(raw_of(case, "bundle"))]

    assert pieces == case["pieces"]


def _piece(piece: Segment | Refused) -> dict[str, Any]:
    proof: ProvedSegment | Refused
    if isinstance(piece, Segment):
        key = vectors("log")["keys"][piece.seal.device]
        proof = prove(piece, public_key=key, verify=verify_texts)
    else:
        proof = piece
    if isinstance(proof, Refused):
        return {"refused": proof.reason}
    lines: list[dict[str, Any]] = []
    for line in proof.lines:
        lines.append({"seq": line.seq, "prev": line.prev, "hash": line.hash})
        if isinstance(line.change, UnreadableChange):
            lines[-1]["parked"] = line.change.reason
    return {"proved": lines}


# --- merge ------------------------------------------------------------------------------------


@functools.cache
def merge_rules() -> Rules:
    given = vectors("merge")
    fields = [
        FieldRule(
            path=rule["path"],
            kind=Kind(rule["kind"]),
            policy=Policy(rule["policy"]),
            options=rule["options"],
            members=tuple(
                MemberRule(member["name"], Kind(member["kind"]), required=member["required"])
                for member in rule["members"]
            ),
        )
        for rule in given["form"]["fields"]
    ]
    lists = {name: frozenset(codes) for name, codes in given["form"]["codes"].items()}
    tables = Tables(
        version="vectors",
        units=units(),
        substances={name: tuple(found) for name, found in given["tables"]["substances"].items()},
        codes={name: frozenset(codes) for name, codes in given["tables"]["codes"].items()},
    )
    return Rules(FormRules(given["form"]["name"], fields, lists), tables)


def _witness(log: str, seq: int, revision: int) -> Witness:
    author = vectors("merge")["report"]["author"]
    return Witness(log, Seq(seq), Revision(revision), author)


def _report(given: dict[str, Any]) -> Report:
    name = vectors("merge")["report"]["id"]
    fields = {
        path: FieldState(
            state["value"],
            tuple(_witness(*written) for written in state["witnesses"]),
            tuple(Stance(value, _witness(*written)) for value, *written in state["stances"]),
            state["conflict"],
        )
        for path, state in given["fields"].items()
    }
    conflicts = {
        key: Conflict(
            id=ConflictId(key),
            report=name,
            kind=kind,
            path=path,
            life="open",
            version=version,
            accepted=Side(None, ()),
            candidates=(),
            opened=Revision(1),
        )
        for key, (kind, path, version) in given["conflicts"].items()
    }
    first = vectors("merge")["first_writer"]
    return Report(
        id=name,
        form=merge_rules().form.form,
        revision=given["revision"],
        created_by=first["log"],
        agency=first["agency"],
        team=first["team"],
        fields=fields,
        conflicts=conflicts,
    )


def _told(report: Report) -> dict[str, Any]:
    """A report as the vectors tell it."""
    return {
        "revision": report.revision,
        "fields": {
            path: {
                "value": state.value,
                "witnesses": [[w.log, w.seq, w.revision] for w in state.witnesses],
                "stances": [
                    [s.value, s.witness.log, s.witness.seq, s.witness.revision]
                    for s in state.stances
                ],
                "conflict": state.conflict,
            }
            for path, state in report.fields.items()
        },
        "conflicts": {
            name: [conflict.kind, conflict.path, conflict.version]
            for name, conflict in report.conflicts.items()
        },
    }


@pytest.mark.parametrize("case", named(vectors("merge")["cases"]))
def test_m1_m11_one_change_does_the_same_to_one_report(case: dict[str, Any]):
    said = Edit({path: Touch(t["was"], t["now"]) for path, t in case["change"]["set"].items()})
    change = Change(
        device=case["writer"]["log"],
        seq=case["change"]["seq"],
        prev=GENESIS,
        author=vectors("merge")["report"]["author"],
        report=vectors("merge")["report"]["id"],
        form=merge_rules().form.form,
        seen=case["change"]["seen"],
        at=None,
        uptime_ms=None,
        body=said,
    )
    before = None if case["before"] is None else _report(case["before"])

    outcome = merge(before, change, said, Writer(**case["writer"]), merge_rules())

    members = {name: getattr(outcome.verdict, name) for name in outcome.verdict.__slots__}
    verdict = {"verdict": type(outcome.verdict).__name__.lower()} | members
    assert json.loads(json.dumps(verdict)) == case["verdict"]
    assert (None if outcome.report is None else _told(outcome.report)) == case["after"]


# --- values, cursors, the feed ----------------------------------------------------------------


def rule(kind: str) -> FieldRule:
    members = tuple(
        MemberRule(name, Kind(inner), required=required)
        for name, inner, required in vectors("values")["members"].get(kind, ())
    )
    return FieldRule("/field", Kind(kind), members=members)


def test_j3_j4_values_fit_or_not_for_the_same_reason():
    form, tables = merge_rules().form, merge_rules().tables

    for kind, value in vectors("values")["fit"]:
        assert check(rule(kind), value, form, tables) is None, (kind, value)
    for kind, value, why in vectors("values")["misfit"]:
        assert check(rule(kind), value, form, tables) == why, (kind, value)


def test_m11_the_same_values_are_the_same():
    tables = merge_rules().tables

    for kind, one, other in vectors("values")["same"]:
        assert same(rule(kind), tables, one, other), (kind, one, other)
    for kind, one, other in vectors("values")["apart"]:
        assert not same(rule(kind), tables, one, other), (kind, one, other)


def test_p8_quantities_come_to_the_same_amounts():
    for value, expected in vectors("values")["derived"]:
        derived = derive(value, None, merge_rules().tables)

        found = {name: getattr(derived, name) for name in derived.__slots__}
        found["value"] = None if derived.value is None else format(derived.value, "f")
        found["candidates"] = list(derived.candidates)
        assert found == expected, value


def test_s3_s5_cursors_and_digests_are_written_the_same():
    given = vectors("cursor")

    for case in given["cursors"]:
        cursor = Cursor(case["epoch"], case["reader"], case["position"])
        assert write_cursor(cursor) == case["text"]
        assert read_cursor(case["text"]) == cursor
    assert [read_cursor(text) for text in given["none"]] == [None] * len(given["none"])
    for held, digest in given["digests"]:
        assert scope_digest(held) == digest


def test_f3_f4_the_chain_and_its_checkpoint_are_the_same():
    given = vectors("feed")
    key = base64.b64decode(given["public_key"])

    chain = given["start"]
    for entry in given["entries"]:
        chain = extend(chain, entry["hash"])
        assert entry["hash"] == entry_hash(entry["body"].encode())
        assert entry["chain"] == chain
    links = [
        Link(entry["position"], entry["hash"], entry["chain"], entry["body"].encode())
        for entry in given["entries"]
    ]
    assert first_break(given["start"], 0, links) is None
    head = read_note(given["note"], name=given["name"], public_key=key, verify=is_genuine)
    assert head == Checkpoint(**given["checkpoint"])
    for text in given["no_notes"]:
        assert read_note(text, name=given["name"], public_key=key, verify=is_genuine) is None
