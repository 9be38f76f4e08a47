"""The log: one JSON object a line on standard error, without people's data and without secrets.

A line may carry ids, counts, durations, routes and class names. It never carries a path, a query,
a body, a header, a name, an address, the message of an exception (which may quote what was sent) or
the variables of a frame. ``FORBIDDEN`` is the net under that rule, not the rule.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

FORBIDDEN: Final = frozenset(
    {"authorization", "body", "code", "cookie", "name", "password", "proof", "secret", "token"}
)
"""Keys whose value never reaches the log."""

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def configure(level: str) -> None:
    """Once a process, by the command that starts it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            without_messages,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_secrets(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key in FORBIDDEN & event.keys():
        event[key] = "(left out)"
    return event


def without_messages(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep an exception's class and frames; its message may hold a report."""
    for trace in event.get("exception", ()):
        trace["exc_value"] = ""
        trace["exc_notes"] = []
    return event
