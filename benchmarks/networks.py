"""The networks that the engine's benchmark runs, as our own `Network`s with seeded weights.

W1 the lecture's example CNN; W2 LeNet-5; W3 Tiny-VGG; W4 VGG-16; W5 ResNet-18; W6 depthwise and pointwise
convolutions in the manner of MobileNet; and ResNet-50, DenseNet-121, MobileNetV2 and EfficientNet-Lite0 whole.
"""

from collections.abc import Callable, Iterable

import numpy as np

from convoscope.engine import Input, Layer, Network, Node, zoo
from convoscope.engine.layers.add import Add
from convoscope.engine.layers.average_pool2d import AveragePool2d
from convoscope.engine.layers.batch_norm import BatchNorm
from convoscope.engine.layers.clip import Clip
from convoscope.engine.layers.concat import Concat
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.global_average_pool import GlobalAveragePool
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.types import Params, Shape


class Builder:
    """Adds one node after another; weights by He's rule, small random biases, from one seed."""

    def __init__(self, name: str, shape: Shape) -> None:
        self.name, self.rng = name, np.random.default_rng(0)
        self.given, self.shapes = Input("input", (None, *shape)), {"input": (1, *shape)}
        self.nodes: list[Node] = []
        self.params: dict[str, Params] = {}
        self.last = "input"

    def add(self, layer: Layer, *sources: str) -> str:
        """A node that reads `sources`, or the last one."""
        sources = sources or (self.last,)
        name, shapes = f"{layer.kind}{len(self.nodes)}", [self.shapes[s] for s in sources]
        self.nodes.append(Node(name, layer, sources))
        self.params[name] = dict(self.fresh(layer, *shapes))
        self.shapes[name], self.last = layer.output_shape(*shapes), name
        return name

    def fresh(self, layer: Layer, *shapes: Shape) -> Params:
        """A layer's parameters, none of them trivial."""
        fresh = dict(layer.initial(self.rng, *shapes))
        if "bias" in fresh:
            fresh["bias"] = (self.rng.standard_normal(fresh["bias"].shape) * 0.1).astype(np.float32)
        if "mean" in fresh:
            fresh["mean"] = (self.rng.standard_normal(fresh["mean"].shape) * 0.1).astype(np.float32)
            fresh["variance"] = self.rng.uniform(0.5, 1.5, fresh["variance"].shape).astype(np.float32)
        return fresh

    def conv(self, filters: int, kernel: int = 3, stride: int = 1, pad: int | None = None, groups: int = 1) -> str:
        """A square convolution, padded to keep the size unless said otherwise."""
        p = kernel // 2 if pad is None else pad
        return self.add(Conv2d(filters, (kernel, kernel), (stride, stride), (p, p, p, p), (1, 1), groups))

    def network(self) -> Network:
        return Network(self.name, (self.given,), tuple(self.nodes), {k: p for k, p in self.params.items() if p})


def example_cnn() -> Network:
    return zoo.architecture("example-cnn", seed=0)


def lenet5() -> Network:
    b = Builder("lenet5", (1, 28, 28))
    for filters, pad in ((6, 2), (16, 0)):
        b.conv(filters, 5, pad=pad)
        b.add(ReLU())
        b.add(MaxPool2d((2, 2), (2, 2)))
    return dense_head(b, 120, 84, 10)


def dense_head(b: Builder, *units: int) -> Network:
    """Flatten, and dense layers with rectifiers between them."""
    b.add(Flatten())
    for k, n in enumerate(units):
        if k:
            b.add(ReLU())
        b.add(Dense(n))
    return b.network()


def tiny_vgg() -> Network:
    b = Builder("tiny-vgg", (3, 64, 64))
    for _ in range(2):
        for _ in range(2):
            b.conv(10, pad=0)
            b.add(ReLU())
        b.add(MaxPool2d((2, 2), (2, 2)))
    return dense_head(b, 10)


def vgg16() -> Network:
    b = Builder("vgg16", (3, 224, 224))
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            b.conv(filters)
            b.add(ReLU())
        b.add(MaxPool2d((2, 2), (2, 2)))
    return dense_head(b, 4096, 4096, 1000)


def normalised(b: Builder, filters: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> str:
    """A convolution without bias, and batch normalisation."""
    p = kernel // 2
    b.add(Conv2d(filters, (kernel, kernel), (stride, stride), (p, p, p, p), (1, 1), groups, bias=False))
    return b.add(BatchNorm())


def resnet(name: str, blocks: Iterable[int], bottleneck: bool) -> Network:
    """He et al. 2016, in PyTorch's arrangement: the stride is in the 3×3 convolution."""
    b = Builder(name, (3, 224, 224))
    normalised(b, 64, 7, 2)
    b.add(ReLU())
    b.add(MaxPool2d((3, 3), (2, 2), (1, 1, 1, 1)))
    for stage, count in enumerate(blocks):
        for k in range(count):
            residual(b, 64 * 2**stage, 2 if stage and not k else 1, bottleneck)
    b.add(GlobalAveragePool())
    return dense_head(b, 1000)


def residual(b: Builder, width: int, stride: int, bottleneck: bool) -> None:
    before, out = b.last, width * (4 if bottleneck else 1)
    steps = [(width, 1, 1), (width, 3, stride), (out, 1, 1)] if bottleneck else [(width, 3, stride), (width, 3, 1)]
    for k, (filters, kernel, s) in enumerate(steps):
        if k:
            b.add(ReLU())
        normalised(b, filters, kernel, s)
    after, shortcut = b.last, before
    if b.shapes[before] != b.shapes[after]:
        b.last = before
        shortcut = normalised(b, out, 1, stride)
    b.add(Add(), after, shortcut)
    b.add(ReLU())


def densenet121() -> Network:
    """Huang et al. 2017: blocks of 6, 12, 24 and 16 layers, each of which reads all before it."""
    b, growth = Builder("densenet121", (3, 224, 224)), 32
    normalised(b, 64, 7, 2)
    b.add(ReLU())
    b.add(MaxPool2d((3, 3), (2, 2), (1, 1, 1, 1)))
    for block, count in enumerate((6, 12, 24, 16)):
        for _ in range(count):
            before = b.last
            for filters, kernel in ((4 * growth, 1), (growth, 3)):
                preactivated(b, filters, kernel)
            b.add(Concat(1), before, b.last)
        if block < 3:
            preactivated(b, b.shapes[b.last][1] // 2, 1)
            b.add(AveragePool2d((2, 2), (2, 2)))
    b.add(BatchNorm())
    b.add(ReLU())
    b.add(GlobalAveragePool())
    return dense_head(b, 1000)


def preactivated(b: Builder, filters: int, kernel: int) -> str:
    """Batch normalisation and a rectifier before a convolution without bias."""
    b.add(BatchNorm())
    b.add(ReLU())
    p = kernel // 2
    return b.add(Conv2d(filters, (kernel, kernel), (1, 1), (p, p, p, p), (1, 1), 1, bias=False))


def mobilenet_like() -> Network:
    b = Builder("mobilenet-like", (3, 224, 224))
    b.conv(32, 3, 2)
    b.add(ReLU())
    channels = 32
    for filters, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1)):
        b.conv(channels, 3, stride, groups=channels)
        b.add(ReLU())
        b.conv(filters, 1)
        b.add(ReLU())
        channels = filters
    return b.network()


def inverted(b: Builder, expand: int, filters: int, kernel: int, stride: int) -> None:
    """Sandler et al. 2018, figure 3b: widen, filter each channel, narrow; added to the input where shapes allow."""
    before = b.last
    channels = b.shapes[before][1]
    if expand > 1:
        normalised(b, channels * expand, 1)
        b.add(Clip(0.0, 6.0))
    normalised(b, channels * expand, kernel, stride, groups=channels * expand)
    b.add(Clip(0.0, 6.0))
    normalised(b, filters, 1)
    if stride == 1 and filters == channels:
        b.add(Add(), b.last, before)


def mobile(name: str, stages: Iterable[tuple[int, int, int, int, int]], last: int) -> Network:
    """A stem, stages of (expand, filters, count, stride, kernel), a last pointwise layer and a head."""
    b = Builder(name, (3, 224, 224))
    normalised(b, 32, 3, 2)
    b.add(Clip(0.0, 6.0))
    for expand, filters, count, stride, kernel in stages:
        for k in range(count):
            inverted(b, expand, filters, kernel, 1 if k else stride)
    normalised(b, last, 1)
    b.add(Clip(0.0, 6.0))
    b.add(GlobalAveragePool())
    return dense_head(b, 1000)


MOBILENET_V2 = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 32, 3, 2, 3),
    (6, 64, 4, 2, 3),
    (6, 96, 3, 1, 3),
    (6, 160, 3, 2, 3),
    (6, 320, 1, 1, 3),
)
LITE0 = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)

WORK: dict[str, tuple[Callable[[], Network], int]] = {
    "W1": (example_cnn, 1),
    "W1x64": (example_cnn, 64),
    "W2": (lenet5, 1),
    "W2x64": (lenet5, 64),
    "W3": (tiny_vgg, 1),
    "W4": (vgg16, 1),
    "W5": (lambda: resnet("resnet18", (2, 2, 2, 2), bottleneck=False), 1),
    "W6": (mobilenet_like, 1),
    "resnet50": (lambda: resnet("resnet50", (3, 4, 6, 3), bottleneck=True), 1),
    "mobilenet-v2": (lambda: mobile("mobilenet-v2", MOBILENET_V2, 1280), 1),
    "efficientnet-lite0": (lambda: mobile("efficientnet-lite0", LITE0, 1280), 1),
}
"""By name: what makes the network, and how many examples it is given at a time."""
