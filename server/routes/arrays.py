"""Arrays in the two formats: safetensors for programs and pages, JSON for small scripts."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Request, Response

from convoscope.server import wire
from convoscope.server.answers import answer

Handler = TypeVar("Handler", bound=Callable[..., Response])
Made = tuple[Mapping[str, Any], Mapping[str, str]]
BOTH: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The arrays by name",
        "model": wire.ArraysView,
        "content": {wire.SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _format(request: Request) -> Literal["json", "safetensors"]:
    """By the address's ending, else by the header Accept; safetensors where neither says."""
    path = request.url.path
    if path.endswith((".json", ".safetensors")):
        return "json" if path.endswith(".json") else "safetensors"
    return "json" if request.headers.get("accept", "").startswith(wire.JSON) else "safetensors"


ArrayFormat = Annotated[Literal["json", "safetensors"], Depends(_format)]


def in_each_format(router: APIRouter, path: str) -> Callable[[Handler], Handler]:
    """Routes the path, and the path with the endings .safetensors and .json, to one handler."""

    def register(handler: Handler) -> Handler:
        for ending in ("", ".safetensors", ".json"):
            router.get(path + ending, response_class=Response, responses=BOTH, include_in_schema=not ending)(handler)
        return handler

    return register


def arrays(
    request: Request, content: Iterable[str], format: str, make: Callable[[], Made], *, private: bool = False
) -> Response:
    """The arrays and metadata that `make` makes, in this format."""
    encode = wire.arrays_as_json if format == "json" else wire.safetensors
    media = wire.JSON if format == "json" else wire.SAFETENSORS
    response = answer(request, content, lambda: encode(*make()), media, private=private)
    response.headers["Vary"] = "Accept"
    return response
