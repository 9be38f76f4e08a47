"""Durable files: what it takes before a rename or a new file may be called kept."""

import os
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Make names in ``folder`` durable. A folder cannot be opened on Windows, nor need it be."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_durably(source: Path, target: Path) -> None:
    """Rename ``source``, whose content is already synced, so that a power cut keeps one name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    fsync_folder(target.parent)
    if source.parent != target.parent:
        fsync_folder(source.parent)
