"""What an officer sees: the node's word, with own work over it until its outcome is in there."""

import pytest

from clients.tablet.view import Refused, lay_over
from clients.wire import LineVerdict, ReportDocument
from sync.changes import Answer, Change, Edit, Touch
from sync.ids import ConflictId, DeviceId, OfficerId, ReportId, Seq

REPORT = ReportId("0192f0c1-0000-7000-8000-0000000000b1")
CONFLICT = ConflictId("0192f0c1-0000-8000-a000-0000000000c1")
PLACE = "/place/text"


def line(seq: int, body=None, form: str = "seizure/2", **touched) -> Change:
    edit = Edit(
        {PLACE if path == "place" else path: Touch(None, now) for path, now in touched.items()}
    )
    return Change(
        device=DeviceId("d"), seq=Seq(seq), prev="0" * 64, author=OfficerId("o"), report=REPORT,
        form=form, seen=0, at=None, uptime_ms=None, body=body or edit,
    )  # fmt: skip


def held(revision: int = 5, **members) -> ReportDocument:
    fields = {PLACE: "Ош", "/notes": "node"}
    return ReportDocument(REPORT, revision, {"form": "seizure/2", "fields": fields, **members})


def verdict(seq: int, name: str, revision: int | None = None, **more) -> dict[int, LineVerdict]:
    return {seq: LineVerdict(seq, name, revision, {"verdict": name, **more})}


@pytest.mark.parametrize(
    "verdicts",
    [{}, verdict(1, "held", reason="gap"), verdict(1, "applied", 6), verdict(1, "contested", 6)],
)
def test_own_work_lies_over_the_replica_until_its_outcome_is_in_it(verdicts):
    view = lay_over(REPORT, "seizure/2", held(), [line(1, place="Сары-Таш")], verdicts)

    assert view.fields == {PLACE: "Сары-Таш", "/notes": "node"}
    assert view.own == {PLACE}
    assert view.revision == 5


@pytest.mark.parametrize(
    "verdicts",
    [
        verdict(1, "applied", 5),
        verdict(1, "agreed", 4),
        verdict(1, "contested", 5),
        verdict(1, "proposed"),
        verdict(1, "parked", reason="unknown-path"),
        verdict(1, "set-aside", reason="twice"),
    ],
)
def test_once_the_outcome_is_known_the_node_is_believed(verdicts):
    view = lay_over(REPORT, "seizure/2", held(), [line(1, place="Сары-Таш")], verdicts)

    assert view.fields == {PLACE: "Ош", "/notes": "node"}
    assert view.own == frozenset()


def test_a_parked_line_stands_beside_the_report_with_its_reason():
    verdicts = verdict(1, "parked", reason="unknown-code")

    view = lay_over(REPORT, "seizure/2", held(), [line(1, place="Сары-Таш")], verdicts)

    assert view.refused == (Refused(1, "unknown-code", {PLACE: "Сары-Таш"}),)


def test_later_own_work_lies_over_earlier_and_a_value_taken_out_is_gone():
    changes = [line(1, place="Сары-Таш"), line(2, place="Иркештам"), line(3, **{"/notes": None})]

    view = lay_over(REPORT, "seizure/2", held(), changes, {})

    assert view.fields == {PLACE: "Иркештам"}
    assert view.own == {PLACE, "/notes"}


def test_own_work_in_an_old_form_is_seen_in_the_current_one():
    change = line(1, form="seizure/1", **{"/detection/method": "xray"})

    view = lay_over(REPORT, "seizure/1", None, [change], {})

    assert view.fields == {"/detection/methods/xray": True}


def test_an_answer_on_its_way_is_shown_and_changes_no_field():
    said = line(1, Answer(CONFLICT, "Ош-2", "видел сам"))

    view = lay_over(REPORT, "seizure/2", held(), [said], {})

    assert view.answers == {CONFLICT: "Ош-2"}
    assert view.fields == {PLACE: "Ош", "/notes": "node"}
