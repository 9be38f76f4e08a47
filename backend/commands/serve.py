"""``khabar serve``: this node over HTTP."""

from typing import Annotated

import typer

from backend.commands.output import expected_faults

GRACEFUL_SHUTDOWN_S = 5
"""An open stream must not keep the process alive for ever."""


def command(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; KHABAR_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; KHABAR_PORT.")] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start again when a file changes.")
    ] = False,
) -> None:
    """Serve this node. The database must be migrated (khabar migrate)."""
    import uvicorn  # noqa: PLC0415 — help must not wait for it

    from backend import logs  # noqa: PLC0415 — as above
    from backend.services.start_node import check_ready  # noqa: PLC0415 — as above
    from backend.settings import Settings  # noqa: PLC0415 — as above

    settings = Settings()
    logs.configure(settings.log_level)
    with expected_faults():
        check_ready(settings)
    uvicorn.run(
        "backend.serving:application",
        factory=True,
        host=host if host is not None else settings.host,
        port=port if port is not None else settings.port,
        reload=reload,
        # uvloop also switches Nagle's algorithm off on sockets that asyncio leaves it on.
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )
