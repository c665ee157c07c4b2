"""What can go wrong, as a tree.

    ConvoscopeError (ValueError)
    ├── ShapeError         arrays that do not fit a layer or each other
    ├── AttributeValueError  a layer's hyper-parameter that no layer can have
    ├── UnknownName        a node, parameter or network that is not there; lists the nearest known names
    ├── IndexOutside       a cell outside its array
    ├── ParamsError        weights that do not fit the architecture
    ├── MissingWeights     weights of others that are not installed
    └── FormatError        a file that is not what it says it is
        ├── UnsupportedOperator   an ONNX node that no layer can read
        ├── ModelTooLarge      a model that would take more memory or time than its reader allows
        ├── BadGraph           nodes and names that make no graph
        ├── BadTensor          an array whose numbers are not what its header says
        └── ExternalData       an array that is kept in another file

A message says what is wrong with the values, where, and what would be right; it names no path of the machine.
"""

from collections.abc import Iterable
from difflib import get_close_matches

SAYABLE = 2**53
"""The largest whole number up to which programs read all of them exactly from JSON."""


class ConvoscopeError(ValueError):
    """Anything that the engine refuses. `code` is the stable name that programs may rely on."""

    code = "engine_error"


class ShapeError(ConvoscopeError):
    """Arrays that do not fit a layer or each other."""

    code = "bad_shape"


class AttributeValueError(ConvoscopeError):
    """A hyper-parameter that no layer of this kind can have."""

    code = "bad_attribute"


class UnknownName(ConvoscopeError):
    """A name that is not there."""

    code = "unknown_name"

    @classmethod
    def among(cls, what: str, name: object, known: Iterable[str]) -> "UnknownName":
        """The error for `name`, with the nearest of the `known` names, or all of them when they are few."""
        names = list(known)
        near = get_close_matches(str(name), names, n=3) or names[:8]
        return cls(f"There is no {what} {str(name)!r}. Known are: {', '.join(near) or 'none'}.")


class IndexOutside(ConvoscopeError):
    """A cell outside its array."""

    code = "index_outside"


class ParamsError(ConvoscopeError):
    """Weights that do not fit the architecture."""

    code = "bad_params"


class MissingWeights(ConvoscopeError):
    """Weights of others that are not installed."""

    code = "missing_weights"


class FormatError(ConvoscopeError):
    """A file that is not what it says it is."""

    code = "bad_format"


class UnsupportedOperator(FormatError):
    """An ONNX node that no layer can read."""

    code = "unsupported_operator"


class ModelTooLarge(FormatError):
    """A model that would take more memory or time than its reader allows.

    limit, value: what is allowed, and the number that is more; None where there is none, or one of too many digits.
    """

    code = "model_too_large"

    def __init__(self, message: str, limit: int | None = None, value: int | None = None) -> None:
        super().__init__(message)
        self.limit, self.value = limit, value if value is not None and value <= SAYABLE else None


class BadGraph(FormatError):
    """Nodes and names that make no graph."""

    code = "bad_graph"


class BadTensor(FormatError):
    """An array whose numbers are not what its header says."""

    code = "bad_tensor"


class ExternalData(FormatError):
    """An array that is kept in another file, which is never opened."""

    code = "external_data_refused"
