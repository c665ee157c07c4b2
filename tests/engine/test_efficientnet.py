"""EfficientNet-Lite0's architecture against the numbers that its authors published."""

import numpy as np

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
