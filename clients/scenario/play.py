"""Plays the whole scenario, act by act, and returns what came of it. Prints nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from clients.ids import IdSource
from clients.scenario import (
    centre,
    closing,
    disruption,
    field,
    publishing,
    second_agency,
    setting,
    settling,
)
from clients.scenario.console import RefusedError
from clients.scenario.facts import Facts
from clients.scenario.figures import Table, table
from clients.scenario.ledger import Check, Ledger
from clients.scenario.process import Installation, Server, ServerError
from clients.scenario.road import Road
from clients.scenario.stage import Account, Stage, Tell

PLAYED: str = "The scenario is played to its end"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found."""

    table: Table
    checks: tuple[Check, ...]
    accounts: tuple[Account, ...]
    team: str
    duration_ms: int

    @property
    def is_ok(self) -> bool:
        return self.table.is_match and all(check.is_ok for check in self.checks)


async def play(
    facts: Facts, folder: Path, installation: Installation, *, ids: IdSource, tell: Tell
) -> Outcome:
    """Play it against a server of its own; everything that was started is stopped again."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    server = Server(installation)
    stage = Stage(facts, folder, server, Road(server.port), ids, Ledger(), tell)
    try:
        await _acts(stage)
    except (ServerError, RefusedError, httpx.HTTPError, RuntimeError, LookupError) as fault:
        stage.ledger.check("all", PLAYED, f"{type(fault).__name__}: {fault}", is_ok=False)
    finally:
        await stage.close()
    return Outcome(
        table=_figures(stage),
        checks=tuple(stage.ledger.checks),
        accounts=tuple(stage.accounts),
        team=stage.team,
        duration_ms=round((loop.time() - begun) * 1_000),
    )


async def _acts(stage: Stage) -> None:
    await setting.set_up(stage)
    await field.file_february(stage)
    field.write_offline(stage)
    await disruption.carry_by_courier(stage)
    await disruption.kill_under_a_push(stage)
    await second_agency.file_second_telling(stage)
    await second_agency.everybody_syncs(stage)
    await publishing.sign_off(stage)
    await settling.look(stage)
    await settling.settle(stage)
    await publishing.publish(stage)
    await publishing.correct_and_withdraw(stage)
    publishing.check_feed(stage)
    await closing.check_everything(stage)


def _figures(stage: Stage) -> Table:
    """From the mirror's database alone."""
    reports = {name: str(filed.report) for name, filed in stage.filed.items()}
    held = centre.held(centre.folder_of(stage))
    return table(stage.facts, reports, held, _asked(stage))


def _asked(stage: Stage) -> Mapping[str, int]:
    """Questions by the substance that each was about, in the end."""
    answered = stage.facts.told.answers.cannabis.code
    found: dict[str, int] = {}
    for name, questions in stage.questions.items():
        for item in stage.facts.seizure(name).items:
            code = item.code or answered
            found[code] = found.get(code, 0) + len(questions)
    return found
