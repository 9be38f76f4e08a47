"""Delivers a change of scope as rows of the ordinary pull, never as a reset (S4)."""

from backend.db import report_store
from backend.services.intake import Intake
from backend.services.pull import Reader, get_reader
from sync.scope import device_scope


def pass_by(intake: Intake, before: Reader) -> None:
    """Let every report the device could see, or can see now, pass by in its own scope.

    ``before`` is the reader as it was; the next pull tells state or ``left`` for each.
    """
    after = get_reader(intake.connection, before.device)
    old = report_store.members(intake.connection, before.scopes)
    new = report_store.members(intake.connection, after.scopes)
    intake.nudge(device_scope(before.device), old ^ new)
    intake.finish()
