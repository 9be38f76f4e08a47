"""What endpoints are given: the node, and who is asking about which request."""

from typing import Annotated, cast

from fastapi import Depends, Request

from backend.node import Node


async def get_node(request: Request) -> Node:
    """Async, or FastAPI would take a thread for it."""
    return cast(Node, request.app.state.node)


NodeDependency = Annotated[Node, Depends(get_node)]


def address_of(request: Request) -> str:
    """Where the request comes from, for counting attempts; never logged."""
    return request.client.host if request.client is not None else "unknown"
