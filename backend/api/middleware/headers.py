"""Headers that make a browser careful with what a node sends."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000"),  # ignored over plain http (RFC 6797, 8.1)
)
CONTENT_SECURITY_POLICY: Final = (b"content-security-policy", b"default-src 'none'; sandbox")
"""For answers that set none: nothing the API returns is a page."""
NOT_STORED: Final = (b"cache-control", b"no-store")
"""For answers that set none: reports are not left in a shared machine's cache."""


class SecurityHeadersMiddleware:
    """Adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                present = {name.lower() for name, _ in headers}
                additions = (*SECURITY_HEADERS, CONTENT_SECURITY_POLICY, NOT_STORED)
                headers.extend(pair for pair in additions if pair[0] not in present)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_secured)
