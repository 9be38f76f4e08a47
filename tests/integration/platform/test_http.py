"""What every request passes through: encodings, bounds, problems, ids; probe routes stand in."""

import gzip
import io
import json
from contextlib import redirect_stderr

import httpx
import pytest
from backports import zstd
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import event

from backend import logs
from backend.api.body import read_bytes, read_json
from backend.api.middleware.compress import choose_coding
from backend.db.engine import Database
from sync.limits import BUNDLE_BYTES_MAX
from tests.problem_documents import slug
from tests.running_node import RunningNode

INTEGER_MAX = 10**15

probe = APIRouter(prefix="/probe")


class Counted(BaseModel, strict=True, extra="forbid"):
    count: int = Field(le=INTEGER_MAX)
    tags: list[str] = []


@probe.post("/bytes")
async def probe_bytes(request: Request) -> int:
    return len(await read_bytes(request, BUNDLE_BYTES_MAX))


@probe.post("/json")
async def probe_json(request: Request) -> int:
    return (await read_json(request, Counted, bytes_max=1_000)).count


@probe.post("/write")
async def probe_write(request: Request) -> dict[str, bool]:
    database: Database = request.app.state.node.database
    await database.write(lambda connection: connection.exec_driver_sql("DELETE FROM node"))
    return {"accepted": True}


@probe.get("/bug")
async def probe_bug() -> None:
    raise ValueError("Azamat Bekov, 276 kg")


@probe.get("/text")
async def probe_text(size: int) -> Response:
    return Response("a" * size, media_type="text/plain", headers={"ETag": '"v1"'})


@pytest.fixture
async def client(node: RunningNode) -> httpx.AsyncClient:
    node.app.include_router(probe)
    return node.client


async def post_json(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    return await client.post(
        "/probe/json", content=body, headers={"Content-Type": "application/json"}
    )


async def test_an_unknown_route_is_a_problem(client: httpx.AsyncClient):
    assert slug(await client.get("/v1/nowhere")) == "not-found"


async def test_a_wrong_method_is_a_problem_that_names_the_right_one(client: httpx.AsyncClient):
    response = await client.delete("/v1/health")

    assert slug(response) == "method-not-allowed"
    assert response.headers["allow"] == "GET"


async def test_p1_a_failing_commit_is_never_answered_with_success(
    node: RunningNode, client: httpx.AsyncClient
):
    def fail(_connection: object) -> None:
        raise OSError("I/O error")

    engine = node.inside.database._writer._engine
    event.listen(engine, "commit", fail)
    failed = await client.post("/probe/write")
    event.remove(engine, "commit", fail)
    served = await client.post("/probe/write")

    assert slug(failed) == "storage-unavailable"
    assert failed.headers["retry-after"] == "5"
    assert (served.status_code, served.json()) == (200, {"accepted": True})


async def test_a_bug_is_answered_without_a_word_of_it_and_logged_without_its_message(
    client: httpx.AsyncClient,
):
    written = io.StringIO()
    with redirect_stderr(written):
        logs.configure("info")
        response = await client.get("/probe/bug")
    logs.configure("info")

    assert slug(response) == "internal"
    assert "Azamat" not in response.text + written.getvalue()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["unhandled", "request"]
    assert lines[0]["exception"][0]["exc_type"] == "ValueError"
    assert lines[1]["route"] == "/probe/bug"
    assert lines[1]["request_id"] == response.headers["x-request-id"]


async def test_the_log_holds_neither_path_nor_query(client: httpx.AsyncClient):
    written = io.StringIO()
    with redirect_stderr(written):
        logs.configure("info")
        await client.get("/v1/health/Azamat?name=Bekov")
    logs.configure("info")

    assert "Azamat" not in written.getvalue()
    assert "Bekov" not in written.getvalue()


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("zstd", zstd.compress), ("identity", bytes)],
)
async def test_a_body_is_read_in_every_encoding(client: httpx.AsyncClient, encoding: str, compress):
    response = await client.post(
        "/probe/bytes", content=compress(b"x" * 100_000), headers={"Content-Encoding": encoding}
    )

    assert response.json() == 100_000


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)]
)
async def test_a_bomb_is_refused_before_it_is_unpacked(
    client: httpx.AsyncClient, encoding: str, compress
):
    bomb = compress(bytes(BUNDLE_BYTES_MAX + 1))

    response = await client.post(
        "/probe/bytes", content=bomb, headers={"Content-Encoding": encoding}
    )

    assert len(bomb) < 50_000
    assert slug(response) == "body-too-large"
    assert response.json()["bytes_max"] == BUNDLE_BYTES_MAX


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)]
)
async def test_a_body_exactly_at_the_bound_is_read(
    client: httpx.AsyncClient, encoding: str, compress
):
    response = await client.post(
        "/probe/bytes",
        content=compress(bytes(BUNDLE_BYTES_MAX)),
        headers={"Content-Encoding": encoding},
    )

    assert response.json() == BUNDLE_BYTES_MAX


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(b"x" * 1_000, mtime=0)[:-4]),
        ("gzip", gzip.compress(b"x", mtime=0) + b"more"),
        ("gzip", b""),
        ("zstd", b"not zstd"),
        ("zstd", zstd.compress(b"x" * 1_000)[:-4]),
        ("zstd", zstd.compress(b"x") + b"more"),
        ("zstd", zstd.compress(b"x", options={zstd.CompressionParameter.window_log: 27})[:5]),
    ],
)
async def test_a_broken_compressed_body_is_a_problem(
    client: httpx.AsyncClient, encoding: str, body: bytes
):
    response = await client.post(
        "/probe/bytes", content=body, headers={"Content-Encoding": encoding}
    )

    assert slug(response) == "body-encoding"


async def test_an_unknown_encoding_names_the_supported_ones(client: httpx.AsyncClient):
    response = await client.post("/probe/bytes", content=b"x", headers={"Content-Encoding": "br"})

    assert slug(response) == "unsupported-encoding"
    assert response.json()["supported"] == ["gzip", "zstd"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"count": NaN}', "invalid-request"),
        (b'{"count": 1e999}', "invalid-request"),
        (b'{"count": Infinity}', "invalid-request"),
        (b'{"count": true}', "invalid-request"),
        (b'{"count": "7"}', "invalid-request"),
        (b'{"count": 7, "other": 1}', "invalid-request"),
        (b"{}", "invalid-request"),
        (b"[]", "invalid-request"),
        (b"{", "not-json"),
        (b"", "not-json"),
        (b'{"count": \xff}', "not-json"),
        (b'{"tags": ["\\ud800"], "count": 1}', "not-json"),
        (b'{"count": ' + b"9" * 800 + b"}", "invalid-request"),
        (b'{"tags": ' + b"[" * 400 + b"]" * 400 + b', "count": 1}', "not-json"),
        (b'{"count": 1, "tags": ["' + b"x" * 1_000 + b'"]}', "body-too-large"),
    ],
)
async def test_a_bad_json_body_is_a_problem(client: httpx.AsyncClient, body: bytes, expected: str):
    assert slug(await post_json(client, body)) == expected


async def test_all_errors_are_named_by_pointer_and_none_of_the_input_is_echoed(
    client: httpx.AsyncClient,
):
    response = await post_json(client, b'{"count": "Azamat", "tags": ["a", 5], "a/b~c": 1}')

    assert slug(response) == "invalid-request"
    assert [error["pointer"] for error in response.json()["errors"]] == [
        "/count",
        "/tags/1",
        "/a~1b~0c",
    ]
    assert "Azamat" not in response.text


async def test_a_body_that_is_not_called_json_is_not_read_as_json(client: httpx.AsyncClient):
    response = await client.post(
        "/probe/json", content=b'{"count": 1}', headers={"Content-Type": "text/plain"}
    )

    assert slug(response) == "unsupported-media-type"


async def test_a_wrong_query_is_a_problem_without_the_input(client: httpx.AsyncClient):
    response = await client.get("/probe/text?size=Azamat")

    assert slug(response) == "invalid-request"
    assert response.json()["errors"][0]["pointer"] == "/query/size"
    assert "Azamat" not in response.text


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=0.9, zstd;q=0.1", "gzip"),
        ("zstd;q=0, gzip;q=0", None),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("identity", None),
        ("gzip;q=rubbish", None),
    ],
)
def test_the_best_coding_the_client_takes_is_chosen(accept: str, coding: str | None):
    assert choose_coding(accept) == coding


async def test_an_answer_is_compressed_and_its_tag_weakened(client: httpx.AsyncClient):
    response = await client.get("/probe/text?size=5000", headers={"Accept-Encoding": "gzip"})

    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < 200
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["etag"] == 'W/"v1"'
    assert response.text == "a" * 5000


async def test_a_tiny_answer_goes_as_it_is(client: httpx.AsyncClient):
    response = await client.get("/probe/text?size=100", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in response.headers
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["etag"] == '"v1"'


async def test_every_answer_carries_an_id_and_is_kept_from_browsers(client: httpx.AsyncClient):
    first, second = await client.get("/v1/health"), await client.get("/v1/nowhere")

    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    for response in (first, second):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_the_node_is_alive_and_ready(client: httpx.AsyncClient):
    assert (await client.get("/v1/health")).json() == {"status": "ok"}
    assert (await client.get("/v1/ready")).json() == {"status": "ok"}
