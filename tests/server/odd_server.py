"""The server with networks that nobody ships: one that has gone wrong in training, one that says when it is run, and
one that is a bug.

Run as a program, with the options of `convoscope`.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from convoscope.engine import Network, Trace, zoo
from convoscope.server import cli, library
from convoscope.server.library import Library, Model, network_id

QUIET, SIGNALLING = 0x7FC00001, 0xFFA00002
"""Two NaN, told apart by their bits."""
SECONDS = 0.3  # of one run of the counted network, so that all who ask come in time


def diverged(network: Network) -> Network:
    """The network with weights and a bias that are no numbers any more."""
    weight = network.params["conv6"]["weight"].copy()
    weight[0] = np.inf
    bias = np.array([QUIET, SIGNALLING], np.uint32).view(np.float32)
    head = {**network.params["fc"], "bias": np.concatenate([bias, network.params["fc"]["bias"][2:]])}
    return replace(
        network, params={**network.params, "conv6": {**network.params["conv6"], "weight": weight}, "fc": head}
    )


class Counted(Network):
    """A network that prints a line each time it is run."""

    def trace(self, *args: Any, **kw: Any) -> Trace:
        print("a trace is computed", flush=True)
        time.sleep(SECONDS)
        return super().trace(*args, **kw)


def counted(n: Network) -> Counted:
    return Counted(n.name, n.inputs, n.nodes, n.params, n.outputs, n.labels, n.preprocessing)


class Secret(Mapping[str, Any]):
    """A card that cannot be read."""

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("a secret")

    def __len__(self) -> int:
        return 1


class OddLibrary(Library):
    """The example network, and what became of it."""

    @property
    def models(self) -> tuple[str, ...]:
        return "example-cnn", "diverged", "counted", "broken"

    def model(self, name: str) -> Model:
        plain = super().model("example-cnn")
        if name == "broken":
            return replace(plain, name=name, content="broken", card=Secret())
        make = {"diverged": diverged, "counted": counted}.get(name)
        if make is None:
            return plain
        if name not in self._models:
            network = make(zoo.load("example-cnn"))
            self._models[name] = Model(name, name, network, f"{name}{network_id(network)}"[:26])
        return self._models[name]


if __name__ == "__main__":
    library.Library = OddLibrary  # type: ignore[misc]
    sys.exit(cli.main())
