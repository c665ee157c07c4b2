"""Traces by plans: what they compute is what the layers compute, and what they gave away never changes."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import Input, Network, Node, logit, loss, unit, zoo
from convoscope.engine.kernels import plan
from convoscope.engine.kernels.layout import CHANNELS_LAST, NARROW
from convoscope.engine.kernels.planned import Plans, without_tiny
from convoscope.engine.kernels.wide import threads, tiles
from convoscope.engine.layer import Layer, Saved
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.trace import Gradients, Trace
from convoscope.engine.types import EVAL, Array, Mode, Params, Shape

ROOT = Path(__file__).resolve().parents[2]
CLOSE = 2e-6  # of an array's largest number: what another order of adding up changes in float32


@pytest.fixture(scope="module", params=[NARROW, CHANNELS_LAST], ids=["narrow", "wide"])
def net(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The example network, in each layout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("convoscope.engine.kernels.plan.layout_for", lambda network, shapes: request.param)
        yield zoo.architecture("example-cnn", seed=1)


def picture(seed: int, batch: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal((batch, 3, 32, 32)).astype(np.float32)


def same(a: Array, b: Array) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and bool(np.abs(a - b).max() <= CLOSE * max(np.abs(b).max(), 1e-6))


@pytest.mark.parametrize("batch", [1, 3])
def test_a_planned_trace_agrees_with_the_exact_one(net: Network, batch: int) -> None:
    planned, exact = net.trace(picture(0, batch)), net.trace(picture(0, batch), exact=True)
    assert planned.planned is not None
    assert exact.planned is None
    assert list(planned.activations) == list(exact.activations)
    assert all(same(planned.activations[name], a) for name, a in exact.activations.items())


@pytest.mark.parametrize("exact", [False, True])
def test_a_backward_pass_tells_each_node_and_one_that_was_stopped_leaves_nothing_behind(
    net: Network, exact: bool
) -> None:
    trace, heard = net.trace(picture(0), exact=exact), list[str]()

    def stop(node: str) -> None:
        if len(heard) == where:
            raise InterruptedError(node)
        heard.append(node)

    where = len(net.nodes)
    whole = trace.gradients(loss(3), told=stop)
    assert heard == [n.name for n in reversed(net.nodes) if n.layer.kind != "softmax"]
    kept = {name: a.copy() for name, a in whole.by_activation.items()}
    del whole
    for where in range(0, len(kept) - 2, 5):  # noqa: B007 -- `stop` reads it
        heard.clear()
        with pytest.raises(InterruptedError):
            trace.gradients(loss(4), told=stop)
    again = trace.gradients(loss(3)).by_activation
    assert all(np.array_equal(again[name], a) for name, a in kept.items())


@pytest.mark.parametrize("objective", [loss(3), logit(5), unit("conv4", (2, 5, 7)), unit("input", (0, 1, 1))])
def test_planned_gradients_agree_with_the_exact_ones(net: Network, objective: object) -> None:
    """In float64: there, rounding flips no gate of a rectifier and no winner of a pool."""
    x, precise = picture(0).astype(np.float64), net.astype(np.float64)
    planned = precise.trace(x).gradients(objective)  # type: ignore[arg-type]
    exact = precise.trace(x, exact=True).gradients(objective)  # type: ignore[arg-type]
    assert set(planned.by_activation) == set(exact.by_activation)
    assert all(same(planned.by_activation[name], a) for name, a in exact.by_activation.items())
    assert {n: set(g) for n, g in planned.by_param.items()} == {n: set(g) for n, g in exact.by_param.items()}
    assert all(same(planned.by_param[n][k], a) for n, g in exact.by_param.items() for k, a in g.items())
    assert planned.value == pytest.approx(exact.value, rel=1e-5)


def test_an_exact_trace_has_the_bits_of_the_plain_layers(net: Network) -> None:
    trace = net.trace(picture(0), exact=True)
    x = trace.activations["input"]
    for node in net.nodes:
        x, _ = node.layer.forward(net.params_of(node.name), x)
        assert trace.activations[node.name].tobytes() == x.tobytes()


def test_explanations_of_a_planned_trace_end_in_the_number_shown(net: Network) -> None:
    trace = net.trace(picture(0))
    for node, at in (("conv3", (2, 5, 5)), ("pool1", (3, 4, 4)), ("fc", (7,)), ("softmax", (1,))):
        e = trace.explain(node, at)
        assert e.steps[-1].total == e.value == trace.activations[node][(0, *at)]


# ---- nothing given away is written over ----------------------------------------------------------------------

HELD: dict[str, Callable[[Trace], object]] = {
    "the trace": lambda t: t,
    "its mapping": lambda t: t.activations,
    "an activation": lambda t: t.activations["relu1"],
    "a slice": lambda t: t.activations["conv2"][0, 3, 4:9],
    "a slice of a transposed view": lambda t: t.activations["conv2"].transpose(0, 2, 3, 1)[0, 1:5][::2],
    "a flattened map": lambda t: t.activations["flatten"],
    "a window view": lambda t: np.lib.stride_tricks.sliding_window_view(t.activations["pool1"], 3, axis=2),
    "a memory view": lambda t: memoryview(t.activations["fc"]),  # type: ignore[arg-type]
    "the input": lambda t: t.activations["input"],
    "gradients": lambda t: t.gradients(loss(1)),
    "a gradient": lambda t: t.gradients(loss(1)).by_activation["conv1"],
    "a slice of a weight gradient": lambda t: t.gradients(loss(1)).by_param["conv3"]["weight"][2, 0],
    "the gradients of a layer": lambda t: t.gradients(loss(1)).by_param["conv3"],
    "the gradients of a bias": lambda t: t.gradients(loss(1)).by_param["fc"]["bias"],
    "what was saved": lambda t: t.saved,
}


def content(held: object) -> bytes:
    if isinstance(held, Gradients):
        return content(held.by_activation) + b"".join(content(g) for g in held.by_param.values())
    if isinstance(held, Trace):
        return content(held.activations)
    if hasattr(held, "values"):
        return b"".join(np.asarray(a).tobytes() for a in held.values() if a is not None)
    return np.asarray(held).tobytes()


@pytest.mark.parametrize("what", HELD)
def test_what_a_trace_gave_away_stays_as_it_was(net: Network, what: str) -> None:
    held = HELD[what](net.trace(picture(0)))
    before = content(held)
    for seed in range(1, 6):
        net.trace(picture(seed)).gradients(logit(seed))
    assert content(held) == before


@pytest.mark.parametrize("exact", [False, True])
def test_a_trace_keeps_the_picture_it_saw_when_its_array_is_used_for_another(net: Network, exact: bool) -> None:
    x = picture(0).copy()
    trace = net.trace(x, exact=exact)
    x[:] = 0
    assert content(trace) == content(net.trace(picture(0), exact=exact))


def test_memory_that_nobody_holds_is_used_again(net: Network) -> None:
    def addresses() -> tuple[int, ...]:
        g = net.trace(picture(0)).gradients(loss(1))
        kept = g.trace.activations["conv1"], g.by_activation["conv2"], g.by_param["conv3"]["weight"]
        return tuple(a.ctypes.data for a in kept)

    assert len({addresses() for _ in range(5)}) == 1
    held = net.trace(picture(0))
    assert addresses()[0] != held.activations["conv1"].ctypes.data


def test_traces_that_are_kept_cost_a_copy_each_and_one_frame_for_all(
    net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, made = net.with_params({}), list[object]()
    monkeypatch.setattr(plan.Frame, "__init__", counted(plan.Frame.__init__, made))
    traces = [net.trace(picture(k)) for k in range(5)]
    gradients = [t.gradients(loss(k)) for k, t in enumerate(traces)]
    assert len(made) == 2
    for k in range(5):
        alone = net.with_params({}).trace(picture(k))
        assert content(traces[k]) == content(alone)
        assert content(gradients[k]) == content(alone.gradients(loss(k)))


def test_a_frame_keeps_memory_to_go_back_from_a_few_nodes_only(net: Network) -> None:
    trace = net.with_params({}).trace(picture(1))
    first = trace.gradients(unit("conv1", (0, 1, 1)))
    before = content(first)
    for node in ("conv2", "conv3", "conv4", "conv5"):
        trace.gradients(unit(node, (0, 1, 1)))
    assert trace.planned is not None
    assert list(trace.planned.frame.backwards) == ["conv3", "conv4", "conv5"]
    assert content(first) == before == content(trace.gradients(unit("conv1", (0, 1, 1))))


def counted(make: Callable[..., None], made: list[object]) -> Callable[..., None]:
    def make_and_count(self: object, *args: object) -> None:
        made.append(args)
        make(self, *args)

    return make_and_count


def test_a_network_and_its_plans_go_when_the_last_reference_goes(net: Network) -> None:
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(o, Plans) for o in gc.get_objects())
        other = net.with_params({})
        other.trace(picture(0)).gradients(loss(0))
        del other
        assert sum(isinstance(o, Plans) for o in gc.get_objects()) == before
    finally:
        gc.enable()


def test_many_threads_may_trace_one_network(net: Network) -> None:
    def work(k: int) -> bytes:
        g = net.trace(picture(k % 8)).gradients(loss(k % 8))
        return content(g) + content(g.trace)

    expected = [work(k) for k in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected[k % 8] for k, found in enumerate(pool.map(work, range(64))))


def test_many_threads_may_ask_one_trace_for_gradients(net: Network) -> None:
    trace = net.trace(picture(3))
    expected = [content(trace.gradients(loss(k))) for k in range(10)]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda k: content(trace.gradients(loss(k % 10))), range(40))
        assert all(a == expected[k % 10] for k, a in enumerate(found))


def test_threads_add_up_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which thread was faster must not be seen in the last digit."""
    monkeypatch.setattr(threads, "COUNT", 3)
    monkeypatch.setattr(tiles, "WORTH", 0)
    monkeypatch.setattr("convoscope.engine.kernels.plan.layout_for", lambda network, shapes: CHANNELS_LAST)
    net = zoo.architecture("example-cnn")
    assert len({content(net.trace(picture(0)).gradients(loss(2))) for _ in range(10)}) == 1


def test_what_goes_wrong_in_a_helping_thread_is_raised() -> None:
    def wrong() -> None:
        raise ValueError("wrong")

    done: list[int] = []
    with pytest.raises(ValueError, match=r"^wrong$"):
        threads.share([[lambda: done.append(0)], [wrong], [lambda: done.append(2)]])
    threads.share([[lambda: done.append(3)], [lambda: done.append(4)]])
    assert sorted(done) == [0, 2, 3, 4]


def test_a_pass_that_finds_the_threads_at_work_runs_alone() -> None:
    order: list[str] = []
    threads.share([[lambda: threads.share([[lambda: order.append("a")], [lambda: order.append("b")]])], []])
    assert order == ["a", "b"]


IDLE = """
import time
import numpy as np
from convoscope.engine import zoo, loss
from convoscope.engine.kernels import plan
from convoscope.engine.kernels.layout import CHANNELS_LAST
from convoscope.engine.kernels.wide import threads, tiles
threads.use(2)
tiles.WORTH = 0
plan.layout_for = lambda network, shapes: CHANNELS_LAST
net = zoo.architecture("example-cnn")
for _ in range(20):
    net.trace(np.ones((1, 3, 32, 32), np.float32)).gradients(loss(1))
before = time.process_time()
time.sleep(0.5)
print(time.process_time() - before)
"""


def test_nothing_works_when_there_is_nothing_to_do() -> None:
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run([sys.executable, "-c", IDLE], capture_output=True, text=True, check=True, cwd=ROOT, env=env)
    assert float(ran.stdout) < 0.02


# ---- numbers at the ends of the range ------------------------------------------------------------------------


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_go_where_the_plain_layers_let_them_go(net: Network, odd: float) -> None:
    x = picture(0)
    x[0, 1, 7, 31] = odd
    with np.errstate(all="ignore"):
        planned, exact = net.trace(x), net.trace(x, exact=True)
        g, wanted = planned.gradients(logit(2)), exact.gradients(logit(2))
    for name, a in exact.activations.items():
        np.testing.assert_allclose(planned.activations[name], a, rtol=1e-4, atol=1e-4, err_msg=name)
    for name, a in wanted.by_activation.items():
        np.testing.assert_allclose(g.by_activation[name], a, rtol=1e-3, atol=1e-5, err_msg=name)


def test_numbers_below_the_normal_range_cost_no_more_than_twice_the_time(net: Network) -> None:
    tiny, usual = np.full((1, 3, 32, 32), 1e-39, np.float32), picture(0)
    dy = np.full((1, 10), 1e-39, np.float32)

    def quickest(x: Array, vjp: Array) -> float:
        times = []
        for _ in range(30):
            start = time.perf_counter()
            net.trace(x).gradients(vjp=vjp)
            times.append(time.perf_counter() - start)
        return min(times)

    assert quickest(tiny, dy) <= 2 * quickest(usual, np.ones((1, 10), np.float32))
    assert net.trace(tiny).activations["input"].tobytes() == tiny.tobytes()


def test_only_what_is_tiny_is_taken_for_zero() -> None:
    x = np.array([0.0, 1e-39, -1e-31, 1e-29, -2.0], np.float32)
    assert without_tiny(x).tolist() == [0, 0, 0, np.float32(1e-29), -2]
    assert without_tiny(x[3:]) is not x
    assert without_tiny(x[3:]).tolist() == x[3:].tolist()


# ---- what no plan can hold -----------------------------------------------------------------------------------


class Ranks(Layer):
    """Integers, which no slot of a plan can hold."""

    def output_shape(self, *x_shapes: Shape) -> Shape:
        return x_shapes[0]

    def forward(self, params: Params, *xs: Array, mode: Mode = EVAL) -> tuple[Array, Saved]:
        return xs[0].argsort(axis=1), None


def test_a_network_with_integers_inside_is_run_by_its_layers() -> None:
    net = Network(
        "ranks", (Input("x", (None, 4)),), (Node("relu", ReLU(), ("x",)), Node("ranks", Ranks(), ("relu",))), {}
    )
    for _ in range(2):
        trace = net.trace(np.array([[3.0, 1.0, 2.0, 0.5]], np.float32))
        assert trace.planned is None
        assert trace.output.tolist() == [[3, 1, 2, 0]]


def test_integers_that_come_in_are_left_to_the_layers() -> None:
    net = Network("ids", (Input("x", (None, 4)),), (Node("relu", ReLU(), ("x",)),), {})
    assert net.trace(np.array([[3, -1, 2, 0]])).output.tolist() == [[3, 0, 2, 0]]


def test_a_training_pass_is_left_to_the_layers(net: Network) -> None:
    assert net.trace(picture(0), mode=Mode(training=True)).planned is None
