"""Values handed over from Python, whatever a person has: networks, modules, files, pixels → a model, a picture."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from convoscope import engine
from convoscope.server.errors import Problem
from convoscope.server.images import Decoder
from convoscope.server.library import Library, Model
from convoscope.server.limits import Limits
from convoscope.server.models import Reader, brought
from convoscope.server.models_child import GIVEN
from convoscope.server.pictures import Picture, uploaded
from convoscope.server.scratch import scratch


def model_of(model: Any, input_shape: tuple[int, ...] | None = None) -> Model:
    """The network as the server holds it."""
    if isinstance(model, str) and model in engine.zoo.names() + engine.zoo.published():
        return Library().model(model)
    if is_torch_module(model):
        model = exported(model, input_shape)
    with explained():
        if isinstance(model, engine.Network):
            return brought(model, model.name)
        if isinstance(model, bytes):
            return from_file(model, "Your network")
        if isinstance(model, str | PathLike):
            return from_file(content_of(model), Path(model).name)
    raise engine.errors.FormatError(
        f"A {type(model).__name__} is no network; give a Network, the name of one of the zoo, an ONNX file's path or "
        "bytes, or a torch.nn.Module."
    )


def from_file(data: bytes, title: str) -> Model:
    """The network in an ONNX file, read under limits in a process of its own. Raises Problem."""
    with scratch() as folder:
        (folder / GIVEN).write_bytes(data)
        return Reader(Limits()).model(folder, title)


def is_torch_module(model: Any) -> bool:
    """Whether it is a PyTorch module; PyTorch is not imported for the answer."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def exported(module: Any, input_shape: tuple[int, ...] | None) -> bytes:
    """The ONNX file that PyTorch's own exporter makes of a module."""
    if input_shape is None or len(input_shape) != 3:
        raise engine.errors.ShapeError("A torch.nn.Module does not say what it reads: give input_shape=(C, H, W).")
    torch, out = import_module("torch"), io.BytesIO()
    was = module.training
    try:
        torch.onnx.export(module.eval(), (torch.zeros(1, *input_shape),), out, dynamo=False)
    except ImportError as e:
        raise engine.errors.FormatError(
            f"PyTorch's exporter needs what is not installed: {e}. Try: pip install onnx"
        ) from e
    finally:
        module.train(was)
    return out.getvalue()


def picture_of(image: Any) -> Picture:
    """The picture as the server holds it."""
    if isinstance(image, np.ndarray):
        return from_pixels(image)
    if not isinstance(image, str | PathLike | bytes):
        raise engine.errors.FormatError(
            f"A {type(image).__name__} is no picture; give the name of a shipped one, a file's path or bytes, or "
            "pixels as uint8."
        )
    data = image if isinstance(image, bytes) else content_of(image)
    decoder = Decoder(Limits())
    try:
        with explained():
            found = decoder.picture(data)
    finally:
        decoder.close()
    return found if isinstance(image, bytes) else replace(found, title=Path(image).stem)


def from_pixels(pixels: Any) -> Picture:
    """(H, W), (H, W, C) or (C, H, W) uint8 with one or three channels."""
    if pixels.dtype != np.uint8:
        raise engine.errors.FormatError(f"The pixels are {pixels.dtype}; they must be uint8, 0 to 255.")
    rows = pixels[..., None] if pixels.ndim == 2 else pixels
    if rows.ndim == 3 and rows.shape[2] not in (1, 3) and rows.shape[0] in (1, 3):
        rows = rows.transpose(1, 2, 0)
    if rows.ndim != 3 or rows.shape[2] not in (1, 3) or 0 in rows.shape:
        raise engine.errors.ShapeError(
            f"The pixels have shape {pixels.shape}; a picture has (H, W), (H, W, 3) or (3, H, W)."
        )
    coloured = np.ascontiguousarray(np.broadcast_to(rows, (*rows.shape[:2], 3)))
    return uploaded(coloured.shape[1], coloured.shape[0], coloured.tobytes(), animated=False)


def content_of(path: str | PathLike[str]) -> bytes:
    """A file's bytes. Raises FormatError when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as e:
        raise engine.errors.FormatError(f"{Path(path).name} cannot be read: {e.strerror or e}.") from e


@contextmanager
def explained() -> Iterator[None]:
    """Turns what the server would answer into the error of a Python call."""
    try:
        yield
    except Problem as problem:
        raise engine.errors.ConvoscopeError(problem.detail) from problem
