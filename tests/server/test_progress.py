"""Whoever waits for a trace may ask how far it is, and hears the same as everybody who waits for it."""

import httpx
import numpy as np

from convoscope.engine import loss, zoo
from convoscope.engine.types import Told
from convoscope.server.progress import Running
from convoscope.server.viewmodel import gradients_view, trace_view

KEY = ("net", "picture")


def test_the_share_grows_with_every_node_from_nothing_to_all_and_nobody_hears_of_it_afterwards() -> None:
    network, running = zoo.architecture("lenet5", seed=0), Running()
    shares: list[float] = []
    x = np.random.default_rng(0).standard_normal(network.input_shape).astype(np.float32)

    def heard(tell: Told) -> Told:
        def tells(name: str) -> None:
            tell(name)
            shares.append(running.share(KEY) or 0)

        return tells

    with running.of(KEY, network) as mine, running.of(KEY, network) as theirs:
        assert mine is theirs
        assert running.share(KEY) == 0
        trace = network.trace(x, told=heard(mine.made))
        assert 0 < shares[-1] < 0.5
        trace_view("net", "picture", trace, (0, 0, 1, 1), told=heard(mine.measured))
        assert shares == sorted(shares)
        assert len(shares) == 3 * len(network.nodes) + 2
        assert round(shares[-1], 9) == 1
    assert running.share(KEY) is None


def test_gradients_have_a_share_of_their_own_that_grows_to_all() -> None:
    network, running = zoo.architecture("lenet5", seed=0), Running()
    found = network.trace(np.ones(network.input_shape, np.float32)).gradients(loss(3))
    with running.of((*KEY, "loss:3"), network) as mine:
        mine.all_made()
        first = running.share((*KEY, "loss:3"))
        gradients_view("loss:3", found, False, mine.measured)
        assert 0 < (first or 0) < 0.5
        assert round(running.share((*KEY, "loss:3")) or 0, 9) == 1
        assert running.share(KEY) is None


def test_a_trace_that_nobody_computes_has_no_share_and_the_answer_is_not_kept(client: httpx.Client) -> None:
    client.get("/api/traces/example-cnn/cat-photo")
    answer = client.get("/api/traces/example-cnn/cat-photo/progress")
    assert answer.json() == {"share": None}
    assert client.get("/api/traces/example-cnn/cat-photo/progress?objective=loss:3").json() == {"share": None}
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/api/traces/example-cnn/nothing/progress").json()["code"] == "unknown_image"
