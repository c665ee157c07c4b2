"""How pixels become a network's numbers, as part of a network's address: `example-cnn~imagenet,crop=0.8`.

After ~ stand items with commas between them; what none of them says stays as it is:

    imagenet             the arithmetic of a preset: 0..1, -1..1, imagenet, mnist, 0..255, caffe
    mean=0.5:0.5:0.5     std=…, scale=255, channels=BGR: the arithmetic itself
    crop=0.8             the share of the picture's shorter side that is kept
    place=0.5:0.2        where that part lies, down and across: 0 is at the top or left, 1 at the bottom or right
    size=64x96           rows and columns of the input, for a network that reads any

So an address names a network and its input for ever, for shipped networks as for a person's own.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from convoscope import engine
from convoscope.engine.formats.onnx_size import Meter
from convoscope.server.errors import Problem, from_engine
from convoscope.server.library import Model
from convoscope.server.limits import Limits
from convoscope.server.models_child import onnx_limits
from convoscope.server.store import content_id

MARK = "~"
LONGEST = 240
NUMBER = re.compile(r"-?\d{1,7}(\.\d{1,9})?")
Change = Callable[[engine.Preprocessing], engine.Preprocessing]


def with_input(model: Model, said: str, limits: Limits) -> Model:
    """The model with the preprocessing that `said` describes, as it stands after the mark. Raises Problem."""
    how = model.network.preprocessing or suggested(model.network)
    shape = model.network.input_shape
    if how is None or len(shape) != 3 or len(said) > LONGEST:
        raise wrong(f"it takes at most {LONGEST} characters" if how is not None else "this network reads no picture")
    for k, item in enumerate(said.split(",")):
        how = changed(how, item, k)
    if how.size != shape[1:] and max(how.size) > limits.input_side:
        detail = (
            f"After ~ stands what is done to the picture's pixels; a side of it may have at most {limits.input_side}."
        )
        raise Problem("bad_value", detail, limit=limits.input_side, value=max(how.size))
    try:
        how.check(shape[0])
    except engine.errors.ConvoscopeError as error:
        raise wrong(str(error)) from error
    network = replace(sized(model.network, how.size, limits), preprocessing=how)
    content = content_id(model.content.encode(), MARK.encode(), repr(how).encode())
    name = f"{model.name}{MARK}{said}"
    return replace(model, name=name, network=network, content=content, guessed=False)


def suggested(network: engine.Network) -> engine.Preprocessing | None:
    """How pixels most likely become the numbers of a network that does not say; None where it reads no picture."""
    shape = network.input_shape
    return engine.Preprocessing.guessed(shape[0], (shape[1], shape[2])) if len(shape) == 3 else None


def changed(how: engine.Preprocessing, item: str, place: int) -> engine.Preprocessing:
    """The preprocessing with one item of the address applied. Raises Problem."""
    key, equals, value = item.partition("=")
    if not equals:
        try:
            return how.like(item)
        except engine.errors.UnknownName as error:
            known = ", ".join(how.presets(len(how.mean)))
            raise wrong(f"item {place + 1} is none of the presets {known}") from error
    read = FIELDS.get(key)
    found = read(value) if read is not None else None
    if found is None:
        raise wrong(
            f"item {place + 1} is not of the form mean=…, std=…, scale=…, channels=…, crop=…, place=… or size=64x96"
        )
    return replace(how, **{key: found})


def numbers(text: str) -> tuple[float, ...] | None:
    """0.5:0.5:0.5 as numbers."""
    parts = text.split(":")
    return tuple(map(float, parts)) if all(NUMBER.fullmatch(part) for part in parts) else None


def number(text: str) -> float | None:
    """One number."""
    return float(text) if NUMBER.fullmatch(text) else None


def size(text: str) -> tuple[int, int] | None:
    """64x96 as rows and columns."""
    found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    return sides if min(sides) >= 1 else None


def order(text: str) -> str | None:
    """RGB, BGR or L."""
    return text if text in ("RGB", "BGR", "L") else None


FIELDS: dict[str, Callable[[str], Any]] = {
    "mean": numbers,
    "std": numbers,
    "scale": number,
    "crop": number,
    "place": numbers,
    "channels": order,
    "size": size,
}
"""The items of the form key=value, with what reads their value; None from it means that it makes no sense."""


def sized(network: engine.Network, wanted: tuple[int, int], limits: Limits) -> engine.Network:
    """The network for an input of this size. Raises Problem where its layers hold another one fast."""
    given = network.inputs[0]
    if network.input_shape[1:] == wanted:
        return network
    try:
        resized = replace(network, inputs=(engine.Input(given.name, (*given.shape[:2], *wanted)),))
        Meter(onnx_limits(limits.model_dump())).whole(resized)
    except engine.errors.ModelTooLarge as error:
        raise from_engine(error) from error
    except engine.errors.ConvoscopeError as error:
        rows, columns = network.input_shape[1:]
        raise wrong(f"this network reads {rows} × {columns} pixels and no other size: {error}") from error
    return resized


def wrong(why: str) -> Problem:
    """The problem of what stands after ~."""
    return Problem("bad_value", f"After ~ stands what is done to the picture's pixels, but {why.removesuffix('.')}.")
