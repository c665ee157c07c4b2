"""One shape for every error: RFC 9457 problem details with a `code` that programs may rely on.

What is refused raises `Problem`. A problem never holds a path, a trace, or what the request said.
"""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.exceptions import HTTPException

from convoscope import engine


class Kind(NamedTuple):
    """What a code means: the HTTP status, and a title that is the same for every problem of the code."""

    status: int
    title: str


CODES: Mapping[str, Kind] = {
    "bad_request": Kind(400, "The request is not HTTP that can be understood"),
    "room_key": Kind(403, "This room needs its key"),
    "cross_origin": Kind(403, "Another site may not write here"),
    "not_found": Kind(404, "There is nothing at this address"),
    "unknown_network": Kind(404, "No network of this name"),
    "unknown_image": Kind(404, "No picture of this name"),
    "unknown_name": Kind(404, "No node or parameter of this name"),
    "missing_weights": Kind(404, "Weights that are not installed"),
    "index_outside": Kind(404, "The cell lies outside its array"),
    "method_not_allowed": Kind(405, "This address does not take that method"),
    "too_slow": Kind(408, "The request came too slowly"),
    "blob_corrupt": Kind(410, "An upload that is damaged on the disk"),
    "body_too_large": Kind(413, "The request body is too large"),
    "image_too_large": Kind(413, "The picture file is too large"),
    "network_too_large": Kind(413, "The network file is too large"),
    "content_encoding": Kind(415, "Compressed request bodies are not taken"),
    "image_format": Kind(415, "Not a picture format that is read here"),
    "network_format": Kind(415, "Not a network format that is read here"),
    "wrong_host": Kind(421, "This server does not go by that host name"),
    "bad_value": Kind(422, "A value in the request is not what it must be"),
    "list_too_long": Kind(422, "A list in the request is too long"),
    "too_many_windows": Kind(422, "Too many windows at once"),
    "too_many_pictures": Kind(422, "Too many pictures in one batch"),
    "too_many_steps": Kind(422, "Too many training steps at once"),
    "convolve_too_large": Kind(422, "More than the sandbox computes at once"),
    "image_too_many_pixels": Kind(422, "The picture has too many pixels"),
    "image_side_too_long": Kind(422, "The picture has a side that is too long"),
    "image_corrupt": Kind(422, "The picture is damaged"),
    "image_too_slow": Kind(422, "The picture takes too long to decode"),
    "image_too_much_memory": Kind(422, "The picture takes too much memory to decode"),
    "decoder_crashed": Kind(422, "The picture crashed its decoder"),
    "network_inputs": Kind(422, "Not a network that reads one picture"),
    "network_corrupt": Kind(422, "The network file is damaged"),
    "network_too_slow": Kind(422, "The network takes too long to read"),
    "network_crashed": Kind(422, "The network crashed its reader"),
    "labels_do_not_fit": Kind(422, "Names of classes that do not fit the network"),
    "engine_error": Kind(422, "The engine refuses this"),
    "bad_shape": Kind(422, "Arrays that do not fit"),
    "bad_attribute": Kind(422, "A hyper-parameter that no layer can have"),
    "bad_params": Kind(422, "Weights that do not fit the architecture"),
    "bad_format": Kind(422, "A file that is not what it says it is"),
    "unsupported_operator": Kind(422, "An operator that no layer can read"),
    "model_too_large": Kind(422, "A model that would take too much memory or time"),
    "bad_graph": Kind(422, "Nodes and names that make no graph"),
    "bad_tensor": Kind(422, "An array whose numbers are not what its header says"),
    "external_data_refused": Kind(422, "An array that is kept in another file"),
    "head_too_large": Kind(431, "The request's line and headers are too large"),
    "internal": Kind(500, "A bug of ours"),
    "busy": Kind(503, "Too much to do at the moment"),
    "store_full": Kind(507, "No room for another upload"),
}
"""Every code that an answer can have."""


class Problem(HTTPException):
    """A refusal. `detail` says what is wrong with the values, where, and what would be right."""

    def __init__(self, code: str, detail: str, *, limit: int | None = None, value: int | None = None) -> None:
        super().__init__(CODES[code].status, detail)
        self.code, self.limit, self.value = code, limit, value

    @property
    def title(self) -> str:
        """What all problems of this code have in common."""
        return CODES[self.code].title


def from_engine(error: engine.errors.ConvoscopeError) -> Problem:
    """The problem that an engine's refusal is, with the engine's code. Of an unknown name only the known ones stay."""
    code, detail = error.code if error.code in CODES else "engine_error", str(error)
    if isinstance(error, engine.errors.UnknownName):
        detail = f"There is nothing of that name. Known are:{detail.rpartition('Known are:')[2]}"
    return Problem(code, detail, limit=getattr(error, "limit", None), value=getattr(error, "value", None))
