"""The journal from outside: tablets that write and seal by hand, carriers, readers with cursors.

    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {"/place/text": (None, "Osh road, km 12")})
    answer = await deliver(pen, pen.segment())
    page = await Reader(pen).pull()

Everything goes through HTTP; ``deliver`` believes an answer only after it verified the receipt.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from backend.keys import verify
from sync.log import GENESIS, hash_of, seal_message
from sync.strictjson import dumps
from tests.builders import line_bytes, uid
from tests.running_node import Console, RunningNode, Tablet

REPORT = uid(900)
OTHER_REPORT = uid(901)
ITEM = uid(1)
OFFICER = uid(800)
FORM = "seizure/2"

PLACE = "/place/text"
ROAD = "/place/road"
GROSS = f"/items/{ITEM}/gross"
SUBSTANCE = f"/items/{ITEM}/substance"

BUNDLE = "application/x-ndjson"
SEALED = "application/vnd.khabar.bundle"

Touched = Mapping[str, tuple[Any, Any]]
"""Path: (was, now)."""


def report_id(number: int) -> str:
    """One of many reports, none of them ``REPORT``."""
    return uid(10_000 + number)


def kg(amount: str, **members: Any) -> dict[str, Any]:
    return {"amount": amount, "unit": "kg", "basis": "gross"} | members


@dataclass
class Pen:
    """A tablet and its log, written by hand: nothing here checks what is written."""

    tablet: Tablet
    lines: list[bytes] = field(default_factory=list)
    report: str = REPORT
    """What ``header`` names unless told otherwise."""

    @property
    def id(self) -> str:
        return self.tablet.id

    @property
    def client(self) -> httpx.AsyncClient:
        return self.tablet.client

    @property
    def head(self) -> int:
        return len(self.lines)

    def header(self, **members: Any) -> dict[str, Any]:
        """A well-formed next line as an object, to be spoilt by whoever asked."""
        return {
            "v": 1,
            "device": self.id,
            "seq": self.head + 1,
            "prev": hash_of(self.lines[-1]) if self.lines else GENESIS,
            "author": OFFICER,
            "report": self.report,
            "form": FORM,
            "op": "edit",
            "seen": 0,
            "at": "2020-02-01T14:03:11+06:00",
            "uptime_ms": 81_231_000,
        } | members

    def append(self, raw: bytes) -> int:
        """Any bytes as the next line; its number."""
        self.lines.append(raw)
        return self.head

    def write(self, **members: Any) -> int:
        return self.append(line_bytes(self.header(**members)))

    def edit(self, report: str, touched: Touched, *, seen: int = 0, **members: Any) -> int:
        said = {path: {"was": was, "now": now} for path, (was, now) in touched.items()}
        return self.write(report=report, seen=seen, set=said, **members)

    def void(self, report: str, *, seen: int, reason: str = "Filed twice.") -> int:
        return self.write(report=report, seen=seen, op="void", reason=reason)

    def answer(self, report: str, conflict: str, value: Any, reason: str = "I weighed it.") -> int:
        return self.write(
            report=report, seen=1, op="answer", conflict=conflict, value=value, reason=reason
        )

    def fill(self, count: int, report: str = REPORT) -> None:
        """Lines that matter only by being there: a number changed again and again."""
        for index in range(self.head, self.head + count):
            self.edit(report, {ROAD: (f"km {index}" if index else None, f"km {index + 1}")})

    def copy(self, through: int | None = None) -> "Pen":
        """The tablet as a clone of it would be: the same key, the log up to a line."""
        return Pen(self.tablet, self.lines[:through])

    def seal(self, first: int = 1, last: int | None = None, **wrong: Any) -> bytes:
        last = self.head if last is None else last
        head = hash_of(self.lines[last - 1])
        message = seal_message(device=self.id, first=first, last=last, head=head)
        body = {
            "device": self.id,
            "first": first,
            "last": last,
            "head": head,
            "at": "2020-02-01T14:05:00+06:00",
            "signature": self.tablet.key.sign(message),
        } | wrong
        return line_bytes({"seal": body})

    def segment(self, first: int = 1, last: int | None = None, **wrong: Any) -> bytes:
        last = self.head if last is None else last
        run = self.lines[first - 1 : last]
        return b"\n".join([*run, self.seal(first, last, **wrong)]) + b"\n"


@dataclass(frozen=True)
class Answer:
    """A push's answer whose receipt verified."""

    body: dict[str, Any]
    receipt: dict[str, Any]

    @property
    def outcomes(self) -> list[str]:
        return [each["outcome"] for each in self.body["segments"]]

    @property
    def reasons(self) -> list[str | None]:
        return [each.get("reason") for each in self.body["segments"]]

    @property
    def verdicts(self) -> dict[int, dict[str, Any]]:
        """Line -> its verdict without its address; a duplicate as the verdict it repeats."""
        return {
            each["seq"]: bare(each["first"] if each["verdict"] == "duplicate" else each)
            for each in self.body["verdicts"]
        }

    @property
    def names(self) -> list[str]:
        """The verdicts' names, in the order answered."""
        return [each["verdict"] for each in self.body["verdicts"]]

    @property
    def stored(self) -> dict[str, int]:
        return self.receipt["stored"]


def bare(verdict: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in verdict.items() if name not in {"device", "seq", "report"}
    }


def applied(revision: int) -> dict[str, Any]:
    return {"verdict": "applied", "revision": revision}


def parked(reason: str, path: str | None = None) -> dict[str, Any]:
    return {"verdict": "parked", "reason": reason, "path": path}


def held(reason: str, waits_for: str) -> dict[str, Any]:
    return {"verdict": "held", "reason": reason, "waits_for": waits_for}


async def push(carrier: Pen, raw: bytes, *, media_type: str = BUNDLE, **headers: str):
    """The response as it comes."""
    sent = {"Content-Type": media_type}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await carrier.client.post("/v1/sync/push", content=raw, headers=sent)


async def deliver(carrier: Pen, *pieces: bytes, **headers: str) -> Answer:
    """Push these pieces as one bundle and believe the answer, or fail."""
    raw = b"".join(pieces)
    response = await push(carrier, raw, **headers)
    assert response.status_code == 200, response.text
    return believed(carrier, raw, response)


def believed(carrier: Pen, raw: bytes, response: httpx.Response) -> Answer:
    """The answer, after the checks a tablet makes of its receipt (R1)."""
    body = response.json()
    node = carrier.tablet.enrolment["node"]
    signed = body["receipt"].encode()
    signature = base64.b64decode(body["signature"], validate=True)
    assert verify(base64.b64decode(node["signing_key"]), signed, signature), "not the node's word"
    receipt = read_receipt(body["receipt"])
    assert receipt["bundle"] == hashlib.sha256(raw).hexdigest()
    assert receipt["node"] == node["id"]
    assert receipt["verdicts"] == hashlib.sha256(dumps(body["verdicts"])).hexdigest()
    assert all(each["device"] == carrier.id for each in body["verdicts"])
    return Answer(body, receipt)


def read_receipt(text: str) -> dict[str, Any]:
    """A receipt's lines by their first word; ``stored`` as a map."""
    first, *lines = text.removesuffix("\n").split("\n")
    assert first == "khabar-receipt-v1"
    assert text.endswith("\n")
    said: dict[str, Any] = {"stored": {}}
    for line in lines:
        name, _, rest = line.partition(" ")
        if name == "stored":
            device, _, seq = rest.partition(" ")
            said["stored"][device] = int(seq)
        else:
            assert name not in said, f"{name} said twice"
            said[name] = rest
    return said


@dataclass
class Reader:
    """A tablet that follows its cursor and keeps what it is given, and how often."""

    pen: Pen
    cursor: str | None = None
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    verdicts: dict[int, dict[str, Any]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    deliveries: list[tuple[str, int]] = field(default_factory=list)
    digest: str | None = None

    async def page(self, limit: int = 200, **asked: Any) -> dict[str, Any]:
        """One request, kept."""
        params = {"limit": limit, "head": self.pen.head, **asked}
        if self.cursor is not None:
            params["cursor"] = self.cursor
        response = await self.pen.client.get("/v1/sync/pull", params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        self.cursor, self.digest = page["cursor"], page["digest"] or self.digest
        for report in page["reports"]:
            self.reports[report["id"]] = report
            self.deliveries.append((report["id"], report["revision"]))
        for report in page["left"]:
            self.left.append(report)
            self.reports.pop(report, None)
        self.verdicts |= {each["seq"]: bare(each) for each in page["verdicts"]}
        return page

    async def pull(self, limit: int = 200, **asked: Any) -> list[dict[str, Any]]:
        """Every page until the node has no more."""
        pages = [await self.page(limit, **asked)]
        while pages[-1]["more"]:
            pages.append(await self.page(limit, **asked))
        return pages

    def fields(self, report: str = REPORT) -> dict[str, Any]:
        return self.reports[report]["fields"]

    @property
    def revisions(self) -> dict[str, int]:
        return {key: report["revision"] for key, report in self.reports.items()}


@dataclass
class Scene:
    """A team of one agency at a node, and its administrator."""

    node: RunningNode
    console: Console
    team: str

    async def pen(self, **place: str | None) -> Pen:
        """A tablet of the team, or one that stands at ``team`` and ``post``."""
        return Pen(await self.node.tablet(self.console, **({"team": self.team} | place)))

    async def pens(self, count: int) -> list[Pen]:
        return [await self.pen() for _ in range(count)]

    async def conflicts(self, **wanted: Any) -> list[dict[str, Any]]:
        return await conflicts(self.console, **wanted)

    async def only_conflict(self) -> dict[str, Any]:
        (found,) = await self.conflicts()
        return found

    async def decide(self, what: str, conflict: Mapping[str, Any], **said: Any) -> httpx.Response:
        return await decide(self.console, what, conflict, **said)

    async def report(self, report: str = REPORT) -> dict[str, Any]:
        response = await self.console.client.get(f"/v1/reports/{report}")
        assert response.status_code == 200, response.text
        return response.json()

    async def history(self, report: str = REPORT) -> dict[str, Any]:
        response = await self.console.client.get(f"/v1/reports/{report}/history")
        assert response.status_code == 200, response.text
        return response.json()

    async def waiting(self) -> dict[tuple[str, int], dict[str, Any]]:
        """(log, line) -> verdict of everything held or parked in the agency's logs."""
        items = (await self.console.client.get("/v1/waiting")).json()["items"]
        return {(each["log"], each["seq"]): each["verdict"] for each in items}

    async def act(self, log: str, seq: int, what: str = "retry", **said: Any) -> dict[str, Any]:
        """Retry a line or set it aside; its verdict now."""
        response = await self.console.client.post(
            f"/v1/waiting/{log}/{seq}/{what}", json=said or None
        )
        assert response.status_code == 200, response.text
        return response.json()["verdict"]

    async def quarantine(self) -> list[dict[str, Any]]:
        return (await self.console.client.get("/v1/quarantine")).json()["items"]


async def open_scene(node: RunningNode, agency: str = "KG-CNS", *joint: str) -> Scene:
    """An administrator of ``agency`` and a team it leads together with ``joint`` agencies."""
    console = await node.console(agency)
    return Scene(node, console, await node.team(console, *joint))


async def visiting_pen(node: RunningNode, agency: str, **place: str | None) -> Pen:
    """A tablet of another agency."""
    return Pen(await node.tablet(await node.console(agency), **place))


async def conflicts(console: Console, **wanted: Any) -> list[dict[str, Any]]:
    response = await console.client.get("/v1/conflicts", params=wanted)
    assert response.status_code == 200, response.text
    return response.json()["items"]


async def decide(
    console: Console, what: str, conflict: Mapping[str, Any], **said: Any
) -> httpx.Response:
    """Settle, ask or reopen at the version that was read, or at ``version``."""
    version = said.pop("version", conflict["version"])
    return await console.client.post(
        f"/v1/conflicts/{conflict['id']}/{what}",
        json={"reason": "The act says so."} | said,
        headers={"If-Match": f'"{version}"'},
    )


async def write_and_push(pen: Pen, report: str, touched: Touched, *, seen: int = 0) -> Answer:
    """One line, sealed and delivered by its own tablet."""
    seq = pen.edit(report, touched, seen=seen)
    return await deliver(pen, pen.segment(seq, seq))


def sides(conflict: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """(accepted value, candidates' values)."""
    return conflict["accepted"]["value"], [side["value"] for side in conflict["candidates"]]


def by(side: Mapping[str, Any]) -> list[tuple[str, int]]:
    """(device, line) of everyone who stands for a side."""
    return [(witness["device"], witness["seq"]) for witness in side["by"]]


def digest_of(revisions: Mapping[str, int]) -> str:
    """S3, computed as the protocol says and not as the node does."""
    lines = [f"{report} {revisions[report]}\n" for report in sorted(revisions)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def seqs(verdicts: Iterable[Mapping[str, Any]]) -> Sequence[int]:
    return [each["seq"] for each in verdicts]
