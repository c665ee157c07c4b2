"""The lessons' small networks as networks of the library, so that a figure opens on the stage with its own numbers.

Each is made from the same definition as the figure: the lesson's network, and a picture whose pixels are the lesson's
numbers. What the reader has changed travels in the address, as what-if edits. They are not listed: a lesson leads here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module

import numpy as np

from convoscope import engine
from convoscope.server.lessons import nets, onward
from convoscope.server.lessons.model import Seen
from convoscope.server.library import LESSONS, drawings
from convoscope.server.pictures import Picture
from convoscope.server.store import content_id

SCALE, ZERO = 2.0, 128
"""A pixel of the picture is 128 + 2x, which holds every half from −64 to 63.5 exactly."""


@dataclass(frozen=True, eq=False)
class Small:
    """A lesson's network and the numbers that it reads, x: (D), (H, W), or (C, H, W) with channels one above the other.

    given: dL/dh of the figure; then the network has one more layer, L = Σ given · h.
    classes: a softmax comes last.
    """

    name: str
    title: str
    lesson: engine.Network
    x: nets.Array
    given: nets.Array | None = None
    labels: tuple[str, ...] = ()
    classes: bool = False

    @property
    def flat(self) -> nets.Array:
        """x as the one grey picture that it is on the stage, (rows, columns)."""
        return self.x.reshape(-1, self.x.shape[-1])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(1, rows, columns)."""
        return 1, *self.flat.shape

    @cached_property
    def network(self) -> engine.Network:
        """The lesson's network behind a picture."""
        wanted = self.lesson.input_shape
        first = [] if wanted == self.input_shape else [engine.Node("x", _shaped(wanted), ("input",))]
        renamed = {} if first else {"x": "input"}
        own = [
            engine.Node(n.name, n.layer, tuple(renamed.get(name, name) for name in n.inputs)) for n in self.lesson.nodes
        ]
        last, more = self._last()
        params = {node: {k: a.astype(np.float32) for k, a in p.items()} for node, p in self.lesson.params.items()}
        how = engine.Preprocessing(self.flat.shape, (ZERO / SCALE,), (1.0,), SCALE, "L")
        inputs = (engine.Input("input", (None, *self.input_shape)),)
        nodes = (*first, *own, *last)
        return engine.Network(self.name, inputs, nodes, params | more, labels=self.labels, preprocessing=how)

    def _last(self) -> tuple[list[engine.Node], dict[str, dict[str, nets.Array]]]:
        out = self.lesson.output
        if self.given is None:
            return [engine.Node("p", nets.layer("softmax"), (out,))] if self.classes else [], {}
        flat = [engine.Node("flatten", nets.layer("flatten"), (out,))] if len(self.lesson.shapes[out]) > 2 else []
        total = engine.Node("L", nets.layer("dense", units=1, bias=False), (flat[0].name if flat else out,))
        return [*flat, total], {"L": {"weight": self.given.reshape(1, -1).astype(np.float32)}}

    @cached_property
    def picture(self) -> Picture:
        """x as pixels."""
        rows, columns = self.flat.shape
        grey = ZERO + np.rint(SCALE * self.flat).astype(int)
        pixels = np.repeat(grey.astype(np.uint8).ravel(), 3).tobytes()
        content = content_id(self.name.encode(), pixels)
        return Picture(content, columns, rows, lambda: pixels, f"{self.title}: its input", "drawn")

    def edits(self, now: "Small") -> engine.Edits:
        """What makes this network and its input those of `now`."""
        before = {"input": self.flat[None], **_by_address(self.network)}
        after = {"input": now.flat[None], **_by_address(now.network)}
        return engine.Edits(
            tuple(
                engine.Change(where, tuple(map(int, at)), float(after[where][tuple(at)]))
                for where, old in before.items()
                for at in np.argwhere(np.float32(old) != np.float32(after[where]))
            )
        )


@dataclass(frozen=True, eq=False)
class Seeing:
    """A lesson's network that looks at any picture as the example CNN does, in three channels."""

    name: str
    title: str
    lesson: engine.Network

    @cached_property
    def network(self) -> engine.Network:
        """The lesson's network behind the example CNN's input."""
        source = engine.zoo.architecture(nets.EXAMPLE)
        nodes = tuple(
            engine.Node(n.name, n.layer, tuple("input" if name == "x" else name for name in n.inputs))
            for n in self.lesson.nodes
        )
        params = {node: {k: a.astype(np.float32) for k, a in p.items()} for node, p in self.lesson.params.items()}
        return engine.Network(self.name, source.inputs, nodes, params, preprocessing=source.preprocessing)

    @property
    def picture(self) -> Picture:
        """A picture to open it on where the address names none."""
        return next(iter(drawings().values()))


def _shaped(shape: tuple[int, ...]) -> engine.Layer:
    return nets.layer("flatten") if len(shape) == 1 else nets.layer("reshape", shape=(0, *shape))


def _by_address(network: engine.Network) -> Mapping[str, nets.Array]:
    return {f"{node}.{k}": a for node, p in network.params.items() for k, a in p.items()}


@cache
def shipped() -> Mapping[str, Callable[[], Small | Seeing]]:
    """The small networks of all lessons, by name."""
    from convoscope.server.lessons import MODULES

    found: dict[str, Callable[[], Small | Seeing]] = {}
    for module in MODULES:
        found |= getattr(import_module(f"convoscope.server.lessons.figures.{module}"), "ON_STAGE", {})
    return found


@cache
def small(name: str) -> Small | Seeing | None:
    """The small network of this name; None where no lesson has it."""
    made = shipped().get(name) if name.startswith(LESSONS) else None
    return made() if made else None


def link(words: str, now: Small, **state: str) -> onward.Link:
    """The stage on the network of this name with the numbers of `now`. state: as static/state/url.js reads it."""
    base = small(now.name)
    assert isinstance(base, Small), f"{now.name} is in no lesson's ON_STAGE"
    edit = str(base.edits(now))
    return onward.stage(words, Seen(now.name, base.picture), now.name, **state, **({"edit": edit} if edit else {}))
