"""Convoscope's engine: convolutional networks forward and backward in pure NumPy, every number kept and explained."""

from convoscope.engine import errors, layers, zoo
from convoscope.engine.addresses import address, owner, parse_address
from convoscope.engine.batches import losses, shares
from convoscope.engine.contributions import Contribution
from convoscope.engine.edits import Change, Edits, Off, difference, parse_edits
from convoscope.engine.explanation import Explanation, Operand, Step
from convoscope.engine.faces import Faces, faces_of, liveliest, shrunk
from convoscope.engine.fields import receptive_fields
from convoscope.engine.formats.architecture import from_json, load_safetensors
from convoscope.engine.formats.onnx_limits import OnnxLimits
from convoscope.engine.formats.onnx_reader import load_onnx
from convoscope.engine.formats.report import Report
from convoscope.engine.geometry import Axis, IndexMap, Table, Window
from convoscope.engine.gradcheck import GradientCheck, Kink, check_gradient, number, sensible
from convoscope.engine.health import Flow, Strength, flow, strengths
from convoscope.engine.layer import REGISTRY, Example, Layer, from_config
from convoscope.engine.loss_curve import LossCurve, loss_curve
from convoscope.engine.losses import softmax_cross_entropy
from convoscope.engine.network import Input, Network, Node
from convoscope.engine.objective import (
    Labelled,
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
from convoscope.engine.saliency import SaliencyMethod, saliency
from convoscope.engine.scatter import Landing, Scatter, Share, scattered
from convoscope.engine.stepping import (
    OPTIMIZERS,
    Learning,
    Moment,
    Run,
    Term,
    filter_at,
    moments,
    predicted_change,
    run,
    step_terms,
)
from convoscope.engine.trace import Gradients, Trace
from convoscope.engine.types import Index, Mode, Told

__all__ = [
    "OPTIMIZERS",
    "REGISTRY",
    "Axis",
    "Change",
    "Contribution",
    "Edits",
    "Example",
    "Explanation",
    "Faces",
    "Flow",
    "GradientCheck",
    "Gradients",
    "Index",
    "IndexMap",
    "Input",
    "Kink",
    "Labelled",
    "Landing",
    "Layer",
    "Learning",
    "LossCurve",
    "Mode",
    "Moment",
    "Network",
    "Node",
    "Objective",
    "Off",
    "OnnxLimits",
    "Operand",
    "Preprocessing",
    "Report",
    "Run",
    "SaliencyMethod",
    "Scatter",
    "Share",
    "Step",
    "Strength",
    "Table",
    "Term",
    "Told",
    "Trace",
    "Window",
    "address",
    "check_gradient",
    "difference",
    "errors",
    "faces_of",
    "filter_at",
    "flow",
    "from_config",
    "from_json",
    "hinge",
    "layers",
    "liveliest",
    "load_onnx",
    "load_safetensors",
    "logit",
    "logits_and_probabilities",
    "loss",
    "loss_curve",
    "losses",
    "moments",
    "number",
    "owner",
    "parse_address",
    "parse_edits",
    "parse_objective",
    "predicted_change",
    "receptive_fields",
    "run",
    "saliency",
    "scattered",
    "sensible",
    "shares",
    "shrunk",
    "softmax_cross_entropy",
    "squared_error",
    "step_terms",
    "strengths",
    "unit",
    "zoo",
]
