"""What officers write: edits of a small seizure form, some of them wrong in every way there is."""

import random
import uuid
from collections.abc import Mapping
from typing import Any, Final

from tests.simulation.tablet import Line, ModelTablet

Json = Any

AGENCIES: Final = ("KG-CNS", "KG-CUSTOMS", "KG-BG")
POSTS: Final = ("KG-UZ-DOSTUK", "KG-KZ-AKJOL")

QUANTITIES: Final[tuple[Json, ...]] = (
    {"amount": "1", "unit": "kg"},
    {"amount": "1000", "unit": "g"},
    {"entered": "1 кг", "lang": "ru"},
    {"amount": "2.50", "unit": "kg"},
    {"amount": "2500", "unit": "g", "basis": "gross"},
    {"amount": "276", "unit": "kg", "entered": "276 кг", "lang": "ru"},
)
AMBIGUOUS: Final[Json] = {"entered": "1,320 кг", "lang": "ru"}

_INSTANTS: Final = (
    "2020-02-01T14:03:11+06:00",
    "2020-02-01T08:03:11Z",
    "2020-02-01T14:30:00+06:00",
)
_PLATES: Final = ("01KG777AAA", "01 kg 777 aaa", "08 KG 123 BCD")
_PLACES: Final = ("Osh", "Uzgen", "Kara-Suu", {"not_known": True})
_WORDS: Final = ("hidden", "tank", "driver", "scales", "dog", "night", "bridge", "tyre")

_SIMPLE: Final[Mapping[str, tuple[Json, ...]]] = {
    "/place/settlement": _PLACES,
    "/place/road": ("M41", "A363", "M41 km 30"),
    "/event/at": _INSTANTS,
    "/summary": ("first word", "second word"),
    "/outcome/arrests": (0, 1, 2),
    "/online/used": (True, False),
    "/detection/methods/dog": (True,),
    "/tags/urgent": (True,),
    "/concealment/places/fuel_tank": (True,),
    "/submitted": (True,),
}
_RARE: Final[Mapping[str, tuple[Json, ...]]] = {
    "/place/border_point": POSTS,
    "/agencies/participating/KG-BG": (True,),
    "/agencies/participating/KG-CUSTOMS": (True,),
    "/agencies/owner": AGENCIES,
    "/agencies/lead": AGENCIES,
}
_WRONG: Final[tuple[tuple[str, Json], ...]] = (
    ("/no/such/path", "x"),
    ("/outcome/arrests", "two"),
    ("/place/settlement", "bell \x07"),
    ("/event/at", "yesterday"),
    ("/place/border_point", "no such post"),
    ("/items/not-a-key!/quantity", {"amount": "1", "unit": "kg"}),
)


def part_of(report: str, number: int) -> str:
    """The same item keys on every tablet, so that officers meet in them."""
    return str(uuid.uuid5(uuid.UUID(report), f"item {number}"))


class Officer:
    """One person's hand: chooses what to write on the tablet it holds."""

    def __init__(self, id_: str, rng: random.Random) -> None:
        self.id = id_
        self._rng = rng

    def new_id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def edit(self, tablet: ModelTablet, now_ms: int, report: str) -> Line:
        """An ordinary edit of one to three fields, in whichever form version the tablet has."""
        form = self._rng.choice(("seizure/2", "seizure/2", "seizure/1"))
        view = tablet.view(report)
        touched = dict(self._field(report, form, view) for _ in range(self._rng.randint(1, 3)))
        return self._say(tablet, now_ms, report, form, touched)

    def wrong(self, tablet: ModelTablet, now_ms: int, report: str) -> Line:
        """An edit that does not fit its form, beside a field that does."""
        form = self._rng.choice(("seizure/2", "seizure/2", "seizure/9", "checkpoint/1", "x"))
        view = tablet.view(report)
        touched = dict([self._field(report, form, view)])
        if form == "seizure/2":
            touched.update([self._rng.choice(_WRONG)])
        return self._say(tablet, now_ms, report, form, touched)

    def void(self, tablet: ModelTablet, now_ms: int, report: str) -> Line:
        body = {**self._header(tablet, report, "seizure/2"), "op": "void", "reason": "in error"}
        return tablet.write(now_ms, body)

    def answer(
        self, tablet: ModelTablet, now_ms: int, conflict: Mapping[str, Any], report: str
    ) -> Line:
        sides = [conflict["accepted"], *conflict["candidates"]]
        value = self._rng.choice(sides)["value"]
        body = {
            **self._header(tablet, report, "seizure/2"),
            "op": "answer",
            "conflict": conflict["id"],
            "value": value,
            "reason": "weighed again",
        }
        return tablet.write(now_ms, body)

    def garbage(self, tablet: ModelTablet, report: str) -> Line:
        """A line of the right log that says nothing readable; its link is in order."""
        head = f'{{"v":1,"device":"{tablet.device}","seq":{len(tablet.log) + 1},'
        link = f'"prev":"{tablet.head}"'
        rest = self._rng.choice(
            (
                ',"seen":0.5}',
                ',"seen":NaN}',
                ',"op":"edit","op":"void"}',
                f',"v":2,"report":"{report}"}}',
                ',"author":"\\ud800"}',
                ',"x":' + "[" * 60 + "]" * 60 + "}",
                ',"n":1234567890123456789}',
                (
                    f',"report":"{report}","author":"{self.id}","op":"decide","form":"seizure/2",'
                    f'"seen":0,"decision":"settle","conflict":"{report}","value":1,"reason":"x"}}'
                ),
                " no json at all",
            )
        )
        return tablet.append((head + link + rest).encode(), {})

    def _say(
        self,
        tablet: ModelTablet,
        now_ms: int,
        report: str,
        form: str,
        touched: Mapping[str, Json],
    ) -> Line:
        view = tablet.view(report)
        said = {path: {"was": view.get(path), "now": now} for path, now in touched.items()}
        header = self._header(tablet, report, form)
        return tablet.write(now_ms, {**header, "op": "edit", "set": said})

    def _header(self, tablet: ModelTablet, report: str, form: str) -> dict[str, Json]:
        return {
            "author": self.id,
            "report": report,
            "form": form,
            "seen": tablet.seen(report),
        }

    def _field(self, report: str, form: str, view: Mapping[str, Json]) -> tuple[str, Json]:
        """One field to write and its new value; some taken back, some the same as before."""
        menu = (
            (35, self._quantity),
            (7, self._strike),
            (8, self._narrative),
            (5, self._note),
            (5, self._weighing),
            (6, self._plate),
            (4, self._method),
            (6, self._rare),
            (24, self._simple),
        )
        weights, kinds = zip(*menu, strict=True)
        path, now = self._rng.choices(kinds, weights)[0](report, view)
        if path.startswith("/detection/method") and (form == "seizure/1") == (path[17:] != ""):
            return "/place/settlement", self._rng.choice(_PLACES)
        return path, now

    def _quantity(self, report: str, _: Mapping[str, Json]) -> tuple[str, Json]:
        item = part_of(report, self._rng.randint(1, 2))
        is_clear = self._rng.random() > 0.1
        return f"/items/{item}/quantity", self._rng.choice(QUANTITIES) if is_clear else AMBIGUOUS

    def _strike(self, report: str, view: Mapping[str, Json]) -> tuple[str, Json]:
        path = f"/items/{part_of(report, self._rng.randint(1, 2))}/struck"
        return path, None if path in view else {"reason": "counted twice"}

    def _narrative(self, _: str, view: Mapping[str, Json]) -> tuple[str, Json]:
        text = str(view.get("/narrative") or "The car was stopped.\n\nThe load was looked at.")
        return "/narrative", self._retold(text)

    def _note(self, _: str, __: Mapping[str, Json]) -> tuple[str, Json]:
        return "/notes", f"note {self._rng.randint(1, 9)}"

    def _weighing(self, _: str, __: Mapping[str, Json]) -> tuple[str, Json]:
        return f"/weighings/{self.new_id()}", {"at": self._rng.choice(_INSTANTS)}

    def _plate(self, report: str, _: Mapping[str, Json]) -> tuple[str, Json]:
        return f"/vehicles/{part_of(report, 7)}/plate", self._rng.choice(_PLATES)

    def _method(self, _: str, __: Mapping[str, Json]) -> tuple[str, Json]:
        return "/detection/method", self._rng.choice(("dog", "x_ray"))

    def _rare(self, _: str, view: Mapping[str, Json]) -> tuple[str, Json]:
        return self._from(_RARE, view)

    def _simple(self, _: str, view: Mapping[str, Json]) -> tuple[str, Json]:
        return self._from(_SIMPLE, view)

    def _from(
        self, menu: Mapping[str, tuple[Json, ...]], view: Mapping[str, Json]
    ) -> tuple[str, Json]:
        path, values = self._rng.choice(tuple(menu.items()))
        return path, None if path in view and self._rng.random() < 0.25 else self._rng.choice(
            values
        )

    def _retold(self, text: str) -> str:
        """The narrative with a word of this write in one of its paragraphs."""
        paragraphs = text.split("\n\n")
        chosen = self._rng.randrange(len(paragraphs))
        word = f"{self._rng.choice(_WORDS)}{self._rng.randint(10, 99)}"
        paragraphs[chosen] = f"{paragraphs[chosen]} {word}"
        return "\n\n".join(paragraphs)
