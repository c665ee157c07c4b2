"""Labels and preprocessing, where a file says them in its metadata.

Read are our own keys, the class names that detection exporters write, and the pixel format of ONNX's image metadata.
Source: onnx/docs/MetadataProps.md for Image.BitmapPixelFormat and Image.NominalPixelRange.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.types import Shape

LABELS, PREPROCESSING = "convoscope.labels", "convoscope.preprocessing"
LABEL_KEYS = (LABELS, "labels", "classes", "class_names", "names")
PAIR = re.compile(r"""(\d{1,6})["']?\s*:\s*(?:'([^']*)'|"([^"]*)")""")
RANGES = {
    "NominalRange_0_255": (1.0, 0.0, 1.0),
    "Normalized_0_1": (255.0, 0.0, 1.0),
    "Normalized_1_1": (255.0, 0.5, 0.5),
}
"""(scale, mean, std) that bring 0 to 255 into a named range."""
LONGEST = 1 << 20


def labels(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Class names in order; empty where the file has none."""
    for key in LABEL_KEYS:
        said = metadata.get(key, "")
        found = _list(said) if said and len(said) <= LONGEST else ()
        if found:
            return found
    return ()


def _list(said: str) -> tuple[str, ...]:
    try:
        given = json.loads(said)
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, list):
        return tuple(str(v) for v in given) if all(isinstance(v, str | int) for v in given) else ()
    pairs = {int(k): single or double for k, single, double in PAIR.findall(said)}
    if pairs:
        return tuple(pairs[k] for k in range(len(pairs))) if set(pairs) == set(range(len(pairs))) else ()
    lines = [line.strip() for line in re.split(r"[\n,;]", said)]
    return tuple(filter(None, lines)) if given is None and len(lines) > 1 else ()


def preprocessing(metadata: Mapping[str, str], shape: Shape) -> Preprocessing | None:
    """How pixels become numbers, for an input of shape (N, C, H, W); None where the file does not say."""
    if len(shape) != 4:
        return None
    if PREPROCESSING in metadata and len(metadata[PREPROCESSING]) <= LONGEST:
        return _ours(metadata[PREPROCESSING])
    said = RANGES.get(metadata.get("Image.NominalPixelRange", ""))
    if said is None or shape[1] not in (1, 3):
        return None
    channels = {"Gray8": "L", "Bgr8": "BGR"}.get(metadata.get("Image.BitmapPixelFormat", ""), "RGB")
    scale, mean, std = said
    return Preprocessing((shape[2], shape[3]), (mean,) * shape[1], (std,) * shape[1], scale, channels)


def _ours(said: str) -> Preprocessing | None:
    try:
        return read_preprocessing(json.loads(said))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def read_preprocessing(given: Mapping[str, Any]) -> Preprocessing:
    """What `asdict` made of one, or JSON of that."""
    rows, columns = (int(n) for n in given["size"])
    mean, std = (tuple(float(v) for v in given[key]) for key in ("mean", "std"))
    rest = {"scale": float(given.get("scale", 255.0)), "crop": float(given.get("crop", 1.0))}
    down, across = (float(v) for v in given.get("place", (0.5, 0.5)))
    return Preprocessing(
        (rows, columns), mean, std, channels=str(given.get("channels", "RGB")), place=(down, across), **rest
    )


def written(names: tuple[str, ...], how: Preprocessing | None) -> dict[str, str]:
    """The metadata that `labels` and `preprocessing` read."""
    found = {LABELS: json.dumps(names, ensure_ascii=False)} if names else {}
    return found | ({PREPROCESSING: json.dumps(asdict(how))} if how else {})
