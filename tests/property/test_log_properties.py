"""Goal: a log proves exactly what was sealed, and no bytes make the core raise.

Method: a real sealed bundle is damaged at random; whatever is still proved must be the lines that
were sealed, at their numbers. Then every reader is given anything at all.
"""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.chain import read_note
from sync.changes import Change, UnreadableChange, read_change
from sync.cursor import Cursor, read_cursor, write_cursor
from sync.forms import FieldRule, Kind, MemberRule
from sync.ids import Position, Seq
from sync.log import ProvedSegment, Refused, Segment, prove, read_seal, split_bundle
from sync.normal import derive, normal, same
from sync.questions import question_of
from sync.strictjson import Json, Unreadable, depth, dumps, parse
from sync.values import check
from tests.builders import TRIAL, Log, line_bytes, public_key, tables, verify

LOG = Log()
for _ in range(4):
    LOG.write()
SEALED = LOG.segment(1, 2) + LOG.segment(3, 4)


def proved_lines(raw: bytes) -> dict[int, bytes]:
    """Number to bytes of every line that ``raw`` proves for the device."""
    found: dict[int, bytes] = {}
    for piece in split_bundle(raw):
        if isinstance(piece, Segment) and piece.seal.device == LOG.device:
            proof = prove(piece, public_key=public_key("tablet"), verify=verify)
            if isinstance(proof, ProvedSegment):
                found |= {line.seq: line.bytes_as_sent for line in proof.lines}
    return found


def is_what_was_sealed(found: dict[int, bytes]) -> bool:
    return all(LOG.lines[seq - 1] == line for seq, line in found.items())


def test_l5_what_was_sealed_is_proved_whole():
    assert proved_lines(SEALED) == dict(enumerate(LOG.lines, start=1))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_l5_a_flipped_byte_never_proves_another_line(place: int, flip: int):
    damaged = bytearray(SEALED)
    damaged[place] ^= flip

    found = proved_lines(bytes(damaged))

    assert is_what_was_sealed(found)
    in_line = any(
        start <= place < start + len(line) for line in LOG.lines for start in (SEALED.index(line),)
    )
    if in_line:
        assert len(found) <= 2, "the segment of the damaged line proves nothing"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(range(6)), min_size=0, max_size=8))
def test_l2_l5_lines_and_seals_in_any_other_arrangement_prove_nothing_new(arrangement: list[int]):
    """Removed, swapped, repeated and added lines: each is some arrangement of the six."""
    pieces = SEALED.splitlines()
    raw = b"".join(pieces[index] + b"\n" for index in arrangement)

    assert is_what_was_sealed(proved_lines(raw))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.integers(0, 5))
def test_l2_l5_an_added_line_proves_nothing_new(added: bytes, place: int):
    pieces = SEALED.splitlines()
    raw = b"\n".join([*pieces[:place], added, *pieces[place:]]) + b"\n"

    assert is_what_was_sealed(proved_lines(raw))


# --- anything at all --------------------------------------------------------------------------

near_json = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=40).map(lambda text: text.encode(errors="surrogatepass")),
    st.sampled_from([SEALED, *LOG.lines]).flatmap(
        lambda raw: st.tuples(
            st.integers(0, len(raw)), st.integers(0, len(raw)), st.binary(max_size=4)
        ).map(lambda cut: raw[: cut[0]] + cut[2] + raw[cut[1] :])
    ),
)

MEMBER_NAMES = (
    *("amount", "unit", "entered", "lang", "basis", "qualifier", "code", "identified", "at"),
    *("lat", "lon", "accuracy_m", "source", "currency", "reason", "not_known", "gross"),
)

json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBER_NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(near_json)
@example(b'{"seal":' * 50_000)
@example(b"[" * 200_000)
def test_j1_p6_no_bytes_make_a_reader_of_the_log_raise(raw: bytes):
    for piece in split_bundle(raw):
        assert isinstance(piece, Segment | Refused)
        if isinstance(piece, Segment):
            prove(piece, public_key=public_key("tablet"), verify=verify)
    assert isinstance(read_change(raw, device=LOG.device, seq=Seq(1)), Change | UnreadableChange)
    value = parse(raw)
    read_seal(value)
    if not isinstance(value, Unreadable):
        assert parse(dumps(value)) == value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(LOG.header(), key=str)), json_values)
def test_j1_p6_no_member_of_a_line_makes_it_raise(name: str, value: Json):
    for op in ("edit", "void", "answer", "decide"):
        line = LOG.header(seq=1, op=op) | {name: value}
        for extra in ("set", "reason", "conflict", "decision", "value"):
            raw = line_bytes(line | {extra: value})
            read_change(raw, device=LOG.device, seq=Seq(1))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=60) | near_json.map(lambda raw: raw.decode(errors="replace")))
def test_s5_f4_no_text_makes_a_cursor_or_a_note_raise(text: str):
    key = bytes(32)

    assert read_note(text, name="n", public_key=key, verify=lambda *_: True) is None or text
    assert read_cursor(text) is None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 10**15 - 1))
def test_s5_a_cursor_comes_back_as_it_was(epoch: str, scope: str, position: int):
    cursor = Cursor(epoch, scope, Position(position))

    assert read_cursor(write_cursor(cursor)) == cursor


MEMBERS = (MemberRule("at", Kind.INSTANT), MemberRule("gross", Kind.QUANTITY))


def rule(kind: Kind) -> FieldRule:
    return FieldRule("/field", kind, options="agency", members=MEMBERS)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(list(Kind)), json_values, json_values)
def test_j4_m11_no_value_makes_a_check_or_a_comparison_raise(kind: Kind, one: Json, other: Json):
    reason = check(rule(kind), one, TRIAL, tables())

    assert reason is None or reason.replace("-", "").isalpha()
    assert normal(rule(kind), one, tables()) == normal(rule(kind), one, tables())
    hash(normal(rule(kind), one, tables()))
    derive(one, other, tables())
    question_of(rule(kind), one, tables())
    depth(one)


NOTATIONS: list[Json] = [
    None,
    {"amount": "1", "unit": "kg"},
    {"amount": "1000", "unit": "g"},
    {"amount": "1.0", "unit": "kg", "qualifier": "exact"},
    {"amount": "1", "unit": "kg", "basis": "net"},
    {"entered": "1 кг", "lang": "ru"},
    {"entered": "1 kg net", "lang": "en"},
    {"entered": "1,320 кг"},
    {"amount": "1", "unit": "kg", "entered": "1,320 кг"},
    {"not_known": True},
]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.sampled_from([Kind.QUANTITY, Kind.GROUP, Kind.TEXT, Kind.SUBSTANCE]),
    st.lists(st.sampled_from(NOTATIONS) | json_values, min_size=3, max_size=3),
)
def test_m11_equality_is_an_equivalence(kind: Kind, values: list[Json]):
    """Else who agrees with whom would depend on the order of arrival."""
    one, two, three = values

    def alike(left: Json, right: Json) -> bool:
        return same(rule(kind), tables(), left, right)

    assert alike(one, one)
    assert alike(one, two) == alike(two, one)
    if alike(one, two) and alike(two, three):
        assert alike(one, three)
