"""Two hundred worlds, each with its own faults: every promise holds at each step and at the end.

A seed that fails prints the command that replays it. One that failed once is kept in
``regressions.txt`` and runs for ever.
"""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.simulation.run import STEPS, run

_SEEDS: Final = range(1, 201)
_CHUNK: Final = 10
_REGRESSIONS: Final = Path(__file__).with_name("regressions.txt")


def _regressions() -> Iterator[tuple[int, int]]:
    """(seed, steps) of each line ``seed steps what it showed``."""
    for line in _REGRESSIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            seed, steps, _ = line.split(maxsplit=2)
            yield int(seed), int(steps)


def _live(seed: int, steps: int) -> dict[str, int]:
    """What happened in a world; a broken promise is told with its replay."""
    try:
        return asyncio.run(run(seed, steps)).counts
    except BaseException as error:
        error.add_note(f"replay: python -m tests.simulation --seed {seed} --steps {steps}")
        raise


@pytest.mark.parametrize("first", _SEEDS[::_CHUNK])
def test_every_promise_holds_in_ten_worlds_from_seed(first: int):
    """P1 P2 P3 P4 P5 P6 P7 P10 P11 S3 S4 S5: at each step, and when peace has come."""
    happened: dict[str, int] = {}
    for seed in range(first, first + _CHUNK):
        for what, count in _live(seed, STEPS).items():
            happened[what] = happened.get(what, 0) + count
    for what in ("pushes: the server has a fault", "pushes: answer lost", "pulls"):
        assert happened.get(what, 0) > 0, f"ten worlds without one: {what}"


def test_every_seed_that_failed_once_holds_now():
    for seed, steps in _regressions():
        _live(seed, steps)


def test_the_same_seed_is_the_same_world():
    told: list[list[str]] = [[], []]
    for said in told:
        asyncio.run(run(3, 30, said.append))
    differing = [pair for pair in itertools.zip_longest(*told) if pair[0] != pair[1]]
    assert differing == []
