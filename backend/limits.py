"""Bounds of the server alone; those of the protocol are in ``sync/limits.py``."""

from typing import Final

from backend.clock import DAY_MS, HOUR_MS, MINUTE_MS

REQUEST_BODY_BYTES_MAX: Final = 64 * 1024
"""Any JSON request but a push: the largest legal one, a settled narrative, is near 45 KiB."""

ATTACHMENT_BYTES_MAX: Final = 512 * 1024 * 1024
"""One photo or film. Ten minutes of a tablet's 1080p film; bounds what one upload can fill."""

ATTACHMENT_CHUNK_BYTES_MAX: Final = 8 * 1024 * 1024
"""One tus PATCH with a checksum: it is held back until the checksum is known to be right."""

UPLOAD_KEPT_MS: Final = 60 * DAY_MS
"""An unfinished upload waits this long: longer than any time without network."""

UPLOADS_OPEN_MAX: Final = 500
"""Unfinished uploads of one device; a tablet that was weeks without network has some hundred."""

DISK_RESERVED_BYTES: Final = 256 * 1024 * 1024
"""Kept free of attachments, so that photos never take the room that reports need."""

WAITING_WRITES_MAX: Final = 1_000
"""Works queued for the writer. Beyond it callers are told to come back, before memory is."""

GROUP_WORKS_MAX: Final = 64
"""Works under one COMMIT. Beyond it the share of the fsync each pays is already below 2 %."""

GROUP_MS_MAX: Final = 50
"""A group that has run this long commits: no caller waits for the works of many others."""

BUSY_TIMEOUT_MS: Final = 5_000
"""How long SQLite waits for a lock an outside tool holds (a backup, a shell)."""

READERS: Final = 4
"""Connections that read. Each costs a thread and a page cache."""

SESSION_MS: Final = 12 * HOUR_MS
"""A console session: one shift."""

ENROLMENT_CODE_MS: Final = 72 * HOUR_MS
"""A code is made at the office and used at the post, which may be two days' drive away."""

ENROLMENT_CODE_BYTES: Final = 12
"""96 bits: no guess succeeds within the life of a code."""

DEVICE_TOKEN_MS_MAX: Final = 10 * MINUTE_MS
"""Life of a token a tablet signs for itself. One slow sync long; too short to collect."""

CLOCK_SKEW_MS_MAX: Final = 30_000
"""How far ahead of the node a token may be issued before the tablet is told the time."""

VERIFIED_TOKENS_MAX: Final = 4_096
"""Tokens remembered as verified; a signature costs 0.2 ms, a look-up nothing."""

LOGIN_FAILURES_MAX: Final = 5
"""Wrong passwords for one account from one address within the window."""

LOGIN_FAILURES_PER_ADDRESS_MAX: Final = 50
"""Wrong passwords from one address, whatever the account: an office shares one address."""

LOGIN_FAILURES_PER_ACCOUNT_MAX: Final = 50
"""Wrong passwords for one account, whatever the address: many addresses guess no faster."""

ENROLMENT_FAILURES_MAX: Final = 20
"""Wrong enrolment codes from one address within the window."""

ATTEMPTS_WINDOW_MS: Final = 15 * MINUTE_MS
"""The window of the counts above."""

PASSWORD_CHECKS_AT_ONCE: Final = 2
"""argon2id takes 64 MiB and 0.15 s of a core each; more at once starve everything else."""

PAGE_ROWS_MAX: Final = 500
"""Rows of one list page."""

assert LOGIN_FAILURES_MAX < LOGIN_FAILURES_PER_ADDRESS_MAX
assert GROUP_WORKS_MAX <= WAITING_WRITES_MAX
assert CLOCK_SKEW_MS_MAX < DEVICE_TOKEN_MS_MAX
