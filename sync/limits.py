"""Every bound of the protocol, with its unit in its name and the reason for its number."""

from typing import Final

LINE_BYTES_MAX: Final = 256 * 1024
"""One change. A report typed to the last field is near 12 KiB; photos travel apart."""

SEGMENT_LINES_MAX: Final = 5_000
"""Lines under one seal. Bounds what must be verified before the first is believed."""

BUNDLE_LINES_MAX: Final = 10_000
"""Lines in one push. Bounds the time one transaction holds the write lock."""

BUNDLE_BYTES_MAX: Final = 32 * 1024 * 1024
"""One push after decompression. Bounds what a gzip or zstd bomb can cost."""

JSON_DEPTH_MAX: Final = 12
"""Nesting of a line. The deepest legal value, a point inside an event inside ``set``, is 5."""

INTEGER_DIGITS_MAX: Final = 15
"""Digits of a JSON integer: every such integer is exact in every JSON reader (RFC 8259, 6)."""

DECIMAL_DIGITS_MAX: Final = 30
"""Digits of a decimal written as text, both sides of the point together."""

SET_PATHS_MAX: Final = 2_000
"""Fields one change may touch."""

TEXT_CHARACTERS_MAX: Final = 4_000
"""One ordinary text field."""

NARRATIVE_CHARACTERS_MAX: Final = 40_000
"""The narrative: about fifteen printed pages."""

ENTERED_CHARACTERS_MAX: Final = 200
"""A quantity or substance as an officer types it."""

REASON_CHARACTERS_MAX: Final = 2_000
"""Why a report is voided or a conflict settled the way it is."""

CANDIDATES_MAX: Final = 64
"""Sides of one conflict that are shown; more devices than a region owns teams."""

assert LINE_BYTES_MAX < BUNDLE_BYTES_MAX
assert SEGMENT_LINES_MAX <= BUNDLE_LINES_MAX
assert TEXT_CHARACTERS_MAX < NARRATIVE_CHARACTERS_MAX
assert NARRATIVE_CHARACTERS_MAX * 4 < LINE_BYTES_MAX
