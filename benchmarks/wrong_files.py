"""Files with wrong bytes: a small picture or network of each kind that is read, with a few of its bytes changed."""

import io
import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

KINDS = ("replaced", "flipped", "cut", "doubled", "extreme", "ended")
WEIGHTS = (35, 35, 2, 2, 25, 1)
"""How often a byte is replaced, a bit flipped, bytes cut out, doubled, made extreme, the rest left out."""
EXTREME = (0, 0x7F, 0x80, 0xFF)
FORMATS: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {"bits": 4, "transparency": 3}),
    ("PNG", "I;16", {}),
    ("JPEG", "RGB", {}),
    ("JPEG", "L", {"progressive": True, "quality": 60}),
    ("JPEG", "CMYK", {}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("GIF", "P", {}),
    ("BMP", "RGB", {}),
    ("BMP", "1", {}),
)
"""Format, mode and settings of the pictures to be spoiled."""


def mutants(seeds: Sequence[bytes], count: int, seed: object) -> Iterator[bytes]:
    """Files like the seeds, each with a few bytes changed, cut out, doubled or put elsewhere."""
    rng = random.Random(str(seed))
    for k in range(count):
        data = bytearray(seeds[k % len(seeds)])
        for what in rng.choices(KINDS, WEIGHTS, k=rng.randrange(1, 4)):
            at, much = rng.randrange(len(data) or 1), rng.randrange(1, 9)
            if what == "replaced" and data:
                data[at] = rng.randrange(256)
            elif what == "flipped" and data:
                data[at] ^= 1 << rng.randrange(8)
            elif what == "cut":
                del data[at : at + much]
            elif what == "doubled":
                data[at:at] = data[at : at + much]
            elif what == "extreme":
                data[at : at + much] = bytes(rng.choices(EXTREME, k=much))
            else:
                del data[max(at, 16) :]
        yield bytes(data)


def picture_seeds() -> list[bytes]:
    """A small picture in each format and mode."""
    pixels = Image.fromarray(np.random.default_rng(0).integers(0, 256, (16, 24, 3), np.uint8))
    found = []
    for format, mode, settings in FORMATS:
        out = io.BytesIO()
        grey = pixels.convert("I").point(lambda v: v * 257)
        (grey.convert(mode) if mode == "I;16" else pixels.convert(mode)).save(out, format, **settings)
        found.append(out.getvalue())
    return found


def network_seeds() -> list[bytes]:
    """Small networks, each of one or a few operators that have something to get wrong."""
    rng = np.random.default_rng(0)

    def array(*shape: int) -> Any:
        return rng.standard_normal(shape).astype(np.float32)

    def ints(*values: int) -> Any:
        return np.array(values, np.int64)

    four, two = array(4, 3, 3, 3), array(2)
    return [
        network(["Conv x w b", "Relu", "GlobalAveragePool", "Flatten", "Gemm _ v"], w=four, b=array(4), v=array(4, 5)),
        network([("Conv x w", {"strides": [2, 2], "pads": [1] * 4}), ("MaxPool", {"kernel_shape": [2, 2]})], w=four),
        network([("Conv x w", {"dilations": [2, 2], "group": 3}), "Sigmoid"], w=array(3, 1, 3, 3)),
        network([("AveragePool", {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1})]),
        network([("ConvTranspose x w", {"strides": [2, 2]}), "Tanh"], w=array(3, 2, 2, 2)),
        network(["BatchNormalization x s b m v"], s=array(3), b=array(3), m=array(3), v=array(3) ** 2),
        network(["Resize x _ s"], s=np.array([1, 1, 2, 2], np.float32)),
        network([("Transpose", {"perm": [0, 2, 3, 1]}), "Reshape _ s"], s=ints(0, -1, 3)),
        network(["Pad _ p"], p=ints(0, 0, 1, 1, 0, 0, 1, 1)),
        network(["Slice x a e k s"], a=ints(0, 1), e=ints(9, 5), k=ints(2, 3), s=ints(1, 2)),
        network(["Gather x i", "Squeeze _ k"], i=ints(0), k=ints(0)),
        network([("Concat x x", {"axis": 1}), ("DepthToSpace", {"blocksize": 1})]),
        network(["Mul x a", "Add _ a", ("Softmax", {"axis": 1})], a=array(1, 3, 1, 1)),
        network(["Flatten", "MatMul _ w", "LayerNormalization _ s b"], w=array(3 * 36, 2), s=two, b=two),
        network([("LRN", {"size": 3}), "ReduceMean _ k"], k=ints(2, 3)),
        network([("Split x s", {"axis": 1})], s=ints(1, 2)),
        network(["Clip x a b", "Expand _ s"], a=array(), b=array(), s=ints(1, 3, 6, 6)),
        network([("InstanceNormalization x s b", {"epsilon": 0.1}), "PRelu _ p"], s=array(3), b=array(3), p=array(1)),
    ]


def network(steps: Sequence[str | tuple[str, dict[str, Any]]], **arrays: Any) -> bytes:
    """An ONNX file of a chain: each step an operator, then what it reads; where nothing is said, what was made last."""
    nodes, last = [], "x"
    for k, step in enumerate(steps):
        words, settings = step if isinstance(step, tuple) else (step, {})
        op, *read = words.split()
        inputs = ["" if name == "_" and op == "Resize" else last if name == "_" else name for name in read or [last]]
        last = f"y{k}"
        outputs = [last, f"{last}b"] if op == "Split" else [last]
        nodes.append(helper.make_node(op, inputs, outputs, **settings))
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("N", 3, 6, 6))],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(made.SerializeToString())
