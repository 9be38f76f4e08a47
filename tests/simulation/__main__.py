"""Replays one seed: ``python -m tests.simulation --seed 1729 [--steps 60] [--verbose]``."""

import argparse
import asyncio
import sys

from tests.simulation.run import STEPS, run


def _tell(what: str) -> None:
    sys.stdout.write(f"{what}\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seeds", type=int, default=1, help="run so many, from the seed on")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--verbose", action="store_true", help="say each step as it is taken")
    given = parser.parse_args()
    say = _tell if given.verbose else lambda _: None
    failed = 0
    for seed in range(given.seed, given.seed + given.seeds):
        try:
            finished = asyncio.run(run(seed, given.steps, say))
        except Exception as error:
            if given.seeds == 1:
                raise
            failed += 1
            _tell(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}")
        else:
            if given.seeds == 1:
                _tell(str(finished))
    if given.seeds > 1:
        _tell(f"{given.seeds} seeds, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
