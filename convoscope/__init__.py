"""Convoscope: step inside a convolutional network, forward and backward, with every number real.

The code lives in the folders `engine/` and `server/` of the repository and is imported as `convoscope.engine`
and `convoscope.server`. An installed wheel holds them inside this package. A checkout holds them beside it:
there, this package looks in the repository's root first. The links in this folder are for type checkers.
"""

from pathlib import Path as _Path
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

if _TYPE_CHECKING:
    from convoscope.server.notebook import Shown

__version__ = "0.1.0"

_root = _Path(__file__).resolve().parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "engine" / "__init__.py").is_file():
    __path__.insert(0, str(_root))


def show(model: _Any = None, image: _Any = None, *, input_shape: tuple[int, ...] | None = None) -> "Shown":
    """Opens a network on a picture; the answer is a link, and in a notebook the page itself.

    model: a `Network`; the name of a network of the zoo; an ONNX file's path or bytes; or a `torch.nn.Module`, with the
    `input_shape` (C, H, W) of what it reads. image: a shipped picture's name, a file's path or bytes, or pixels as
    uint8 (H, W), (H, W, C) or (C, H, W). Raises ConvoscopeError with what is wrong with one of them.
    """
    from convoscope.server.notebook import show as opened

    return opened(model, image, input_shape=input_shape)
