"""ONNX Runtime as the judge: the same file, the same input, the same numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import onnxruntime

from convoscope.engine import Network, load_onnx
from convoscope.engine.types import Array

TOLERANCE = 1e-5
"""Relative to the largest number of an array: sums of float32 numbers in another order, through many layers."""

QUIET = 4  # only what ends the process is logged; what goes wrong is raised


def session(data: bytes) -> onnxruntime.InferenceSession:
    """ONNX Runtime with the model, on one thread."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(data: bytes, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """What ONNX Runtime makes of the inputs, by the name of the output."""
    ready = session(data)
    names = [o.name for o in ready.get_outputs()]
    return dict(zip(names, ready.run(names, dict(inputs)), strict=True))


def difference(ours: Array, theirs: Array) -> float:
    """The largest difference, relative to the largest number; ∞ for other shapes or NaN in other places."""
    if ours.shape != theirs.shape or not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return float("inf")
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    apart = np.where((ours == theirs) | np.isnan(ours), 0, apart)  # infinities may be equal
    finite = np.abs(theirs[np.isfinite(theirs)]).astype(np.float64)
    return float(apart.max(initial=0) / max(finite.max(initial=0), 1))


def agrees(
    model: onnx.ModelProto,
    inputs: Mapping[str, Array],
    tolerance: float = TOLERANCE,
    same: onnx.ModelProto | None = None,
) -> Network:
    """Our network of the model, once its outputs are ONNX Runtime's. Fails with the largest difference.

    same: a model of the same function for ONNX Runtime, where it refuses this one.
    """
    data = model.SerializeToString()
    theirs = run((same or model).SerializeToString(), inputs)
    network = load_onnx(data)
    assert network.report is not None
    assert network.report.complete, str(network.report)
    trace = network.trace({i.name: inputs[name] for i, name in zip(network.inputs, inputs, strict=True)})
    for ours, (name, wanted) in zip(network.outputs, theirs.items(), strict=True):
        apart = difference(trace.activations[ours], wanted)
        assert apart <= tolerance, f"{name}: off by {apart:.3g} in {network.nodes[-1].layer}"
    return network


def exposed(model: onnx.ModelProto, names: Sequence[str] = ()) -> onnx.ModelProto:
    """The model with every intermediate value as an output, or those named."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    wanted = names or [o for n in copy.graph.node for o in n.output if o]
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted)
    return copy
