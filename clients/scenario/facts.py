"""The facts of the seed texts as ``fixtures/seeds`` holds them, and what their numbers come to."""

from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict

DIRECTORY: Final = Path(__file__).resolve().parents[2] / "fixtures" / "seeds"


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Written(_Fact):
    """An amount as somebody wrote it."""

    why: str = ""
    entered: str
    lang: str


class Item(_Fact):
    """One substance of a seizure. No ``code``: the name can be read in several ways."""

    id: str
    name: str
    code: str | None
    entered: str
    lang: str


class Operation(_Fact):
    kind: str
    origin_country: str | None


class Value(_Fact):
    amount: str
    currency: str
    words: str


class Seizure(_Fact):
    """One total that a text gives."""

    id: str
    source: str
    title: str
    at: str
    until: str
    country: str
    region: str | None
    places: tuple[str, ...]
    is_total: bool
    owner: str
    participating: tuple[str, ...]
    partners_unnamed: tuple[str, ...] = ()
    operation: Operation | None = None
    detection: str | None = None
    is_online: bool = False
    is_group: bool = False
    is_submitted: bool = True
    summary: str
    items: tuple[Item, ...]
    value: Value | None = None


class Exercise(_Fact):
    """A report that should never have left the agency."""

    why: str
    title: str
    summary: str
    code: str
    entered: str
    lang: str
    reason: str


class WrongRegion(_Fact):
    why: str
    region: str


class Malformed(_Fact):
    why: str
    path: str
    value: str


class MadeUp(_Fact):
    """What no text says, each with the reason the scenario needs it."""

    other_scale: Written
    same_in_grams: Written
    exercise: Exercise
    wrong_region: WrongRegion
    malformed: Malformed


class AnsweredWeight(_Fact):
    entered: str
    lang: str
    reason: str


class AnsweredAmount(_Fact):
    amount: str
    unit: str
    reason: str


class AnsweredSubstance(_Fact):
    code: str
    reason: str


class Reason(_Fact):
    reason: str


class Answers(_Fact):
    """What the administrators decide, and why."""

    weight: AnsweredWeight
    acid: AnsweredAmount
    cannabis: AnsweredSubstance
    duplicate: Reason
    malformed: Reason


class Seizures(_Fact):
    about: str
    seizures: tuple[Seizure, ...]
    made_up: MadeUp
    answers: Answers


class SubstanceFigure(_Fact):
    """What one substance must come to in the feed."""

    code: str
    name: str
    kind: str
    kg: Decimal
    entered: tuple[str, ...]
    sources: tuple[str, ...]
    questions: int = 0


class TotalFigure(_Fact):
    """A total over several seizures, and what the text itself states."""

    id: str
    source: str
    name: str
    seizures: tuple[str, ...]
    stated: str | None
    stated_kg: Decimal | None
    sum_kg: Decimal
    difference_kg: Decimal | None
    says: str


class Money(_Fact):
    source: str
    words: str
    amount: Decimal
    currency: str
    seizure: str | None
    why: str = ""


class Figures(_Fact):
    about: str
    substances: tuple[SubstanceFigure, ...]
    totals: tuple[TotalFigure, ...]
    money: tuple[Money, ...]


class Facts(_Fact):
    """Everything the scenario knows of the texts."""

    told: Seizures
    figures: Figures

    def seizure(self, name: str) -> Seizure:
        return next(each for each in self.told.seizures if each.id == name)


Model = TypeVar("Model", bound=BaseModel)


def load(directory: Path = DIRECTORY) -> Facts:
    """The facts in ``directory``; a fault of a file is named with its place."""
    return Facts(
        told=_read(directory / "seizures.json", Seizures),
        figures=_read(directory / "figures.json", Figures),
    )


def _read(path: Path, model: type[Model]) -> Model:
    return model.model_validate_json(path.read_bytes())
