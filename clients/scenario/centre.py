"""The regional centre: its mirror pulls, proves and keeps; figures are counted from its file."""

import json
from pathlib import Path
from typing import Any, Final

import httpx

from clients.clock import SystemClock
from clients.http import NodeClient
from clients.keys import DeviceKey
from clients.mirror import keyfile
from clients.mirror.file import MirrorFile
from clients.mirror.link import NodeLink
from clients.mirror.proof import prove_file
from clients.mirror.pull import Outcome, Round
from clients.scenario.stage import Stage
from clients.tablet.tablet import system_world

CENTRE: Final = "CARICC"
KEY_FILE: Final = "centre.pem"
_STANDING: Final = "SELECT report, body FROM state WHERE action != 'withdraw'"


def folder_of(stage: Stage) -> Path:
    folder = stage.folder / "mirror"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_key(stage: Stage) -> DeviceKey:
    """The centre's own key, made where the mirror lies."""
    return keyfile.make(folder_of(stage) / KEY_FILE, stage.ids)


async def pull(stage: Stage) -> Outcome:
    """One round of the mirror; what it held before it goes on from."""
    folder, url = folder_of(stage), stage.server.url
    file = MirrorFile(folder / "mirror.db")
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            key = stage.subscribers[CENTRE].key
            link = NodeLink(NodeClient(http, url), system_world(folder), key, code=CENTRE)
            return await Round(file, url, link, SystemClock()).run(lambda _: None)
    finally:
        file.close()


def held(folder: Path) -> dict[str, dict[str, Any]]:
    """Report to the newest text that stands at the centre."""
    file = MirrorFile(folder / "mirror.db")
    try:
        return {str(report): json.loads(body) for report, body in file.rows(_STANDING)}
    finally:
        file.close()


def check_first_pull(stage: Stage, outcome: Outcome) -> None:
    stage.ledger.check(
        "P9",
        "The mirror pulls and proves what was published",
        f"{outcome.standing}, {outcome.position} entries, {len(held(folder_of(stage)))} stand",
        is_ok=outcome.standing == "current" and outcome.position > 0,
    )


def check_last_pull(stage: Stage, outcome: Outcome) -> None:
    """Every signed head it kept agrees with its entries, and it holds what a bare reader holds."""
    folder, reader = folder_of(stage), stage.subscribers[CENTRE]
    file = MirrorFile(folder / "mirror.db")
    try:
        proofs = prove_file(file)
    finally:
        file.close()
    stage.ledger.check(
        "P9",
        "The mirror goes on where it was; its file is proved from the first entry to the last",
        "; ".join(f"{each.size} entries, {each.heads} signed heads agree" for each in proofs),
        is_ok=outcome.standing == "current"
        and outcome.position == len(reader.links)
        and [each.is_whole and each.heads > 1 for each in proofs] == [True],
    )
    stage.ledger.check(
        "P5",
        "The mirror holds what a reader holds who takes small pages from the start",
        f"{len(reader.held())} reports",
        is_ok=held(folder) == reader.held() and bool(reader.held()),
    )
