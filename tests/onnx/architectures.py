"""The architectures that people know, as files: every kind of node they have, in their order, with fewer channels.

Widths are divided so that a test takes milliseconds; depths, strides, groups, branches and ways to write a shape are
theirs. Sources are named at each.
"""

from typing import Any

import numpy as np
import onnx

from tests.onnx.build import Build


def alexnet() -> onnx.ModelProto:
    """Krizhevsky et al. 2012: stride 4, response normalisation, two groups, dropout."""
    b = Build()
    x = b.pool(
        b.add("LRN", b.relu(b.conv(b.input(), 12, 11, 4, pads=2)), size=5, alpha=1e-4, beta=0.75, bias=2.0), 3, 2
    )
    x = b.pool(b.add("LRN", b.relu(b.conv(x, 32, 5, groups=2)), size=5, alpha=1e-4, beta=0.75, bias=2.0), 3, 2)
    x = b.relu(b.conv(x, 48, 3))
    x = b.relu(b.conv(x, 48, 3, groups=2))
    x = b.pool(b.relu(b.conv(x, 32, 3, groups=2)), 3, 2)
    x = b.add("Flatten", x)
    x = b.add("Dropout", b.relu(b.dense(x, 32, 64)))
    x = b.add("Dropout", b.relu(b.dense(x, 64, 64)))
    return b.model(b.add("Softmax", b.dense(x, 64, 10)), 71)


def vgg19() -> onnx.ModelProto:
    """Simonyan & Zisserman 2015: 16 convolutions of 3×3, five pools, three dense layers; Reshape as Keras writes it."""
    b = Build(opset=13)
    x = b.input()
    for filters, convs in ((8, 2), (16, 2), (32, 4), (64, 4), (64, 4)):
        for _ in range(convs):
            x = b.relu(b.conv(x, filters))
        x = b.pool(x, 2, 2)
    x = b.add("Reshape", x, b.constant(np.array([-1, 64])))
    for _ in range(2):
        x = b.relu(b.add("Add", b.add("MatMul", x, b.weight(64, 64)), b.bias(64)))
    return b.model(b.add("Softmax", b.dense(x, 64, 10), axis=-1), 32)


def inception_block(b: Build, x: str, one: int, three: tuple[int, int], five: tuple[int, int], pool: int) -> str:
    """Four branches that meet in a concatenation: 1×1, 3×3, 5×5, pool."""
    return b.concat(
        b.relu(b.conv(x, one, 1)),
        b.relu(b.conv(b.relu(b.conv(x, three[0], 1)), three[1], 3)),
        b.relu(b.conv(b.relu(b.conv(x, five[0], 1)), five[1], 5)),
        b.relu(b.conv(b.pool(x, 3, 1, pads=1), pool, 1)),
    )


def googlenet() -> onnx.ModelProto:
    """Szegedy et al. 2015: nine inception blocks, pools with ceil mode, response normalisation."""
    b = Build(opset=12)
    x = b.pool(b.relu(b.conv(b.input(), 8, 7, 2)), 3, 2, ceil_mode=1)
    x = b.add("LRN", x, size=5, alpha=1e-4, beta=0.75, bias=1.0)
    x = b.relu(b.conv(b.relu(b.conv(x, 8, 1)), 24, 3))
    x = b.pool(b.add("LRN", x, size=5, alpha=1e-4, beta=0.75, bias=1.0), 3, 2, ceil_mode=1)
    blocks = [(8, (12, 16), (2, 4), 4), (16, (16, 24), (4, 12), 8), None, (24, (12, 26), (2, 6), 8)]
    blocks += [(20, (14, 28), (3, 8), 8), (16, (16, 32), (3, 8), 8), (14, (18, 36), (4, 8), 8)]
    blocks += [(32, (20, 40), (4, 16), 16), None, (32, (20, 40), (4, 16), 16), (48, (24, 48), (6, 16), 16)]
    for block in blocks:
        x = b.pool(x, 3, 2, ceil_mode=1) if block is None else inception_block(b, x, *block)
    x = b.add("Dropout", b.add("GlobalAveragePool", x))
    x = b.dense(b.add("Flatten", x), b.channels[x], 10)
    return b.model(b.add("Softmax", x), 64)


def inception_v3() -> onnx.ModelProto:
    """Szegedy et al. 2016: filters of 1×7 and 7×1, averages that leave the padding out, branches within branches."""
    b = Build()
    x = b.conv_norm(b.input(), 8, 3, 2, pads=0)
    x = b.conv_norm(b.conv_norm(x, 8, 3, pads=0), 16, 3)
    x = b.pool(x, 3, 2)
    for _ in range(2):
        branches = [b.conv_norm(x, 8, 1), b.conv_norm(b.conv_norm(x, 6, 1), 8, 5)]
        branches.append(b.conv_norm(b.conv_norm(b.conv_norm(x, 8, 1), 12, 3), 12, 3))
        branches.append(b.conv_norm(b.pool(x, 3, 1, "AveragePool", 1, count_include_pad=0), 4, 1))
        x = b.concat(*branches)
    for _ in range(2):
        seven = x
        for kernel in ((1, 1), (1, 7), (7, 1), (1, 7), (7, 1)):
            seven = b.conv_norm(seven, 8, kernel)
        x = b.concat(b.conv_norm(x, 12, 1), seven, b.conv_norm(b.pool(x, 3, 1, "AveragePool", 1), 8, 1))
    split = b.conv_norm(x, 12, 1)
    x = b.concat(b.conv_norm(x, 8, 1), b.conv_norm(split, 8, (1, 3)), b.conv_norm(split, 8, (3, 1)))
    return b.model(b.classifier(x), 43)


def resnet50() -> onnx.ModelProto:
    """He et al. 2016: 3, 4, 6 and 3 bottlenecks, projections where the size changes; the batch written down as 1."""
    b = Build()
    x = b.pool(b.conv_norm(b.input(), 8, 7, 2, pads=3), 3, 2, pads=1)
    for stage, (width, count) in enumerate(((8, 3), (16, 4), (32, 6), (64, 3))):
        for k in range(count):
            stride = 2 if stage and k == 0 else 1
            y = b.conv_norm(b.conv_norm(x, width, 1), width, 3, stride)
            y = b.norm(b.conv(y, 4 * width, 1, bias=False))
            if k == 0:
                x = b.norm(b.conv(x, 4 * width, 1, stride, pads=0, bias=False))
            x = b.relu(b.add("Add", y, x))
    return b.model(b.classifier(x), 64, batch=1)


def densenet121() -> onnx.ModelProto:
    """Huang et al. 2017: blocks of 6, 12, 24 and 16 layers, each of which reads all before it."""
    b = Build()
    growth = 4
    x = b.pool(b.conv_norm(b.input(), 2 * growth, 7, 2, pads=3), 3, 2, pads=1)
    for block, count in enumerate((6, 12, 24, 16)):
        for _ in range(count):
            y = b.conv(b.relu(b.norm(x)), 4 * growth, 1, bias=False)
            x = b.concat(x, b.conv(b.relu(b.norm(y)), growth, 3, bias=False))
        if block < 3:
            x = b.conv(b.relu(b.norm(x)), b.channels[x] // 2, 1, bias=False)
            x = b.pool(x, 2, 2, "AveragePool")
    return b.model(b.classifier(b.relu(b.norm(x))), 64)


def squeezenet() -> onnx.ModelProto:
    """Iandola et al. 2016: fire modules, no dense layer."""
    b = Build(opset=9)
    x = b.pool(b.relu(b.conv(b.input(), 16, 3, 2, pads=0)), 3, 2)
    for k, squeeze in enumerate((4, 4, 8, 8, 12, 12, 16, 16)):
        if k in (2, 4):
            x = b.pool(x, 3, 2)
        s = b.relu(b.conv(x, squeeze, 1))
        x = b.concat(b.relu(b.conv(s, 4 * squeeze, 1)), b.relu(b.conv(s, 4 * squeeze, 3)))
    x = b.relu(b.conv(b.add("Dropout", x, ratio=0.5), 10, 1))
    return b.model(b.add("Softmax", b.add("Flatten", b.add("GlobalAveragePool", x))), 59)


def shuffled(b: Build, x: str, groups: int) -> str:
    """Channels dealt out anew, the shape worked out by Shape, Gather and Concat at run time, as PyTorch exports it."""
    n, h, w = (b.add("Gather", b.add("Shape", x), b.constant(np.array(k)), axis=0) for k in (0, 2, 3))
    parts = [b.add("Unsqueeze", part, b.constant(np.array([0]))) for part in (n, h, w)]
    c = b.channels[x]
    g, per = b.constant(np.array([groups])), b.constant(np.array([c // groups]))
    five = b.add("Concat", parts[0], g, per, parts[1], parts[2], axis=0)
    y = b.add("Transpose", b.add("Reshape", x, five), perm=[0, 2, 1, 3, 4])
    four = b.add("Concat", parts[0], b.constant(np.array([c])), parts[1], parts[2], axis=0)
    out: str = b.add("Reshape", y, four, channels=c)
    return out


def shufflenet() -> onnx.ModelProto:
    """Zhang et al. 2018: grouped 1×1 convolutions, channel shuffle, depthwise convolutions."""
    b = Build()
    groups = 3
    x = b.pool(b.conv_norm(b.input(), 12, 3, 2), 3, 2, pads=1)
    for width, count in ((24, 4), (48, 8), (96, 4)):
        for k in range(count):
            first = k == 0
            out = width - b.channels[x] if first else width
            y = shuffled(b, b.conv_norm(x, 12, 1, groups=groups), groups)
            y = b.norm(b.conv(y, 12, 3, 2 if first else 1, groups=12, bias=False))
            y = b.norm(b.conv(y, out, 1, groups=groups, bias=False), 0.3)
            y = b.concat(b.pool(x, 3, 2, "AveragePool", 1), y) if first else b.add("Add", x, y)
            x = b.relu(y)
    return b.model(b.classifier(x), 64)


def mobilenet_v2() -> onnx.ModelProto:
    """Sandler et al. 2018: inverted residuals, depthwise convolutions, ReLU6 as Clip; the mean as ReduceMean."""
    b = Build()

    def relu6(x: str) -> str:
        out: str = b.add("Clip", x, b.constant(np.float32(0)), b.constant(np.float32(6)))
        return out

    x = relu6(b.norm(b.conv(b.input(), 8, 3, 2, bias=False)))
    for expand, width, count, stride in ((1, 4, 1, 1), (6, 6, 2, 2), (6, 8, 3, 2), (6, 16, 4, 2), (6, 24, 3, 1)):
        for k in range(count):
            hidden, step = expand * b.channels[x], stride if k == 0 else 1
            y = relu6(b.norm(b.conv(x, hidden, 1, bias=False))) if expand > 1 else x
            y = relu6(b.norm(b.conv(y, hidden, 3, step, groups=hidden, bias=False)))
            y = b.norm(b.conv(y, width, 1, bias=False), 0.5)
            x = b.add("Add", x, y) if step == 1 and b.channels[x] == width else y
    x = b.add("ReduceMean", relu6(b.norm(b.conv(x, 48, 1, bias=False))), axes=[2, 3], keepdims=0)
    return b.model(b.dense(x, 48, 10), 64)


def efficientnet() -> onnx.ModelProto:
    """Tan & Le 2019: squeeze and excitation, SiLU as x · σ(x), filters of 3×3 and 5×5, padding on one side only."""
    b = Build()

    def silu(x: str) -> str:
        out: str = b.add("Mul", x, b.add("Sigmoid", x))
        return out

    x = silu(b.norm(b.conv(b.input(), 8, 3, 2, pads=[0, 0, 1, 1], bias=False)))
    blocks = ((1, 3, 1, 4), (6, 3, 2, 6), (6, 5, 2, 8), (6, 3, 2, 12), (6, 5, 1, 16), (6, 5, 2, 24), (6, 3, 1, 24))
    for expand, kernel, stride, width in blocks:
        for k in range(2):
            hidden, step = expand * b.channels[x], stride if k == 0 else 1
            y = silu(b.norm(b.conv(x, hidden, 1, bias=False))) if expand > 1 else x
            y = silu(b.norm(b.conv(y, hidden, kernel, step, groups=hidden, bias=False)))
            gate = silu(b.conv(b.add("GlobalAveragePool", y), max(b.channels[x] // 4, 1), 1))
            y = b.add("Mul", y, b.add("Sigmoid", b.conv(gate, hidden, 1)))
            y = b.norm(b.conv(y, width, 1, bias=False))
            x = b.add("Add", y, x) if step == 1 and b.channels[x] == width else y
    return b.model(b.classifier(silu(b.norm(b.conv(x, 64, 1, bias=False))), softmax=False), 64)


def unet() -> onnx.ModelProto:
    """Ronneberger et al. 2015: down and up again, with transposed convolutions, resizing, and maps kept for later."""
    b = Build(opset=13)
    x, kept = b.input(), []
    for width in (4, 8, 16):
        x = b.relu(b.conv(b.relu(b.conv(x, width)), width))
        kept.append(x)
        x = b.pool(x, 2, 2)
    x = b.relu(b.conv(x, 32))
    for k, width in enumerate((16, 8, 4)):
        if k == 0:
            x = b.add("ConvTranspose", x, b.weight(32, 16, 2, 2), b.bias(16), strides=[2, 2], channels=16)
        else:
            scales = b.constant(np.array([1, 1, 2, 2], np.float32))
            how: Any = {"coordinate_transformation_mode": "pytorch_half_pixel"} if k == 1 else {}
            x = b.add("Resize", x, "", scales, mode="linear" if k == 1 else "nearest", **how)
        x = b.relu(b.conv(b.concat(kept.pop(), x), width))
    return b.model(b.add("Sigmoid", b.conv(x, 1, 1)), 32)


def detector() -> onnx.ModelProto:
    """A YOLO's parts: pixels sliced into channels, maps split and joined, pools beside one another, two outputs."""
    b = Build()
    x = b.input()
    corners = []
    for row, column in ((0, 0), (1, 0), (0, 1), (1, 1)):
        starts, ends = b.constant(np.array([row, column])), b.constant(np.array([2**63 - 1] * 2))
        corners.append(b.add("Slice", x, starts, ends, b.constant(np.array([2, 3])), b.constant(np.array([2, 2]))))
    x = b.conv_norm(b.concat(*corners), 16, 3)
    left, right = b.add("Split", b.conv_norm(x, 16, 3, 2), b.constant(np.array([8, 8])), axis=1, outputs=2, channels=8)
    x = b.concat(left, b.add("Add", right, b.conv_norm(right, 8, 3)))
    x = b.concat(x, *(b.pool(x, k, 1, pads=k // 2) for k in (3, 5)))
    small = b.add("LeakyRelu", b.norm(b.conv(x, 16, 3, 2)), alpha=0.1)
    scales = b.constant(np.array([1, 1, 2, 2], np.float32))
    large = b.concat(b.add("Resize", small, "", scales, mode="nearest", nearest_mode="floor"), x)
    heads = []
    for maps in (small, large):
        y = b.add("Reshape", b.conv(maps, 12, 1), b.constant(np.array([0, 12, -1])))
        heads.append(b.add("Sigmoid", b.add("Transpose", y, perm=[0, 2, 1])))
    return b.model(heads, 32)


ARCHITECTURES = {
    "AlexNet": (alexnet, 71),
    "VGG-19": (vgg19, 32),
    "GoogLeNet": (googlenet, 64),
    "Inception-v3": (inception_v3, 43),
    "ResNet-50": (resnet50, 64),
    "DenseNet-121": (densenet121, 64),
    "SqueezeNet": (squeezenet, 59),
    "ShuffleNet": (shufflenet, 64),
    "MobileNetV2": (mobilenet_v2, 64),
    "EfficientNet": (efficientnet, 64),
    "U-Net": (unet, 32),
    "YOLO": (detector, 32),
}
"""How each is built, and how large its picture is."""
