"""Writes what PyTorch makes of the cases in `cases.py`, and of the example network. Run by hand, never by the tests.

PYTHONPATH=. python tests/reference/make_reference.py        (needs PyTorch)
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  as everybody does

from tests.reference.cases import CASES, FILE, Case

HERE = Path(__file__).resolve().parent
NETWORK = "example_cnn.npz"
FILTERS = 3

Weights = Mapping[str, Tensor]


def around(x: Tensor, pads: list[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """x with ONNX's pads (all the befores, then all the afters) of its last axes."""
    rank = len(pads) // 2
    pairs = [p for k in reversed(range(rank)) for p in (pads[k], pads[k + rank])]
    return F.pad(x, pairs, mode=mode, value=value) if mode == "constant" else F.pad(x, pairs, mode=mode)


def conv(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    rank = len(c["kernel"])
    function: Any = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    padded = around(x, c.get("padding", [0] * 2 * rank))
    return function(
        padded,
        w["weight"],
        w.get("bias"),
        stride=c.get("stride", [1] * rank),
        dilation=c.get("dilation", [1] * rank),
        groups=c.get("groups", 1),
    )


def conv_transpose(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    return F.conv_transpose2d(
        x,
        w["weight"],
        w.get("bias"),
        stride=c["stride"],
        padding=c["padding"][:2],
        output_padding=c.get("output_padding", 0),
        groups=c.get("groups", 1),
        dilation=c.get("dilation", 1),
    )


def average(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    include = c.get("count_include_pad", False)
    return F.avg_pool2d(x, c["kernel"], c["stride"], c["padding"][:2], count_include_pad=include)


def largest(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    padding = c.get("padding", [0, 0])[:2]
    more = {"dilation": c.get("dilation", 1), "ceil_mode": c.get("ceil_mode", False)}
    return F.max_pool2d(x, c["kernel"], c["stride"], padding, **more)


def resize(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    mode = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}[c["mode"]]
    corners = None if mode == "nearest" else c["coordinate_transformation_mode"] == "align_corners"
    return F.interpolate(x, c["sizes"], mode=mode, align_corners=corners)


def padded(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    pads = [*c["pads"][2:4], *c["pads"][6:8]]
    return around(x, pads, {"edge": "replicate", "wrap": "circular"}.get(c["mode"], c["mode"]))


def batch_norm(x: Tensor, w: Weights, c: dict[str, Any]) -> Tensor:
    training = bool(c.get("training"))
    running = (None, None) if training else (w["mean"].detach(), w["variance"].detach())
    return F.batch_norm(x, *running, w["weight"], w["bias"], training, eps=c["epsilon"])


TORCH: dict[str, Callable[[Tensor, Weights, dict[str, Any]], Tensor]] = {
    "average_pool2d": average,
    "batch_norm": batch_norm,
    "celu": lambda x, w, c: F.celu(x, c["alpha"]),
    "conv2d": conv,
    "conv_transpose2d": conv_transpose,
    "dense": lambda x, w, c: F.linear(x, w["weight"], w["bias"]),
    "depth_to_space": lambda x, w, c: F.pixel_shuffle(x, c["blocksize"]),
    "elu": lambda x, w, c: F.elu(x, c["alpha"]),
    "gelu": lambda x, w, c: F.gelu(x, approximate=c.get("approximate", "none")),
    "global_average_pool": lambda x, w, c: F.adaptive_avg_pool2d(x, 1),
    "group_norm": lambda x, w, c: F.group_norm(x, c["groups"], w["weight"], w["bias"], c["epsilon"]),
    "hard_swish": lambda x, w, c: F.hardswish(x),
    "instance_norm": lambda x, w, c: F.instance_norm(x, weight=w["weight"], bias=w["bias"], eps=c["epsilon"]),
    "layer_norm": lambda x, w, c: F.layer_norm(x, x.shape[c["axis"] :], w["weight"], w["bias"], c["epsilon"]),
    "leaky_relu": lambda x, w, c: F.leaky_relu(x, c["alpha"]),
    "local_response_norm": lambda x, w, c: F.local_response_norm(x, c["size"], c["alpha"], c["beta"], c["bias"]),
    "log_softmax": lambda x, w, c: F.log_softmax(x, c["axis"]),
    "max_pool2d": largest,
    "mish": lambda x, w, c: F.mish(x),
    "pad": padded,
    "prelu": lambda x, w, c: F.prelu(x, w["slope"].reshape(-1)),
    "resize": resize,
    "selu": lambda x, w, c: F.selu(x),
    "silu": lambda x, w, c: F.silu(x),
    "softmax": lambda x, w, c: F.softmax(x, c["axis"]),
    "softplus": lambda x, w, c: F.softplus(x),
    "softsign": lambda x, w, c: F.softsign(x),
}


def answers(case: Case) -> dict[str, np.ndarray]:
    """Output, dL/dx and dL/dθ of one case."""
    x, params, dy = case.values()
    leaf = torch.tensor(x, requires_grad=True)
    weights = {k: torch.tensor(a, requires_grad=True) for k, a in params.items()}
    y = TORCH[case.config["kind"]](leaf, weights, case.config | {"training": case.training})
    y.backward(torch.tensor(dy))
    found = {"y": y.detach().numpy(), "dx": leaf.grad.numpy()}
    return found | {f"d{k}": w.grad.numpy() for k, w in weights.items() if w.grad is not None}


def network() -> dict[str, np.ndarray]:
    """Every activation and every gradient of the cross-entropy loss, of the example network with few filters."""
    from convoscope.engine.zoo.example_cnn import architecture

    net = architecture(np.random.default_rng(5), FILTERS).astype(np.float64)
    x = np.random.default_rng(6).standard_normal((1, *net.input_shape))
    weights = {n: {k: torch.tensor(a.copy(), requires_grad=True) for k, a in p.items()} for n, p in net.params.items()}
    values = {"input": torch.tensor(x, requires_grad=True)}
    for node in net.nodes[:-1]:  # the loss has the softmax in it
        h, w = values[node.inputs[0]], weights.get(node.name, {})
        config = {k: list(v) if isinstance(v, tuple) else v for k, v in node.layer.config().items()}
        plain = {"relu": F.relu, "flatten": lambda h: h.flatten(1)}
        function = plain.get(node.layer.kind)
        values[node.name] = function(h) if function else TORCH[node.layer.kind](h, w, config)
        values[node.name].retain_grad()
    loss = F.cross_entropy(values[net.nodes[-2].name], torch.tensor([3]))
    loss.backward()
    found = {"loss": loss.detach().numpy()}
    for name, value in values.items():
        found |= {name: value.detach().numpy()} if name != "input" else {}
        found |= {f"d {name}": value.grad.numpy()}
    for name, params in weights.items():
        found |= {f"d {name}.{k}": w.grad.numpy() for k, w in params.items()}
    return found


def main() -> None:
    """Both files."""
    arrays: Any = {f"{case.name}/{k}": a for case in CASES for k, a in answers(case).items()}
    np.savez_compressed(HERE / FILE, **arrays)
    small: Any = {k: a.astype(np.float32) if a.size > 1000 else a for k, a in network().items()}
    np.savez_compressed(HERE / NETWORK, **small)


if __name__ == "__main__":
    main()
