"""The server as a process of its own: started, killed without warning, started again."""

import asyncio
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

HOST: Final = "127.0.0.1"
START_S_MAX: Final = 120
"""A cold start on a slow laptop: Python, the reference tables, the database."""

STOP_S_MAX: Final = 15
_POLL_S: Final = 0.05


class ServerError(RuntimeError):
    """The server or one of its commands did not do what it should."""


@dataclass(frozen=True, slots=True)
class Installation:
    """How ``khabar`` is run here, and where one node keeps everything."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    """Working directory: commands look for nothing outside of it."""
    log: Path

    async def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run one command of ``khabar`` to its end; its output."""
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *arguments,
            cwd=self.folder,
            env={**self.environment, **(environment or {})},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        output, _ = await process.communicate()
        text = output.decode(errors="replace")
        if process.returncode != 0:
            raise ServerError(f"khabar {' '.join(arguments)} failed:\n{text.strip()}")
        return text


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Server:
    """One server process after the other, on one port and one data folder."""

    installation: Installation
    port: int = field(default_factory=free_port)
    kills_count: int = 0
    _process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        """Start and wait until it can serve."""
        with self.installation.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.installation.command,
                "serve",
                "--host",
                HOST,
                "--port",
                str(self.port),
                cwd=self.installation.folder,
                env=dict(self.installation.environment),
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we stop it in order
            )
        await self._until_ready()

    async def _until_ready(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_S_MAX
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=5) as client:
            while loop.time() < deadline:
                if self._process is None or self._process.returncode is not None:
                    break
                if await _is_ready(client):
                    return
                await asyncio.sleep(_POLL_S)
        raise ServerError(f"the server did not start:\n{self._tail()}")

    def _tail(self) -> str:
        return self.installation.log.read_text(errors="replace")[-2_000:]

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is written down."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            self.kills_count += 1

    async def ended(self) -> None:
        """Wait until the process is gone."""
        if self._process is not None:
            await self._process.wait()
            self._process = None

    async def stop(self) -> None:
        """Stop in order; kill what does not."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/v1/ready")).is_success
    except httpx.HTTPError:
        return False
