"""``khabar demo``: plays once, keeps what it made to itself, and starts again as it was."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SECONDS_MAX = 240


def demo(folder: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from backend.cli import main; main()", "demo", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def test_the_demo_plays_at_the_first_start_and_only_then(tmp_path: Path):
    first = demo(tmp_path, "--no-serve")
    assert first.returncode == 0, first.stdout + first.stderr
    accounts = tmp_path / "var" / "demo-accounts.json"
    kept = json.loads(accounts.read_text("utf-8"))
    assert [each["agency"] for each in kept["accounts"] if each["roles"] == ["administrator"]] == [
        "KG-CNS",
        "KG-CUSTOMS",
        "KG-BG",
        "KG-GKNB",
    ]
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["var"]
    key = tmp_path / "var" / "demo-centre.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert f"--key {key.relative_to(tmp_path)}" in first.stdout

    second = demo(tmp_path, "--no-serve")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "First start" in first.stdout
    assert "First start" not in second.stdout
    assert json.loads(accounts.read_text("utf-8")) == kept
    for each in kept["accounts"]:
        assert each["password"] in second.stdout


def test_the_demo_says_plainly_that_its_port_is_taken(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = demo(tmp_path, KHABAR_PORT=str(port))
    assert run.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_refuses_a_database_it_would_not_make_itself(tmp_path: Path):
    run = demo(tmp_path, KHABAR_DATABASE_URL="sqlite:///other.db")
    assert run.returncode == 1
    assert "Unset KHABAR_DATABASE_URL" in " ".join(run.stderr.split())
    assert list(tmp_path.iterdir()) == []
