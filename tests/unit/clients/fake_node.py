"""A node in forty promises: the wire of docs/protocol.md over dictionaries, and every way to fail.

Not the server: it merges by taking the newest value, so that tests of the tablet need no database.
What it stores it verifies, and what it signs is signed as a node signs.
"""

import base64
import copy
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from clients import bundles
from clients.keys import to_text, verify
from sync.changes import Change, Edit
from sync.cursor import scope_digest
from sync.ids import DeviceId
from sync.log import ProvedSegment, Refused, prove, split_bundle
from sync.strictjson import dumps

NODE_ID = "0192f0c1-0000-7000-8000-00000000000d"
CODE = "7TQ4N-0C2XV-9KRWB-HM5PD"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

Fault = Callable[[httpx.Request], httpx.Response | Exception | None]


def problem(slug: str, status: int, retry: str, **members: Any) -> httpx.Response:
    body = {"type": f"urn:khabar:problem:{slug}", "status": status, "retry": retry, **members}
    headers = {"content-type": "application/problem+json"}
    return httpx.Response(status, content=json.dumps(body), headers=headers)


def answer(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def digest_of(value: Any) -> str:
    return hashlib.sha256(dumps(value)).hexdigest()


def tagged(request: httpx.Request, body: Any, digest: str) -> httpx.Response:
    """The body, or word that the one asked about is still it; weakened as compression does."""
    headers = {"ETag": f'W/"{digest}"'}
    if request.headers.get("if-none-match") == f'"{digest}"':
        return httpx.Response(304, headers=headers)
    return httpx.Response(200, json=body, headers=headers)


@dataclass
class Data:
    """What a backup holds."""

    epoch: str = "5f2c"
    lines: dict[str, dict[int, bytes]] = field(default_factory=dict)
    verdicts: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    moves: list[str] = field(default_factory=list)
    """Report ids in the order they changed; a cursor counts into it."""
    bundles: set[str] = field(default_factory=set)
    reference: list[dict[str, Any]] = field(default_factory=list)
    floor: int = 0


class FakeNode:
    """One node, and the transport that reaches it."""

    def __init__(self) -> None:
        self.signing = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
        self.sealing = X25519PrivateKey.from_private_bytes(b"\x02" * 32)
        self.data = Data()
        self.keys: dict[str, str] = {}
        self.orders: dict[str, list[dict[str, Any]]] = {}
        self.finished: list[tuple[str, str]] = []
        self.hidden: set[str] = set()
        """Reports outside everybody's scope."""
        self.files: dict[str, bytes] = {}
        self.forms: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, tuple[str, int, bytes]] = {}
        self.assignment = 1
        self.said_assignments: list[tuple[str | None, int]] = []
        self.now_ms: int | None = None
        """When set, tokens signed more than five minutes off are refused."""
        self.faults: list[Fault] = []
        self.seen: list[tuple[str, str]] = []
        self.pushed: list[bytes] = []
        self.page = 100

    # --- how to reach it ----------------------------------------------------------------------

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._handle))

    def fail(self, *faults: Fault) -> None:
        """Let each fault look at each request, first come first served, until it is taken out."""
        self.faults.extend(faults)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((request.method, request.url.path))
        for fault in list(self.faults):
            said = fault(request)
            if isinstance(said, Exception):
                raise said
            if said is not None:
                return said
        return self.serve(request)

    def serve(self, request: httpx.Request) -> httpx.Response:
        path, method = request.url.path, request.method
        if path == "/v1/enrolments":
            return self._enrol(json.loads(request.content))
        device, refused = self._who(request)
        if refused is not None:
            return refused
        if path.startswith("/v1/sync/"):
            return self._sync(device, path, request)
        if path.startswith("/v1/devices/current/orders/"):
            order = path.split("/")[5]
            self.finished.append((order, json.loads(request.content)["outcome"]))
            self.orders[device] = [o for o in self.orders.get(device, []) if o["id"] != order]
            return answer({"id": order})
        if path.startswith(("/v1/reference", "/v1/forms")):
            return self._shelf(path, request)
        return self._attachments(method, path, request)

    def _sync(self, device: str, path: str, request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        match path.removeprefix("/v1/sync/").split("/"):
            case ["push"]:
                return self._push(device, self._body(request))
            case ["push", bundle] if bundle in self.data.bundles:
                return answer(self._receipt(bundle, [device], []))
            case ["pull"]:
                return self._pull(device, params)
            case ["manifest"]:
                return self._manifest(params)
            case ["reports"]:
                wanted, held = json.loads(request.content)["reports"], self.in_scope()
                found = [held[report] for report in wanted if report in held]
                return answer({"epoch": self.data.epoch, "reports": found})
            case _:
                return problem("not-found", 404, "never")

    def _body(self, request: httpx.Request) -> bytes:
        packed = request.headers.get("content-encoding") == "gzip"
        raw = gzip.decompress(request.content) if packed else request.content
        if not raw.startswith(bundles.MAGIC):
            return raw
        _, _, _, sealed = raw.split(b"\n", 3)
        return SUITE.decrypt(sealed, self.sealing, bundles.INFO)

    # --- who ----------------------------------------------------------------------------------

    def _enrol(self, asked: dict[str, str]) -> httpx.Response:
        if asked["code"] != CODE:
            return problem("enrolment-code-invalid", 403, "after_change")
        self.keys[asked["device"]] = asked["public_key"]
        node = {
            "id": NODE_ID,
            "signing_key": to_text(self.signing.public_key().public_bytes_raw()),
            "sealing_key": to_text(self.sealing.public_key().public_bytes_raw()),
        }
        return answer(
            {"device": asked["device"], "agency": "KG-CNS", "team": None, "post": None,
             "assignment": 1, "node": node}, 201
        )  # fmt: skip

    def _who(self, request: httpx.Request) -> tuple[str, httpx.Response | None]:
        token = request.headers["authorization"].removeprefix("Bearer ")
        claims = json.loads(_decoded(token.split(".")[1]))
        signed, _, signature = token.rpartition(".")
        key = self.keys.get(claims["iss"])
        if key is None or not verify(key, signed.encode(), to_text(_decoded(signature))):
            return "", problem("not-authenticated", 401, "after_change")
        if self.now_ms is not None and abs(claims["iat"] * 1000 - self.now_ms) > 300_000:
            return "", problem("clock-off", 401, "after_change", server_time_ms=self.now_ms)
        return claims["iss"], None

    # --- push ---------------------------------------------------------------------------------

    def _push(self, carrier: str, raw: bytes) -> httpx.Response:
        self.pushed.append(raw)
        segments: list[dict[str, Any]] = []
        verdicts: list[dict[str, Any]] = []
        for piece in split_bundle(raw):
            proved = self._prove(piece)
            if isinstance(proved, Refused):
                segments.append({"device": proved.device, "first": 0, "last": 0,
                                 "outcome": "quarantined", "reason": proved.reason})  # fmt: skip
                continue
            device = proved.seal.device
            known = self.data.lines.setdefault(device, {})
            for line in proved.lines:
                if line.seq in known:
                    first = self.data.verdicts[device].get(line.seq, {})
                    said = {"verdict": "duplicate", "first": first}
                else:
                    known[line.seq] = line.bytes_as_sent
                    said = self._judge(device, line.change)
                if device == carrier:
                    verdicts.append({"device": device, "seq": line.seq, **said})
            through = self.stored(device)
            outcome = "stored" if proved.seal.last <= through else "held"
            segments.append({"device": device, "first": proved.seal.first,
                             "last": proved.seal.last, "outcome": outcome})  # fmt: skip
        bundle = hashlib.sha256(raw).hexdigest()
        self.data.bundles.add(bundle)
        devices = [each["device"] for each in segments if each["device"]]
        return answer(self._receipt(bundle, devices, verdicts, segments, carrier))

    def _prove(self, piece: Any) -> ProvedSegment | Refused:
        if isinstance(piece, Refused):
            return piece
        key = self.keys.get(piece.seal.device, "")
        return prove(piece, public_key=key, verify=verify)

    def _judge(self, device: str, change: Any) -> dict[str, Any]:
        """Take the newest value; what cannot be read is parked."""
        if not isinstance(change, Change) or not isinstance(change.body, Edit):
            said: dict[str, Any] = {"verdict": "parked", "reason": "unreadable", "path": None}
        elif any(path.startswith("/nowhere") for path in change.body.touched):
            said = {"verdict": "parked", "reason": "unknown-path", "path": "/nowhere"}
        else:
            old = self.data.reports.get(change.report, {"revision": self.data.floor, "fields": {}})
            fields = {**old["fields"], **{p: t.now for p, t in change.body.touched.items()}}
            revision = old["revision"] + 1
            self.put_report(change.report, revision, fields, form=change.form)
            said = {"verdict": "applied", "revision": revision}
        seq = change.seq if isinstance(change, Change) else 0
        self.data.verdicts.setdefault(device, {})[seq] = said
        return said

    def put_report(self, report: str, revision: int, fields: dict[str, Any], **more: Any) -> None:
        self.data.reports[report] = {
            "id": report, "form": "seizure/2", "revision": revision, "fields": fields,
            "readings": {}, "contested": {}, "conflicts": [], "twins": [],
            "evidence": "complete", "published": None, **more,
        }  # fmt: skip
        self.data.moves.append(report)

    def stored(self, device: str) -> int:
        through = 0
        while through + 1 in self.data.lines.get(device, {}):
            through += 1
        return through

    def _receipt(
        self, bundle: str, devices: list[str], verdicts: list[Any],
        segments: list[Any] | None = None, carrier: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        if segments is None:
            segments = [
                {"device": d, "first": 1, "last": self.stored(d), "outcome": "stored"}
                for d in devices
            ]
        stored = "".join(f"stored {d} {self.stored(d)}\n" for d in sorted(set(devices)))
        digest = hashlib.sha256(dumps(verdicts)).hexdigest()
        text = (
            f"khabar-receipt-v1\nnode {NODE_ID}\nepoch {self.data.epoch}\nbundle {bundle}\n"
            f"at 2020-02-01T09:12:44.120Z\n{stored}verdicts {digest}\n"
        )
        return {
            "receipt": text, "signature": to_text(self.signing.sign(text.encode())),
            "segments": segments, "verdicts": verdicts, "orders": self.orders.get(carrier, []),
        }  # fmt: skip

    # --- pull ---------------------------------------------------------------------------------

    def in_scope(self) -> dict[str, dict[str, Any]]:
        return {r: d for r, d in self.data.reports.items() if r not in self.hidden}

    def _pull(self, device: str, params: dict[str, str]) -> httpx.Response:
        assignment = params.get("assignment")
        self.said_assignments.append((assignment, int(params["head"])))
        epoch, _, at = params.get("cursor", f"{self.data.epoch}.0").partition(".")
        if epoch != self.data.epoch:
            return problem("cursor-stale", 410, "after_change")
        start = int(at)
        upto = min(start + self.page, len(self.data.moves))
        moved = list(dict.fromkeys(self.data.moves[start:upto]))
        more = upto < len(self.data.moves)
        held = self.in_scope()
        digest = scope_digest({r: d["revision"] for r, d in held.items()})
        mine = self.data.verdicts.get(device, {})
        return answer({
            "cursor": f"{self.data.epoch}.{upto}", "more": more, "epoch": self.data.epoch,
            "at": "2020-02-01T09:12:45.000Z", "stored": self.stored(device),
            "reports": [held[r] for r in moved if r in held],
            "left": [r for r in moved if r not in held],
            "verdicts": [{"device": device, "seq": s, **v} for s, v in mine.items()],
            "orders": self.orders.get(device, []),
            "assignment": {"ordinal": self.assignment, "agency": "KG-CNS"},
            "reference": max((row["version"] for row in self.data.reference), default=0),
            "forms": digest_of(self._form_list()) if self.forms else "",
            "digest": None if more else digest,
        })  # fmt: skip

    def _manifest(self, params: dict[str, str]) -> httpx.Response:
        rows = sorted(
            (r, d["revision"]) for r, d in self.in_scope().items() if r > params.get("after", "")
        )
        page = rows[: min(int(params["limit"]), self.page)]
        following = page[-1][0] if len(page) == self.page else None
        cursor = f"{self.data.epoch}.{len(self.data.moves)}"
        return answer(
            {"epoch": self.data.epoch, "cursor": cursor, "reports": page, "next": following}
        )

    # --- reference tables and forms -----------------------------------------------------------

    def _shelf(self, path: str, request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        if path == "/v1/reference":
            since, limit = int(params["since"]), min(int(params["limit"]), self.page)
            rows = [row for row in self.data.reference if row["version"] > since]
            rows.sort(key=lambda row: row["version"])
            through = rows[:limit][-1]["version"] if rows else since
            return answer(
                {"items": rows[:limit], "through": through, "has_more": len(rows) > limit}
            )
        if path == "/v1/forms":
            forms = self._form_list()
            current = {each["name"]: each["form"] for each in forms if each["is_current"]}
            index = {"forms": forms, "current": current, "digest": digest_of(forms)}
            return tagged(request, index, digest_of(forms))
        document = self.forms[path.removeprefix("/v1/forms/")]
        return tagged(request, document, digest_of(document))

    def _form_list(self) -> list[dict[str, Any]]:
        return [
            {"form": form, "name": form.partition("/")[0], "digest": digest_of(document),
             "is_current": form == max(self.forms)}
            for form, document in self.forms.items()
        ]  # fmt: skip

    def put_row(self, table: str, code: str, **body: Any) -> None:
        """A row as it stands now, numbered above all before."""
        newest = max((row["version"] for row in self.data.reference), default=0)
        self.data.reference = [
            row for row in self.data.reference if (row["table"], row["code"]) != (table, code)
        ]
        self.data.reference.append({
            "table": table, "code": code, "version": newest + 1,
            "is_retired": body.pop("is_retired", False), "body": {"code": code, **body},
        })  # fmt: skip

    # --- attachments --------------------------------------------------------------------------

    def _attachments(self, method: str, path: str, request: httpx.Request) -> httpx.Response:
        headers = {"Tus-Resumable": "1.0.0"}
        if method == "POST":
            sha256 = _metadata(request.headers["upload-metadata"])
            length = int(request.headers["upload-length"])
            got = self.files.get(sha256, b"")
            upload = f"/v1/attachments/uploads/{len(self.uploads) + 1}"
            self.uploads[upload] = (sha256, length, got)
            headers |= {"Location": upload, "Upload-Offset": str(len(got))}
            return httpx.Response(201, headers=headers)
        if path not in self.uploads:
            return problem("not-found", 404, "never")
        sha256, length, got = self.uploads[path]
        if method == "PATCH":
            if int(request.headers["upload-offset"]) != len(got):
                return problem("upload-offset", 409, "after_change", upload_offset=len(got))
            got += request.content
            self.uploads[path] = (sha256, length, got)
            if len(got) == length and hashlib.sha256(got).hexdigest() == sha256:
                self.files[sha256] = got
        return httpx.Response(204, headers={**headers, "Upload-Offset": str(len(got))})

    # --- what operators do --------------------------------------------------------------------

    def backup(self) -> Data:
        return copy.deepcopy(self.data)

    def restore(self, backup: Data, epoch: str) -> None:
        self.data = copy.deepcopy(backup)
        self.data.epoch = epoch
        self.data.floor = 1_000
        self.data.bundles = set()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _metadata(text: str) -> str:
    pairs = dict(pair.strip().split(" ", 1) for pair in text.split(","))
    return base64.b64decode(pairs["sha256"]).decode()


def lines_of(node: FakeNode, device: DeviceId) -> list[bytes]:
    """What the node holds of a log, in order."""
    held = node.data.lines.get(device, {})
    return [held[seq] for seq in sorted(held)]
