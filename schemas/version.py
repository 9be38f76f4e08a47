"""The version of the protocol between tablets and nodes; what it counts is in docs/protocol.md."""

from typing import Final

PROTOCOL_VERSION: Final = 1
"""What this program speaks.

History:
    1   The first.
"""

PROTOCOL_VERSION_SUPPORTED_MIN: Final = 1
"""The oldest a node still serves. Raising it strands tablets that have not been seen for months."""

assert PROTOCOL_VERSION_SUPPORTED_MIN <= PROTOCOL_VERSION
