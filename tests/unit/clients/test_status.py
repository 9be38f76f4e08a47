"""Where a report stands, from receipts and verdicts alone."""

import httpx
import pytest

from clients.tablet.status import Stage, stage_of
from clients.wire import LineVerdict, ReportDocument
from sync.ids import ReportId
from tests.unit.clients.fake_node import FakeNode, problem
from tests.unit.clients.tablets import enrolled, sync

CONFLICT = "0192f0c1-0000-8000-a000-0000000000c1"
PROPOSAL = [{"id": CONFLICT, "kind": "proposal"}]


def held(**members) -> ReportDocument:
    return ReportDocument(
        ReportId("r"), 5, {"form": "seizure/2", "evidence": "incomplete", **members}
    )


def said(*verdicts: str) -> dict[int, LineVerdict]:
    return {seq: LineVerdict(seq, name, 5, {}) for seq, name in enumerate(verdicts, start=1)}


@pytest.mark.parametrize(
    ("stored", "verdicts", "document", "stage"),
    [
        (0, {}, None, Stage.ON_TABLET),
        (1, {}, None, Stage.ON_TABLET),
        (2, {}, None, Stage.RECEIVED),
        (2, said("applied"), held(), Stage.RECEIVED),
        (2, said("applied", "agreed"), held(), Stage.APPLIED),
        (2, said("applied", "held"), held(), Stage.HELD),
        (2, said("parked", "applied"), held(), Stage.PARKED),
        (0, said("held", "held"), held(), Stage.HELD),
        (2, said("applied", "contested"), held(contested={"/x": CONFLICT}), Stage.CONTESTED),
        (2, said("applied", "contested"), held(), Stage.APPLIED),
        (2, said("proposed", "proposed"), None, Stage.WAITING),
        (2, said("applied", "proposed"), held(conflicts=PROPOSAL), Stage.WAITING),
        (2, said("applied", "proposed"), held(), Stage.APPLIED),
        (2, said("applied", "applied"), held(evidence="complete"), Stage.EVIDENCE_COMPLETE),
        (2, said("applied", "applied"), held(published=7), Stage.PUBLISHED),
        (1, said("applied"), held(published=7), Stage.ON_TABLET),
    ],
)
def test_a_report_stands_where_its_least_advanced_line_stands(stored, verdicts, document, stage):
    assert stage_of([1, 2], stored, verdicts, document) is stage


def test_a_colleagues_report_stands_where_the_node_says():
    assert stage_of([], 0, {}, held(contested={"/x": CONFLICT})) is Stage.CONTESTED
    assert stage_of([], 0, {}, held()) is Stage.APPLIED


async def test_p1_received_means_a_receipt_and_nothing_less():
    node = FakeNode()
    tablet = await enrolled(node)
    report = tablet.new_report("seizure")
    tablet.write(report, {"/event/title": "Досмотр"})

    def says_little(request: httpx.Request) -> httpx.Response | None:
        """Verdicts nobody signed, and no pull: a receipt is all the tablet gets."""
        if request.url.path.endswith("pull"):
            return problem("internal", 500, "later")
        return httpx.Response(200, json={**node.serve(request).json(), "verdicts": []})

    node.fail(says_little)

    before = tablet.status()
    await sync(tablet, node)
    after = tablet.status()

    assert (before.reports[0].stage, before.lines_on_tablet) == (Stage.ON_TABLET, 1)
    assert before.oldest_on_tablet_at == "2020-02-01T14:03:11+06:00"
    assert (after.reports[0].stage, after.lines_on_tablet) == (Stage.RECEIVED, 0)
    assert after.oldest_on_tablet_at is None
