"""Answers that may be kept, here and by browsers: every GET is a function of content and code, so an ETag says all.

An ETag is made before the work, so asking again costs nothing, and thirty who ask for the same share one body. What
an address means may change with a release: browsers ask each time (`no-cache`). An address with `?v=` and the release
that it is about may be kept for ever.
"""

import hashlib
from collections.abc import Callable, Iterable

from fastapi import Request, Response

from convoscope.server.release import release
from convoscope.server.store import Results
from convoscope.server.wire import JSON

FOR_EVER = "max-age=31536000, immutable"


def answer(
    request: Request, content: Iterable[str], make: Callable[[], bytes], media: str = JSON, *, private: bool = False
) -> Response:
    """What `make` says about this content, or 304 for a browser that has it.

    content: the content ids that the answer depends on, besides the address. private: no cache that several people
    share may keep it.
    """
    parts = "\n".join((release(), *content, request.url.path, request.url.query, media))
    tag = f'W/"{hashlib.sha256(parts.encode()).hexdigest()[:26]}"'
    keep = FOR_EVER if request.query_params.get("v") == release() else "no-cache"
    headers = {"ETag": tag, "Cache-Control": f"{'private' if private else 'public'}, {keep}"}
    if has(request, tag):
        return Response(status_code=304, headers=headers)
    answers: Results = request.app.state.services.answers
    return Response(answers.get(tag, make, len), media_type=media, headers=headers)


def has(request: Request, tag: str) -> bool:
    """Whether the browser says that it has the answer with this ETag, compared weakly as RFC 9110, 13.1.2 asks."""
    said = request.headers.get("if-none-match", "")
    return tag.removeprefix("W/") in (part.strip().removeprefix("W/") for part in said.split(","))
