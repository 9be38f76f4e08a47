"""What tests of the shell share: a migrated database, a running node, its clock, its clients."""

import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from backend import logs
from backend.db import reference
from backend.db.engine import Database, open_database
from backend.db.migrate import migrate
from backend.settings import Settings
from tests.running_node import FakeClock, RunningNode, reference_tables, running_node


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and the reference rows; copied, never opened, by what follows."""
    path = tmp_path_factory.mktemp("migrated") / "khabar.db"
    migrate(f"sqlite:///{path}")
    opened = open_database(f"sqlite:///{path}")
    opened.write_blocking(lambda connection: reference.load(connection, reference_tables()))
    opened.close()
    return path


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    """Settings of a node in this test's own folder, its tables made."""
    data_dir = tmp_path / "node"
    data_dir.mkdir()
    shutil.copy(migrated_file, data_dir / "khabar.db")
    return Settings(data_dir=data_dir, node_name="Test node", node_country="KG", _env_file=None)


@pytest.fixture
def database(settings: Settings) -> Generator[Database]:
    """The tables alone, without an application around them."""
    opened = open_database(settings.resolved_database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session", autouse=True)
def json_logs() -> None:
    """As in production, so that a test meets the log that an operator will."""
    logs.configure("info")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def node(settings: Settings, clock: FakeClock) -> AsyncGenerator[RunningNode]:
    """A node that serves: its application within its lifespan, and clients for it."""
    async with running_node(settings, clock) as running:
        yield running
