"""scripts/find-python on machines that lack something: folders of pretended Pythons."""

import subprocess
from pathlib import Path

import pytest

from tests.repo.tree import ROOT

BROKEN_SHIM = "echo 'command not found' >&2; exit 127"


def answers(words: str) -> str:
    """A Python that says this about itself when it is probed."""
    return f"echo '{words}'"


def find_python(path: Path, pythons: dict[str, str], **environment: str):
    """Run the script on a machine that has these Pythons and nothing else."""
    for name, body in pythons.items():
        (path / name).write_text(f"#!/bin/sh\n{body}\n")
        (path / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", ROOT / "scripts/find-python"],
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_python_that_answers_is_taken(tmp_path: Path):
    found = find_python(
        tmp_path,
        {
            "python3.13": BROKEN_SHIM,
            "python3.12": answers("ok 3.12"),
            "python3.11": answers("ok 3.11"),
        },
    )

    assert (found.returncode, found.stdout, found.stderr) == (0, "python3.12\n", "")


def test_a_python_without_venv_is_passed_over_when_another_has_it(tmp_path: Path):
    found = find_python(
        tmp_path,
        {"python3.13": answers("ensurepip 3.13"), "python3": answers("ok 3.11")},
    )

    assert (found.returncode, found.stdout) == (0, "python3\n")


def test_the_caller_may_name_the_python(tmp_path: Path):
    found = find_python(
        tmp_path,
        {"python3.13": answers("ok 3.13"), "python3.11": answers("ok 3.11")},
        PYTHON="python3.11",
    )

    assert (found.returncode, found.stdout) == (0, "python3.11\n")


@pytest.mark.parametrize(
    ("pythons", "told"),
    [
        ({}, "Khabar needs Python 3.11 or newer."),
        ({"python3": BROKEN_SHIM}, "Khabar needs Python 3.11 or newer."),
        ({"python3": answers("old 3.9")}, "(python3 is 3.9.)"),
        ({"python3": answers("ensurepip 3.11")}, "sudo apt install python3.11-venv"),
        ({"python3": answers("sqlite3 3.12")}, "built without sqlite3"),
    ],
)
def test_what_is_missing_is_said_with_the_way_to_get_it(
    tmp_path: Path, pythons: dict[str, str], told: str
):
    found = find_python(tmp_path, pythons)

    assert (found.returncode, found.stdout) == (1, "")
    assert told in found.stderr
