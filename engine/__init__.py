"""Convoscope's engine: convolutional networks forward and backward in pure NumPy, every number kept and explained."""

from convoscope.engine import errors, layers, zoo
from convoscope.engine.explanation import Explanation, Operand, Step
from convoscope.engine.formats.architecture import from_json, load_safetensors
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_reader import load_onnx
from convoscope.engine.formats.report import Report
from convoscope.engine.geometry import Axis, IndexMap, Table, Window
from convoscope.engine.gradcheck import GradientCheck, check_gradient
from convoscope.engine.layer import REGISTRY, Example, Layer, from_config
from convoscope.engine.losses import softmax_cross_entropy
from convoscope.engine.network import Input, Network, Node
from convoscope.engine.objective import (
    Objective,
    hinge,
    logit,
    logits_and_probabilities,
    loss,
    parse_objective,
    squared_error,
    unit,
)
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.trace import Gradients, Trace
from convoscope.engine.types import Mode

__all__ = [
    "REGISTRY",
    "Axis",
    "Example",
    "Explanation",
    "GradientCheck",
    "Gradients",
    "IndexMap",
    "Input",
    "Layer",
    "Mode",
    "Network",
    "Node",
    "Objective",
    "OnnxLimits",
    "Operand",
    "Preprocessing",
    "Report",
    "Step",
    "Table",
    "Trace",
    "Window",
    "check_gradient",
    "errors",
    "from_config",
    "from_json",
    "hinge",
    "layers",
    "load_onnx",
    "load_safetensors",
    "logit",
    "logits_and_probabilities",
    "loss",
    "parse_objective",
    "softmax_cross_entropy",
    "squared_error",
    "unit",
    "zoo",
]
