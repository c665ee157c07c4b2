"""Our networks in PyTorch and ONNX Runtime, made to do the same work: every activation and gradient is kept.

Neither is needed by the project. To measure against them: pip install torch onnxruntime
"""

import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from convoscope.engine import Network, Node
from convoscope.engine.types import Array


class Torch:
    """PyTorch on the CPU, layer by layer."""

    def __init__(self, net: Network, x: Array, threads: int) -> None:
        torch: Any = import_module("torch")
        torch.set_num_threads(threads)
        self.torch, self.net, self.x = torch, net, torch.from_numpy(x)
        self.params = {
            node: {k: self._shared(a).requires_grad_(k in ("weight", "bias")) for k, a in p.items()}
            for node, p in net.params.items()
        }
        self.steps = [(n.name, n.inputs, self._step(n)) for n in net.nodes]

    def _shared(self, a: Array) -> Any:
        """The same memory as a tensor. Nobody writes there, which PyTorch cannot know and warns about."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.torch.from_numpy(a)

    def _step(self, node: Node) -> Callable[..., Any]:
        F, layer, p = self.torch.nn.functional, node.layer, self.params.get(node.name, {})
        makers: dict[str, Callable[[Any], Callable[..., Any]]] = {
            "conv2d": lambda a: (
                lambda x: F.conv2d(x, p["weight"], p.get("bias"), a.stride, a.padding[:2], a.dilation, a.groups)
            ),
            "relu": lambda a: F.relu,
            "clip": lambda a: lambda x: self.torch.clamp(x, a.min, a.max),
            "max_pool2d": lambda a: lambda x: F.max_pool2d(x, a.kernel, a.stride, a.padding[:2]),
            "global_average_pool": lambda a: lambda x: F.adaptive_avg_pool2d(x, 1),
            "flatten": lambda a: lambda x: x.flatten(1),
            "dense": lambda a: lambda x: F.linear(x, p["weight"], p["bias"]),
            "softmax": lambda a: lambda x: F.softmax(x, a.axis),
            "add": lambda a: lambda x, y: x + y,
            "batch_norm": lambda a: (
                lambda x: F.batch_norm(x, p["mean"], p["variance"], p["weight"], p["bias"], False, 0.0, a.epsilon)
            ),
        }
        return makers[layer.kind](layer)

    def run(self, x: Any) -> dict[str, Any]:
        kept = {self.net.inputs[0].name: x}
        for name, inputs, step in self.steps:
            kept[name] = step(*(kept[i] for i in inputs))
        return kept

    def local(self, node: Node, xs: Sequence[Array], dy: Array) -> tuple[Array, list[Array], dict[str, Array]]:
        """One layer by itself: its output, and the gradients of its inputs and parameters."""
        step = next(s for name, _, s in self.steps if name == node.name)
        inputs = [self.torch.from_numpy(x.copy()).requires_grad_() for x in xs]
        learnt = {k: p for k, p in self.params.get(node.name, {}).items() if p.requires_grad}
        y = step(*inputs)
        grads = self.torch.autograd.grad(y, [*inputs, *learnt.values()], self.torch.from_numpy(dy.copy()))
        found = [g.numpy() for g in grads]
        return y.detach().numpy(), found[: len(inputs)], dict(zip(learnt, found[len(inputs) :], strict=True))

    def forward(self) -> dict[str, Any]:
        """Every activation, without a tape."""
        with self.torch.no_grad():
            return self.run(self.x)

    def both(self, dy: Array) -> dict[str, Any]:
        """Every activation, each with its gradient; parameters' gradients too."""
        for group in self.params.values():
            for p in group.values():
                p.grad = None
        kept = self.run(self.x.detach().requires_grad_(True))
        for y in kept.values():
            y.retain_grad()
        kept[self.net.output].backward(self.torch.from_numpy(dy))
        return kept


class OnnxRuntime:
    """ONNX Runtime on the CPU, from a model file made of what our layers say to ONNX."""

    def __init__(self, net: Network, x: Array, threads: int, everything: bool) -> None:
        onnxruntime: Any = import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.x = {net.inputs[0].name: x}
        wanted = [n.name for n in net.nodes] if everything else [net.output]
        self.session = onnxruntime.InferenceSession(model(net, wanted), options, providers=["CPUExecutionProvider"])

    def forward(self) -> Sequence[Array]:
        """Every activation, or the output alone."""
        found: Sequence[Array] = self.session.run(None, self.x)
        return found


def model(net: Network, outputs: Sequence[str]) -> bytes:
    """The network as an ONNX file that returns these activations."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights = [], []
    for node in net.nodes:
        shapes = [net.shapes[i] for i in node.inputs]
        (form,) = node.layer.to_onnx(net.params_of(node.name), *shapes)
        names = []
        for name, array in form.extras:
            names.append("" if array is None else f"{node.name}.{name}")
            if array is not None:
                weights.append(numpy_helper.from_array(np.ascontiguousarray(array), names[-1]))
        nodes.append(
            helper.make_node(form.op, [*node.inputs, *names], [node.name], domain=form.domain, **form.attributes)
        )
    given = [helper.make_tensor_value_info(i.name, TensorProto.FLOAT, list(i.shape)) for i in net.inputs]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, net.name, given, made, weights)
    file: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()
    return file
