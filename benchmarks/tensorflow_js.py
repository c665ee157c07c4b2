"""Our small networks in TensorFlow.js, run by Node: what a page pays that computes in the browser's language.

Not needed by the project. To measure against it, in any folder:
npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm
"""

import json
import shutil
import subprocess
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import BLOCK
from convoscope.engine import Network, Node
from convoscope.engine.types import Array

SCRIPT = Path(__file__).with_name("tensorflow.mjs")
SMALL = 3 * 64 * 64
"""Numbers of the largest picture: what pages compute as one draws."""
KINDS = {"conv2d", "relu", "max_pool2d", "flatten", "dense", "softmax"}
HOW = "npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm in any folder, then --tensorflow-js FOLDER"


class TensorFlowJs:
    """A process that keeps one network and runs it when asked. Raises ImportError where it cannot."""

    def __init__(self, folder: Path, net: Network, x: Array) -> None:
        node = shutil.which("node")
        if node is None or not (folder / "node_modules/@tensorflow/tfjs").is_dir():
            raise ImportError(f"TensorFlow.js is not installed. To compare with it: {HOW}.")
        command = [node, str(SCRIPT), str(folder.resolve())]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        pixels = x.transpose(0, 2, 3, 1)
        answer = self.ask(
            {
                "name": net.inputs[0].name,
                "shape": pixels.shape,
                "input": pixels.ravel().tolist(),
                "nodes": [described(node, net) for node in net.nodes],
            }
        )
        self.output, self.backend = np.array(answer["output"], np.float32), answer["backend"]

    @staticmethod
    def can(net: Network) -> bool:
        """Whether it is small, and all of its layers are known here."""
        plain = all(getattr(node.layer, "groups", 1) == 1 for node in net.nodes)
        return plain and {node.layer.kind for node in net.nodes} <= KINDS and prod(net.input_shape) <= SMALL

    def ask(self, question: object) -> Any:
        """The answer to one line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise ImportError("TensorFlow.js ended without an answer.")
        return json.loads(line)

    def block(self) -> list[float]:
        """Seconds of each pass of one block, by its own clock."""
        return [t / 1000 for t in self.ask(BLOCK)]

    def close(self) -> None:
        """Ends the process."""
        self.process.terminate()
        self.process.communicate()


def described(node: Node, net: Network) -> dict[str, Any]:
    """A node as the script reads it; filters as (kh, kw, C, K), matrices as (D, K)."""
    layer: Any = node.layer
    said: dict[str, Any] = {"name": node.name, "kind": layer.kind, "inputs": node.inputs}
    params = net.params_of(node.name)
    if params:
        w = params["weight"].transpose(2, 3, 1, 0) if layer.kind == "conv2d" else params["weight"].T
        said |= {"weight": w.ravel().tolist(), "shape": w.shape, "bias": params["bias"].tolist()}
    if layer.kind == "conv2d":
        said |= {"stride": layer.stride, "padding": layer.padding[0]}
    if layer.kind == "max_pool2d":
        said |= {"kernel": layer.kernel, "stride": layer.stride}
    return said
