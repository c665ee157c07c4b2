"""A training put aside: every number that the next step depends on, and what it must be continued with.

One safetensors file; its header says seed, steps made, recipe and the data's name as JSON.
"""

import json
from pathlib import Path
from typing import Any

from convoscope.engine.errors import ConvoscopeError, FormatError
from convoscope.engine.formats.safetensors import pack, unpack
from convoscope.engine.training.files import replace
from convoscope.engine.training.loop import Training

HEADER = "convoscope.training"


def save(path: Path, training: Training) -> None:
    """Writes the checkpoint; whoever looks sees the old one or the new one, whole."""
    replace(path, pack(training.state(), {HEADER: json.dumps(_about(training) | {"done": training.done})}))


def resume(path: Path, training: Training) -> None:
    """Puts the training where the checkpoint was made. Raises ConvoscopeError when it was another training."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as e:
        raise ConvoscopeError(f"There is no checkpoint {path.name} to resume from; start without resuming.") from e
    about, state = _header(content), unpack(content)
    for key, value in _about(training).items():
        if about.get(key) != value:
            raise ConvoscopeError(
                f"The checkpoint was made with {key} {about.get(key)!r}, and this training has {value!r}. "
                "Give the same, or start without resuming."
            )
    training.restore(state, int(about["done"]))


def _about(training: Training) -> dict[str, Any]:
    described = {
        "network": training.network.name,
        "seed": training.seed,
        "data": training.data.sha256,
        "recipe": training.recipe.described(),
    }
    plain: dict[str, Any] = json.loads(json.dumps(described))
    return plain


def _header(content: bytes) -> dict[str, Any]:
    size = int.from_bytes(content[:8], "little")
    try:
        found: dict[str, Any] = json.loads(json.loads(content[8 : 8 + size])["__metadata__"][HEADER])
    except (KeyError, TypeError, ValueError) as e:
        raise FormatError("This file is no checkpoint of a training.") from e
    return found
