"""Arrays by name as a safetensors file: the format of our weights, and of arrays on the wire.

Source: the safetensors format, version 0.4: an 8-byte header length, a JSON header, the raw arrays.
"""

from collections.abc import Mapping
from pathlib import Path

from convoscope.engine.errors import FormatError
from convoscope.engine.network import NetworkParams
from convoscope.engine.types import Array


def pack(arrays: Mapping[str, Array], metadata: Mapping[str, str] | None = None) -> bytes:
    """The arrays as safetensors bytes."""
    import numpy as np
    from safetensors.numpy import save

    return save({k: np.ascontiguousarray(a) for k, a in arrays.items()}, dict(metadata or {}) or None)


def unpack(data: bytes) -> dict[str, Array]:
    """The arrays in safetensors bytes. Raises FormatError when they are not that."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load(data))
    except SafetensorError as e:
        raise FormatError(f"These bytes are no safetensors file: {e}") from e


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
