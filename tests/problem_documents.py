"""Reading problem documents in tests: whole, or not at all."""

import httpx

from schemas import problems


def slug(response: httpx.Response) -> str:
    """The problem's slug, after checking that the document agrees with the registry."""
    document = response.json()
    kind = problems.by_uri(document["type"])
    assert kind is not None
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert (document["status"], document["title"]) == (response.status_code, kind.title)
    assert document["retry"] == kind.retry.value
    assert document["instance"] == f"urn:uuid:{response.headers['x-request-id']}"
    assert ("www-authenticate" in response.headers) == (kind.status == 401)
    return kind.slug
