"""The identifiers of the system, each a type of its own so that two can never be swapped unseen."""

import re
from typing import Final, NewType

DeviceId = NewType("DeviceId", str)
"""A tablet, or a node's own log. UUID, lower case, hyphenated (RFC 9562)."""

OfficerId = NewType("OfficerId", str)
"""The person who wrote a change; several share a tablet. UUID."""

ReportId = NewType("ReportId", str)
"""One report, named by the tablet that created it. UUID."""

ConflictId = NewType("ConflictId", str)
"""One thing that waits for a person. Derived from what opened it, so a replay opens it once."""

AgencyCode = NewType("AgencyCode", str)
"""An agency of the register, for example ``KG-CNS``."""

TeamId = NewType("TeamId", str)
"""A mobile team: officers of several agencies who share reports."""

Seq = NewType("Seq", int)
"""A line's number in its device's log, from 1, without gaps."""

Revision = NewType("Revision", int)
"""A report's version at this server, from 1; 0 is a report the server never saw."""

Position = NewType("Position", int)
"""A place in the node's journal, given at commit; a reader's cursor holds one."""

UUID_PATTERN: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
SHA256_PATTERN: Final = re.compile(r"[0-9a-f]{64}\Z")
CODE_PATTERN: Final = re.compile(r"[A-Za-z0-9{}\[\]_.+-]{1,64}\Z")
"""Codes of tables and lists: ASCII without spaces, so that a path segment may carry one."""


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and UUID_PATTERN.match(value) is not None


def is_sha256(value: object) -> bool:
    return isinstance(value, str) and SHA256_PATTERN.match(value) is not None


def is_code(value: object) -> bool:
    return isinstance(value, str) and CODE_PATTERN.match(value) is not None
