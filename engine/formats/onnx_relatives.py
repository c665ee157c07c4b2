"""Operators of ONNX that we have no layer for, and the known one that each most resembles."""

from collections.abc import Collection
from difflib import get_close_matches

RELATIVES = {
    "AffineGrid": "Resize",
    "ArgMax": "ReduceMax",
    "ArgMin": "ReduceMin",
    "Attention": "MatMul",
    "Bernoulli": "Dropout",
    "BitShift": "Mul",
    "Cast": "Identity",
    "CenterCropPad": "Pad",
    "Col2Im": "ConvTranspose",
    "Compress": "Slice",
    "ConvInteger": "Conv",
    "CumSum": "ReduceSum",
    "DeformConv": "Conv",
    "DequantizeLinear": "Mul",
    "DynamicQuantizeLinear": "Mul",
    "Einsum": "MatMul",
    "Expand": "Add",
    "Gather": "Slice",
    "GatherElements": "Slice",
    "GatherND": "Slice",
    "GridSample": "Resize",
    "GRU": "Gemm",
    "Hardmax": "Softmax",
    "LSTM": "Gemm",
    "LpNormalization": "LayerNormalization",
    "MatMulInteger": "MatMul",
    "MaxRoiPool": "MaxPool",
    "MaxUnpool": "MaxPool",
    "MeanVarianceNormalization": "InstanceNormalization",
    "Mod": "Div",
    "NonMaxSuppression": "MaxPool",
    "OneHot": "Where",
    "QLinearConv": "Conv",
    "QLinearMatMul": "MatMul",
    "QuantizeLinear": "Mul",
    "RMSNormalization": "LayerNormalization",
    "RNN": "Gemm",
    "ReduceL1": "ReduceSum",
    "ReduceL2": "ReduceSum",
    "ReduceLogSum": "ReduceSum",
    "ReduceLogSumExp": "ReduceSum",
    "ReduceProd": "ReduceSum",
    "ReduceSumSquare": "ReduceSum",
    "RoiAlign": "AveragePool",
    "ScatterElements": "Where",
    "ScatterND": "Where",
    "Shrink": "ThresholdedRelu",
    "Tile": "Concat",
    "TopK": "ReduceMax",
    "Trilu": "Where",
}


def nearest(op: str, known: Collection[str]) -> str:
    """The known operator most like `op`; "" when none is."""
    if RELATIVES.get(op) in known:
        return RELATIVES[op]
    fused = [k for k in known if op.startswith(("Fused", "QLinear", "Quant", "NhwcFused")) and op.endswith(k)]
    return next(iter(fused or get_close_matches(op, sorted(known), n=1, cutoff=0.7)), "")
