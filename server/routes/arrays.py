"""Arrays in two formats: safetensors for pages and programs, JSON for small scripts."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from convoscope.server import wire
from convoscope.server.answers import answer
from convoscope.server.errors import Problem

Handler = TypeVar("Handler", bound=Callable[..., Response])
Made = tuple[Mapping[str, wire.Array], Mapping[str, str]]
"""Arrays by name, and metadata."""

BOTH: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The arrays by name",
        "model": wire.ArraysView,
        "content": {wire.SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}},
    }
}
Dtype = Annotated[Literal["float32", "float16"], Query(description="The precision in which the numbers are sent.")]
Channels = Annotated[
    str | None,
    Query(
        description="first:last, without the last; 0:8 are the first eight.",
        json_schema_extra={"pattern": r"^\d{1,9}:\d{1,9}$"},
    ),
]
Nodes = Annotated[str | None, Query(description="Names with commas between them; all when it is left out.")]


async def _format(request: Request) -> Literal["json", "safetensors"]:
    """By the ending of the address, else by the header Accept; safetensors where neither says."""
    path = request.scope["path"]
    if path.endswith((".json", ".safetensors")):
        return "json" if path.endswith(".json") else "safetensors"
    return "json" if request.headers.get("accept", "").startswith(wire.JSON) else "safetensors"


Format = Annotated[Literal["json", "safetensors"], Depends(_format)]


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


def part(channels: str | None, count: int) -> slice:
    """The channels that 0:8 means, of `count`. Raises Problem."""
    if channels is None:
        return slice(0, count)
    first, last = (number(text) for text in channels.partition(":")[::2])
    if first is None or last is None or not first < last <= count:
        raise Problem("bad_value", f"channels is written first:last with 0 ≤ first < last ≤ {count}, for example 0:1.")
    return slice(first, last)


def cell(text: str) -> tuple[int, ...]:
    """The cell that 3,5,7 names. Raises Problem."""
    indices = [number(part) for part in text.split(",")]
    if None in indices:
        raise Problem("bad_value", "A cell is written as its indices with commas between them, for example 3,5,7.")
    return tuple(i for i in indices if i is not None)


def number(text: str) -> int | None:
    """The natural number that these digits say; None for anything else, and for what no array has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
