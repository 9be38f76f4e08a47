"""A real server, killed with SIGKILL: what it acknowledged is there when it starts again."""

import base64
import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.clock import SystemClock
from backend.db.devices import Place
from backend.ids import SeededIds, SystemIds
from backend.services.enrol import make_code_at_console
from backend.services.start_node import open_node, set_up
from backend.settings import Settings
from schemas.devices import enrolment_text
from tests.running_node import TabletKey

STARTS_WITHIN_S = 60
TUS = {"Tus-Resumable": "1.0.0"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(settings: Settings, port: int) -> Generator[subprocess.Popen[bytes]]:
    """A server process that answers; killed at the end whatever happens."""
    environment = {**os.environ, "KHABAR_DATA_DIR": str(settings.data_dir)}
    process = subprocess.Popen(
        [sys.executable, "-c", "from backend.cli import main; main()", "serve", f"--port={port}"],
        env=environment,
        cwd=Path(__file__).parents[3],
        stderr=subprocess.DEVNULL,
    )
    try:
        end_s = time.monotonic() + STARTS_WITHIN_S
        while True:
            assert process.poll() is None, "the server did not start"
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/v1/ready").status_code == 200:
                    break
            assert time.monotonic() < end_s, "the server did not answer"
        yield process
    finally:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture
def prepared(tmp_path: Path) -> tuple[Settings, str, str]:
    """A node set up on disk, its id, and a code for one tablet."""
    settings = Settings(data_dir=tmp_path / "node", _env_file=None)
    set_up(settings, clock=SystemClock(), ids=SystemIds())
    node = open_node(settings, clock=SystemClock(), ids=SystemIds())
    made = make_code_at_console(node, Place("KG-CNS", None, None))
    node.close()
    return settings, node.identity.id, made.text


def enrolment(code: str, key: TabletKey, device: str) -> dict[str, Any]:
    proof = key.sign(enrolment_text(device, key.public_text, code))
    return {
        "code": code,
        "device": device,
        "name": "Osh-3",
        "public_key": key.public_text,
        "proof": proof,
    }


def test_p1_an_enrolment_and_a_photo_survive_kill_9_at_any_point(
    prepared: tuple[Settings, str, str],
):
    settings, node_id, code = prepared
    photo = bytes(range(256)) * 32_768
    name = hashlib.sha256(photo).hexdigest()
    key = TabletKey(SeededIds(7), SystemClock())
    device = SeededIds(8).uuid()
    port = free_port()

    def client() -> httpx.Client:
        token = key.token(device, node_id)
        return httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}", **TUS}
        )

    with serving(settings, port) as process:
        with client() as tablet:
            enrolled = tablet.post("/v1/enrolments", json=enrolment(code, key, device))
        kill(process)
    assert enrolled.status_code == 201

    with serving(settings, port) as process:
        with client() as tablet:
            metadata = f"sha256 {base64.b64encode(name.encode()).decode()}"
            headers = {"Upload-Length": str(len(photo)), "Upload-Metadata": metadata}
            location = tablet.post("/v1/attachments", headers=headers).headers["location"]
            sent = send_half(port, location, photo, tablet.headers["authorization"])
            while int(tablet.head(location).headers["upload-offset"]) == 0:
                pass
        kill(process)
        sent.close()

    with serving(settings, port), client() as tablet:
        offset = int(tablet.head(location).headers["upload-offset"])
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        done = tablet.patch(location, content=photo[offset:], headers=headers)
        read = tablet.get(f"/v1/attachments/{name}")

    assert 0 < offset <= len(photo) // 2
    assert done.headers["upload-offset"] == str(len(photo))
    assert read.content == photo


def send_half(port: int, location: str, photo: bytes, authorization: str) -> socket.socket:
    """A PATCH that announces everything, sends half of it and says no more."""
    head = (
        f"PATCH {location} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\n"
        "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        "Content-Type: application/offset+octet-stream\r\n"
        f"Content-Length: {len(photo)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(head.encode() + photo[: len(photo) // 2])
    return connection
