"""What tests of the contract share: the inhabited node."""

import pytest

from tests.contract.inhabited import World, inhabit
from tests.running_node import RunningNode


@pytest.fixture
async def world(node: RunningNode) -> World:
    return await inhabit(node)
