"""The drawn pictures: the same every time, and good enough that the network knows what they are."""

import numpy as np
from PIL import Image

from convoscope.engine import zoo
from convoscope.server import samples

RECOGNISED = 7  # of ten; drawings are not photographs


def test_there_is_one_drawing_for_each_class_in_their_order() -> None:
    assert samples.names() == zoo.architecture("example-cnn").labels


def test_a_drawing_is_96_pixels_square_and_the_same_every_time() -> None:
    for name in samples.names():
        first, again = samples.draw(name), samples.draw(name)
        assert (first.size, first.mode) == ((96, 96), "RGB")
        assert first.tobytes() == again.tobytes()
        assert first.tobytes() != samples.draw(name, seed=8).tobytes()


def test_the_example_network_names_most_drawings() -> None:
    net = zoo.load("example-cnn")
    assert net.preprocessing is not None
    small = [samples.draw(n).resize(net.preprocessing.size, Image.Resampling.BICUBIC) for n in samples.names()]
    x = net.preprocessing.apply(np.stack([np.asarray(im).transpose(2, 0, 1) for im in small]))
    named = net.trace(x).output.argmax(axis=1)
    assert sum(named == np.arange(10)) >= RECOGNISED, [net.labels[i] for i in named]
