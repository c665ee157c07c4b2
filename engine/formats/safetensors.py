"""Arrays by name as a safetensors file: the format of our weights, and of arrays on the wire.

Source: the safetensors format, version 0.4: an 8-byte header length, a JSON header, the raw arrays.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from convoscope.engine.errors import FormatError
from convoscope.engine.network import NetworkParams
from convoscope.engine.types import Array

HEADER = 100_000_000
"""The longest header that the format allows, in bytes."""


def pack(arrays: Mapping[str, Array], metadata: Mapping[str, str] | None = None) -> bytes:
    """The arrays as safetensors bytes."""
    import numpy as np
    from safetensors.numpy import save

    whole = {k: np.ascontiguousarray(a).reshape(a.shape) for k, a in arrays.items()}  # which makes a row of one number
    return save(whole, dict(metadata or {}) or None)


def unpack(data: bytes) -> dict[str, Array]:
    """The arrays in safetensors bytes. Raises FormatError when they are not that."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load(data))
    except SafetensorError as e:
        raise FormatError(f"These bytes are no safetensors file: {e}") from e


def metadata(data: bytes) -> dict[str, str]:
    """The texts that a safetensors file carries beside its arrays. Raises FormatError when the bytes are not that."""
    size = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + size]) if len(data) >= 8 and size <= min(len(data), HEADER) else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise FormatError("These bytes are no safetensors file: its header is no JSON object.")
    return {str(k): str(v) for k, v in dict(header.get("__metadata__") or {}).items()}


def save_params(path: Path, params: NetworkParams, metadata: Mapping[str, str] | None = None) -> None:
    """Writes a network's parameters, each under the name `node.parameter`."""
    path.write_bytes(pack({f"{node}.{k}": a for node, p in params.items() for k, a in p.items()}, metadata))


def load_params(path: Path) -> NetworkParams:
    """Reads what `save_params` wrote."""
    params: dict[str, dict[str, Array]] = {}
    for name, array in unpack(path.read_bytes()).items():
        node, _, param = name.rpartition(".")
        params.setdefault(node, {})[param] = array
    return params
