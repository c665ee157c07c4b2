"""Answers that browsers may keep: every GET is a function of content and code, so an ETag says all.

An ETag is made before the work: a browser that has the answer costs nothing. Names change their meaning with a
release and are asked about each time (`no-cache`); an address with `?v=` of this very release may be kept for ever.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from fastapi import Request, Response

from convoscope.server.wire import JSON

HERE = Path(__file__).resolve().parent
FOR_EVER = "max-age=31536000, immutable"


@cache
def release() -> str:
    """What stands for the code that makes the answers: a hash of engine and server as they are."""
    digest = hashlib.sha256()
    for folder in (HERE, HERE.parent / "engine"):
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def answer(
    request: Request, content: Iterable[str], make: Callable[[], bytes], media: str = JSON, *, private: bool = False
) -> Response:
    """What `make` says about this content, or 304 for a browser that has it.

    content: the content ids that the answer depends on, besides the address. private: only the browser that
    uploaded may keep it.
    """
    parts = (release(), *content, request.url.path, request.url.query, media)
    tag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:26]
    keep = FOR_EVER if request.query_params.get("v") == release() else "no-cache"
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": f"{'private' if private else 'public'}, {keep}"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(make(), media_type=media, headers=headers)
