"""``khabar migrate``: the tables of this version, the node's keys and its identity."""

from backend.commands.output import expected_faults


def command() -> None:
    """Bring the database to this version's tables, and make the node's keys at the first time."""
    from backend.clock import SystemClock  # noqa: PLC0415 — help must not wait for it
    from backend.ids import SystemIds  # noqa: PLC0415 — as above
    from backend.services.start_node import set_up  # noqa: PLC0415 — as above
    from backend.settings import Settings  # noqa: PLC0415 — as above

    with expected_faults():
        identity = set_up(Settings(), clock=SystemClock(), ids=SystemIds())
    print(f"{identity.name} ({identity.country}) is ready: node {identity.id}")
