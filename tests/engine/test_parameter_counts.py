"""Parameters are counted as the literature counts them: what is learnt, batch norm's running statistics left out."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks import networks
from convoscope.engine import Layer, Network
from convoscope.engine.types import Params

PUBLISHED = {
    "ResNet-50": (networks.WORK["resnet50"][0], 25_557_032),
    "VGG-16": (networks.vgg16, 138_357_544),
    "DenseNet-121": (networks.densenet121, 7_978_856),
    "MobileNetV2": (networks.WORK["mobilenet-v2"][0], 3_504_872),
    "EfficientNet-Lite0": (networks.WORK["efficientnet-lite0"][0], 4_652_008),
}
"""By torchvision's table of weights, and by timm's for the last: `num_params`."""


class Blank(networks.Builder):
    """Layers without numbers: only their shapes are counted."""

    def fresh(self, layer: Layer, *shapes: tuple[int, ...]) -> Params:
        return {k: np.broadcast_to(np.float32(1), s) for k, s in layer.param_shapes(*shapes).items()}


@pytest.mark.parametrize(("build", "count"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_network_has_as_many_parameters_as_its_authors_say(
    build: Callable[[], Network], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "Builder", Blank)
    assert build().parameter_count == count
