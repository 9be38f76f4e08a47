"""The reader of quantities on every text: total, exact, and never surer than its rules allow.

Method: texts are drawn from all characters, from the characters and words officers use, and from a
writer that formats a known value in every style of the grammar, so that the value must come back.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal
from pathlib import Path
from typing import Final

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sync.quantity import REASONS, Reading, UnitTable, canonical, plain, read

ROOT: Final = Path(__file__).resolve().parents[2]
with (ROOT / "fixtures/reference/units.csv").open(encoding="utf-8-sig", newline="") as _file:
    UNITS: Final = UnitTable.from_rows(csv.DictReader(_file), "test")
with (ROOT / "fixtures/reference/quantities.csv").open(encoding="utf-8-sig", newline="") as _file:
    TEXTS: Final = [row["text"] for row in csv.DictReader(_file)]

EXACT: Final = Context(prec=200)
LANGUAGES: Final = st.sampled_from(["ru", "en", "ky", "kk", "uz", "", "fa"])
WORDS: Final = re.split(
    r"\|",
    "кг|г|гр|мг|т|ц|л|мл|м3|га|kg|g|mg|Mg|lb|oz|таблеток|табл.|ампул|коробок|куб|тыс.|млн|thousand|"
    "более|около|до|от|не менее|over|up to|нетто|брутто|общий вес|net|gross|и|with|or|с лишним|"
    "гашиша|of|heroin|штук|спрессованных|килограмма|килограммов|граммды|келіден|астам|пол|руб|(|)|"
    ",|.|;|/|:|-|–|~|≥|%|$|0|1|2|5|12|268|089|1320|2020|1,320|1.320|0,500|1,5|1,320,000|12,34,5",
)
ROUGH: Final = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(["", " ", " ", "\u00a0", "\n", "\u200b"])),
    max_size=8,
).map(lambda parts: "".join(word + gap for word, gap in parts))
ANY: Final = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(exclude_categories=()), max_size=40),  # lone surrogates as well
    ROUGH,
    st.sampled_from(TEXTS),
)


def well_formed(found: Reading) -> bool:
    """What must hold between the parts of any reading."""
    values = [found.value] if found.value is not None else [c.value for c in found.candidates]
    positive = all(value.is_finite() and value > 0 for value in values)
    match found.outcome:
        case "ok":
            shape = found.reason is None and not found.candidates and found.qualifier is not None
            return shape and positive and len(values) == 1 and found.unit is not None
        case "ambiguous":
            shape = found.value is None and found.qualifier is None and found.reason in REASONS
            return shape and positive and len(set(found.candidates)) == len(found.candidates) > 0
        case "reject":
            return found == Reading("reject", reason=found.reason) and found.reason in REASONS


@settings(max_examples=400, deadline=None)
@given(text=ANY, lang=LANGUAGES)
@example(text="1" * 10_000 + " кг", lang="ru")
@example(text="\ud800", lang="ru")
@example(text="0." + "0" * 100 + "1 кг", lang="ru")
@example(text="(" * 200, lang="ru")
@example(text="5 " * 100, lang="ru")
def test_any_text_gets_a_well_formed_answer(text, lang):
    assert well_formed(read(text, lang=lang, units=UNITS))


@dataclass(frozen=True, slots=True)
class Written:
    """A text and what it must read as."""

    text: str
    lang: str
    value: Decimal
    unit: str


CHAINS: Final = {
    "ru": [("т", "т.", "тонн"), ("кг", "кг.", "килограммов"), ("г", "гр.", "граммов"), ("мг",)],
    "en": [("t", "tons"), ("kg", "kg.", "kilograms"), ("g", "gr.", "grams"), ("mg", "mgs")],
    "ky": [("т", "тонна"), ("кг", "килограмм"), ("гр", "грамм"), ("мг",)],
    "kk": [("т", "тонна"), ("кг", "келі"), ("г", "грамм"), ("мг",)],
    "uz": [("t", "tonna"), ("kg", "kilogramm"), ("g", "gramm"), ("mg",)],
}
FACTORS: Final = [Decimal(1000), Decimal(1), Decimal("0.001"), Decimal("0.000001")]
TRAPPED_UNITS: Final = re.split(
    r"\|",
    "кг|г|мг|т|л|мл|га|kg|g|t|l|килограммов|литров|килограмм|kilograms|тонн|келі|граммды",
)
COUNTS: Final = {
    "{tablet}": ["таблеток", "табл.", "tablets", "tabletka"],
    "{ampoule}": ["ампул", "amp", "ampoules"],
    "{plant}": ["кустов", "түп", "plants"],
}


@st.composite
def compounds(draw: st.DrawFn) -> Written:
    """Descending components of a mass, glued or apart, dotted or not, in any of the languages."""
    lang = draw(st.sampled_from(sorted(CHAINS)))
    places = sorted(draw(st.sets(st.integers(0, 3), min_size=1, max_size=4)))
    total, parts = Decimal(0), []
    for index, place in enumerate(places):
        digits = str(draw(st.integers(1, 999)))
        if index > 0 and draw(st.booleans()):
            digits = digits.zfill(3)
        elif place == places[-1] and draw(st.booleans()):
            decimals = draw(st.sampled_from(["5", "25", "0625"]))
            digits += draw(st.sampled_from([",", "."])) + decimals
        total = EXACT.add(total, EXACT.multiply(Decimal(digits.replace(",", ".")), FACTORS[place]))
        gap = draw(st.sampled_from(["", " ", "\u00a0", "\u202f"]))
        parts.append(digits + gap + draw(st.sampled_from(CHAINS[lang][place])))
    joint = draw(st.sampled_from([" ", ", ", "", "\u00a0"]))
    return Written(joint.join(parts), lang, total, "kg")


@st.composite
def grouped(draw: st.DrawFn) -> Written:
    """A whole count, its thousands grouped by a space, or by two or more commas or points."""
    amount = draw(st.integers(1, 9_999_999))
    sign = draw(st.sampled_from([" ", "\u00a0", "\u202f", ",", "", "."]))
    text = f"{amount:,}".replace(",", sign)
    assume(sign != "." or text.count(".") != 1)
    code = draw(st.sampled_from(sorted(COUNTS)))
    return Written(f"{text} {draw(st.sampled_from(COUNTS[code]))}", "ru", Decimal(amount), code)


@settings(max_examples=300, deadline=None)
@given(written=st.one_of(compounds(), grouped()))
def test_what_is_written_in_a_known_style_reads_back_to_its_value(written):
    found = read(written.text, lang=written.lang, units=UNITS)

    assert (found.outcome, found.value, found.unit, found.qualifier) == (
        "ok",
        written.value,
        written.unit,
        "exact",
    )


@settings(max_examples=200, deadline=None)
@given(
    written=compounds(),
    qualifier=st.sampled_from(
        [("более", "gt"), ("≥", "gte"), ("less than", "lt"), ("до", "lte"), ("~", "approx")]
    ),
)
def test_a_qualifier_changes_nothing_but_the_qualifier(written, qualifier):
    word, meaning = qualifier
    found = read(f"{word} {written.text}", lang=written.lang, units=UNITS)

    assert (found.value, found.unit, found.qualifier) == (written.value, written.unit, meaning)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(ROUGH, st.sampled_from(TEXTS)), lang=LANGUAGES)
def test_a_reading_does_not_depend_on_outer_space_composition_or_the_kind_of_space(text, lang):
    # A line end and a tab part numbers that a space would group; all other spaces are one.
    found = read(text, lang=lang, units=UNITS)
    variants = [f"  {text}\n", unicodedata.normalize("NFD", text), text.replace(" ", "\u00a0")]

    assert [read(one, lang=lang, units=UNITS) for one in variants if len(one) <= 200] == [
        found for one in variants if len(one) <= 200
    ]


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(ROUGH, st.sampled_from(TEXTS)), lang=LANGUAGES)
def test_capitals_change_no_value(text, lang):
    # Capitals may only raise a doubt (KGS, the code of the som) or settle one (MG is no megagram).
    found, capitals = (read(one, lang=lang, units=UNITS) for one in (text, text.upper()))

    if found.outcome == capitals.outcome == "ok":
        assert capitals == found


@settings(max_examples=300, deadline=None)
@given(
    whole=st.integers(1, 9_999),
    decimals=st.integers(0, 999),
    unit=st.sampled_from(TRAPPED_UNITS),
    lang=st.sampled_from(["ru", "en", "ky", "kk", "uz"]),
    gap=st.sampled_from(["", " "]),
)
def test_a_comma_and_three_digits_are_never_one_value(whole, decimals, unit, lang, gap):
    found = read(f"{whole},{decimals:03d}{gap}{unit}", lang=lang, units=UNITS)

    # Implausible thousands leave the decimal alone; one candidate is asked about all the same.
    assert (found.outcome, found.reason) == ("ambiguous", "three-digit-group")


@settings(max_examples=200, deadline=None)
@given(
    whole=st.integers(1, 999),
    decimals=st.integers(0, 999),
    noun=st.sampled_from(["килограмма", "грамма", "литра", "тонны", "гектара"]),
)
def test_the_genitive_decides_unless_the_whole_number_takes_it_too(whole, decimals, noun):
    number = whole * 1000 + decimals
    takes_it = number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14}
    found = read(f"{whole},{decimals:03d} {noun}", lang="ru", units=UNITS)

    assert found.outcome == ("ambiguous" if takes_it else "ok")


@settings(max_examples=200, deadline=None)
@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=0),
    code=st.sampled_from([unit.code for unit in UNITS.units]),
)
def test_conversion_is_exact_and_plain_text_keeps_it(amount, code):
    unit, found = UNITS.get(code), canonical(amount, code, UNITS)
    assert unit is not None

    if unit.factor is None:
        assert found is None
        return
    value = Context(prec=400).multiply(amount, unit.factor)
    assert found == (value, unit.canonical)
    assert Decimal(plain(value)) == value
    assert not {"E", "e", "+"} & set(plain(value))
