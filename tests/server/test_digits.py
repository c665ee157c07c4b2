"""The drawn digits: the same every time, and read rightly by the network that has learnt from people's hands."""

import numpy as np
from PIL import Image

from convoscope.engine import zoo
from convoscope.server import digits


def test_a_digit_is_the_same_every_time_and_another_seed_is_another_hand() -> None:
    assert digits.draw("4").tobytes() == digits.draw("4").tobytes()
    assert digits.draw("4").tobytes() != digits.draw("4", seed=8).tobytes()


def test_lenet5_reads_all_ten_in_three_hands() -> None:
    net = zoo.load("lenet5")
    assert net.preprocessing is not None
    for seed in (7, 1, 2):
        drawn = [digits.draw(n, seed).resize(net.preprocessing.size, Image.Resampling.BILINEAR) for n in digits.names()]
        x = net.preprocessing.apply(np.stack([np.asarray(image)[None] for image in drawn]))
        assert net.trace(x).output.argmax(axis=1).tolist() == list(range(10))
