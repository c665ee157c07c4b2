"""Convoscope: step inside a convolutional network, forward and backward, with every number real.

The code lives in the folders `engine/` and `server/` of the repository and is imported as `convoscope.engine`
and `convoscope.server`. An installed wheel holds them inside this package. A checkout holds them beside it:
there, this package looks in the repository's root first. The links in this folder are for type checkers.
"""

from pathlib import Path as _Path

__version__ = "0.1.0"

_root = _Path(__file__).resolve().parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "engine" / "__init__.py").is_file():
    __path__.insert(0, str(_root))
