"""The layers that are held to PyTorch: settings and input shape of each; the numbers are in `layers.npz`.

Values follow from a seed, so the file keeps only what PyTorch made of them: output and gradients, in float64.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from convoscope.engine import Layer, from_config
from convoscope.engine.types import Array, Params, Shape

FILE = "layers.npz"


@dataclass(frozen=True)
class Case:
    """A layer on an input of a shape. training: run in training mode."""

    name: str
    config: dict[str, Any]
    shape: Shape
    training: bool = False

    @property
    def layer(self) -> Layer:
        """Our layer."""
        return from_config(self.config)

    def values(self) -> tuple[Array, Params, Array]:
        """Input, parameters and dL/dy, all from the name as a seed."""
        rng = np.random.default_rng(list(self.name.encode()))
        x = rng.standard_normal(self.shape)
        shapes = self.layer.param_shapes(self.shape)
        params = {k: rng.standard_normal(s) for k, s in shapes.items()}
        if "variance" in params:
            params["variance"] = np.abs(params["variance"]) + 0.2
        return x, params, rng.standard_normal(self.layer.output_shape(self.shape))


def case(name: str, kind: str, shape: Shape, training: bool = False, **settings: Any) -> Case:
    """A case with the settings of its layer."""
    return Case(name, {"kind": kind, **settings}, shape, training)


PICTURE: Shape = (2, 4, 6, 7)
CASES = (
    case("conv plain", "conv2d", PICTURE, filters=3, kernel=[3, 3]),
    case(
        "conv strided and padded unevenly",
        "conv2d",
        PICTURE,
        filters=3,
        kernel=[3, 2],
        stride=[2, 3],
        padding=[1, 0, 2, 1],
    ),
    case("conv dilated", "conv2d", PICTURE, filters=2, kernel=[2, 3], dilation=[3, 2], padding=[1, 1, 1, 1]),
    case("conv in groups", "conv2d", PICTURE, filters=6, kernel=[3, 3], groups=2, bias=False),
    case("conv depthwise", "conv2d", PICTURE, filters=8, kernel=[3, 3], groups=4, padding=[1, 1, 1, 1]),
    case("conv of a row", "conv2d", (2, 3, 9), filters=4, kernel=[4], stride=[2], padding=[1, 1], dilation=[1]),
    case(
        "conv of a volume",
        "conv2d",
        (1, 2, 4, 5, 4),
        filters=2,
        kernel=[2, 3, 2],
        stride=[1, 2, 1],
        padding=[0] * 6,
        dilation=[1] * 3,
    ),
    case(
        "transposed conv",
        "conv_transpose2d",
        (2, 4, 3, 4),
        filters=3,
        kernel=[3, 2],
        stride=[2, 2],
        padding=[1, 0, 1, 0],
    ),
    case(
        "transposed conv with output padding",
        "conv_transpose2d",
        (2, 4, 3, 4),
        filters=6,
        kernel=[3, 3],
        stride=[3, 2],
        padding=[1, 1, 1, 1],
        groups=2,
        dilation=[1, 2],
        output_padding=[2, 1],
    ),
    case("dense", "dense", (3, 5), units=4),
    case("max pool", "max_pool2d", PICTURE, kernel=[2, 2], stride=[2, 2]),
    case(
        "max pool overlapping",
        "max_pool2d",
        PICTURE,
        kernel=[3, 3],
        stride=[2, 1],
        padding=[1, 1, 1, 1],
        ceil_mode=True,
    ),
    case("max pool dilated", "max_pool2d", PICTURE, kernel=[2, 3], stride=[1, 1], dilation=[2, 2]),
    case("average pool", "average_pool2d", PICTURE, kernel=[3, 2], stride=[2, 2], padding=[1, 1, 1, 1]),
    case(
        "average pool with its padding",
        "average_pool2d",
        PICTURE,
        kernel=[3, 3],
        stride=[2, 2],
        padding=[1, 1, 1, 1],
        count_include_pad=True,
    ),
    case("global average pool", "global_average_pool", PICTURE),
    case("batch norm", "batch_norm", PICTURE, epsilon=1e-3),
    case("batch norm in training", "batch_norm", PICTURE, training=True, epsilon=1e-3),
    case("instance norm", "instance_norm", PICTURE, epsilon=1e-4),
    case("group norm", "group_norm", PICTURE, groups=2, epsilon=1e-4),
    case("layer norm", "layer_norm", (3, 2, 5), axis=1, epsilon=1e-4),
    case("response norm", "local_response_norm", (2, 6, 3, 3), size=5, alpha=0.5, beta=0.75, bias=1.5),
    case("softmax", "softmax", (3, 4, 5), axis=1),
    case("log softmax", "log_softmax", (3, 4, 5), axis=-1),
    case("gelu", "gelu", (4, 9)),
    case("gelu by tanh", "gelu", (4, 9), approximate="tanh"),
    case("silu", "silu", (4, 9)),
    case("mish", "mish", (4, 9)),
    case("hard swish", "hard_swish", (4, 9)),
    case("elu", "elu", (4, 9), alpha=0.7),
    case("celu", "celu", (4, 9), alpha=0.5),  # PyTorch keeps 1/alpha in float32, where this one is exact
    case("selu", "selu", (4, 9)),
    case("softplus", "softplus", (4, 9)),
    case("softsign", "softsign", (4, 9)),
    case("leaky relu", "leaky_relu", (4, 9), alpha=0.2),
    Case("prelu", {"kind": "prelu", "shape": [3, 1]}, (2, 3, 4)),
    case("pixel shuffle", "depth_to_space", (2, 8, 2, 3), blocksize=2, mode="CRD"),
    case("pad by reflection", "pad", (2, 3, 4, 5), pads=[0, 0, 2, 1, 0, 0, 1, 3], mode="reflect"),
    case("pad by the edge", "pad", (2, 3, 4, 5), pads=[0, 0, 2, 1, 0, 0, 1, 3], mode="edge"),
    case("pad around", "pad", (2, 3, 4, 5), pads=[0, 0, 2, 1, 0, 0, 1, 3], mode="wrap"),
    case(
        "resize nearest",
        "resize",
        (1, 2, 4, 5),
        sizes=[8, 3],
        axes=[2, 3],
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    ),
    case(
        "resize linear",
        "resize",
        (1, 2, 4, 5),
        sizes=[7, 3],
        axes=[2, 3],
        mode="linear",
        coordinate_transformation_mode="pytorch_half_pixel",
    ),
    case(
        "resize linear by corners",
        "resize",
        (1, 2, 4, 5),
        sizes=[7, 3],
        axes=[2, 3],
        mode="linear",
        coordinate_transformation_mode="align_corners",
    ),
    case(
        "resize cubic",
        "resize",
        (1, 2, 4, 5),
        sizes=[7, 8],
        axes=[2, 3],
        mode="cubic",
        coordinate_transformation_mode="pytorch_half_pixel",
    ),
)
