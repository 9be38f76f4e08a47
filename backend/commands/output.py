"""How commands end badly: one line on standard error that says what to do, and a status."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console


def fail(message: str, *, status: int = 1) -> NoReturn:
    Console(stderr=True).print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(status)


@contextmanager
def expected_faults() -> Generator[None]:
    """Turn what an operator can mend into a sentence; everything else stays a traceback."""
    from backend.db.engine import StorageUnavailable  # noqa: PLC0415 — help must not wait for it
    from backend.db.migrate import SchemaOutdated  # noqa: PLC0415 — as above
    from backend.db.process_lock import LockedByAnotherProcess  # noqa: PLC0415 — as above
    from backend.reference_files import ReferenceFaultError  # noqa: PLC0415 — as above
    from schemas.problems import Problem  # noqa: PLC0415 — as above

    try:
        yield
    except (
        LockedByAnotherProcess,
        Problem,
        ReferenceFaultError,
        SchemaOutdated,
        StorageUnavailable,
    ) as fault:
        fail(str(fault))
