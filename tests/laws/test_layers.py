"""The laws: what holds for every layer, over geometries that hypothesis draws, in float64.

A layer that passes is done. Each law names the layer and the geometry that broke it.
"""

import functools
import inspect
import random
from collections.abc import Callable
from functools import cache
from math import erf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convoscope.engine import REGISTRY, Mode, from_config
from convoscope.engine.explanation import PICTURES, Explanation
from convoscope.engine.layer import Example, Layer, readers_of
from convoscope.engine.types import Array, Index

STEP = 1e-6  # of the central difference; float64 leaves about 1e-10 of it
GRADIENT = 1e-6  # relative: what rounding leaves of a right gradient; wrong ones are off by 1e-2 and more
EXACT = 1e-10  # relative, for sums of float64 numbers in another order


class Case:
    """One layer on drawn inputs, with both passes run in float64. All its arrays are read-only."""

    def __init__(self, kind: str, draw: random.Random) -> None:
        self.example: Example = REGISTRY[kind].example(draw)
        self.layer: Layer = self.example.layer
        self.rng = np.random.default_rng(draw.randrange(2**32))
        self.xs = self.spread_apart(self.example.shapes)
        shapes = self.layer.param_shapes(*self.example.shapes)
        fresh = self.layer.initial(self.rng, *self.example.shapes)
        near = {k: 0.1 * self.spread(s, (0.0, 1.0)) for k, s in shapes.items()}
        self.params = {k: np.asarray(fresh[k].astype(np.float64) + near[k]) for k in shapes}
        self.y, self.saved = self.run(self.xs)
        self.dy = np.asarray(self.rng.standard_normal(self.y.shape))
        for a in (*self.xs, *self.params.values(), self.dy):
            a.flags.writeable = False
        self.dxs, self.dparams = self.layer.backward(self.params, self.xs, self.y, self.saved, self.dy)

    def spread(self, shape: tuple[int, ...], domain: tuple[float, float] | None = None) -> Array:
        """Distinct numbers well apart, and away from kinks: no maximum or gate flips within a step."""
        low, high = domain or self.example.domain
        n = int(np.prod(shape, dtype=int))
        values = np.linspace(low, high, 3 * n + 7)[2:-2]
        far = [v for v in values if all(abs(v - k) > 20 * STEP for k in self.example.kinks)]
        return self.rng.permutation(far)[:n].reshape(shape)

    def spread_apart(self, shapes: tuple[tuple[int, ...], ...]) -> tuple[Array, ...]:
        """`spread` over several arrays at once: no number of one is a number of another."""
        ends = np.cumsum([int(np.prod(shape, dtype=int)) for shape in shapes])
        parts = np.split(self.spread((int(ends[-1]),)), ends[:-1]) if shapes else []
        return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))

    def run(self, xs: tuple[Array, ...], params: dict[str, Array] | None = None) -> tuple[Array, object]:
        mode = Mode(self.example.training, np.random.default_rng(7))
        return self.layer.forward(self.params if params is None else params, *xs, mode=mode)

    def value(self, xs: tuple[Array, ...], params: dict[str, Array]) -> float:
        return float((self.run(xs, params)[0] * self.dy).sum())

    def cell(self, shape: tuple[int, ...]) -> Index:
        return tuple(int(self.rng.integers(n)) for n in shape)

    def names(self) -> dict[str, object]:
        """What the NumPy line of an explanation may use."""
        symbols = {"weight": "W", "bias": "b"}
        inputs = {f"X{k}": x for k, x in enumerate(self.xs)} | dict(zip("X", self.xs, strict=False))
        params = {symbols.get(k, k): v for k, v in self.params.items()}
        return {"np": np, "erf": erf, "out": self.y, "dout": self.dy} | inputs | params


@cache
def drawn(kind: str) -> dict[int, Case]:
    """Cases of a kind by the seeds that hypothesis draws, twice as many as usual: all laws look at the same ones."""
    cases: dict[int, Case] = {}

    @settings(max_examples=2 * settings().max_examples)
    @given(st.integers(0, 2**32 - 1))
    def draw(seed: int) -> None:
        cases[seed] = Case(kind, random.Random(seed))

    draw()
    return cases


def law(holds: Callable[..., None]) -> Callable[..., None]:
    """A law is tried on every case of every kind; what breaks it is noted."""

    @functools.wraps(holds)
    def tried(kind: str, **given: object) -> None:
        for seed, case in drawn(kind).items():
            case.rng = np.random.default_rng(seed)
            try:
                holds(case, **given)
            except Exception as error:
                error.add_note(f"Case({kind!r}, random.Random({seed})) is of {case.example}")
                raise

    _, *others = inspect.signature(holds).parameters.values()
    kinds = inspect.Parameter("kind", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    vars(tried)["__signature__"] = inspect.Signature([kinds, *others])
    return pytest.mark.parametrize("kind", sorted(REGISTRY))(tried)


def close(a: object, b: object, tolerance: float, scale: float = 1.0) -> bool:
    """Within `tolerance` of each other, relative to their size or to `scale`, the size of what was added up."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    size = np.maximum(np.maximum(np.abs(a), np.abs(b)), scale)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tolerance * size))


@law
def test_forward_gives_the_shape_that_the_shape_rule_says(case: Case) -> None:
    assert case.y.shape == case.layer.output_shape(*case.example.shapes)


@law
def test_backward_gives_gradients_of_the_shapes_of_inputs_and_parameters(case: Case) -> None:
    assert [d.shape for d in case.dxs] == [x.shape for x in case.xs]
    assert {k: d.shape for k, d in case.dparams.items()} == {k: p.shape for k, p in case.params.items()}


@law
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_goes_in_as_a_dtype_comes_out_as_it(case: Case, dtype: type) -> None:
    xs: tuple[Array, ...] = tuple(x.astype(dtype) for x in case.xs)
    params: dict[str, Array] = {k: p.astype(dtype) for k, p in case.params.items()}
    y, saved = case.run(xs, params)
    dxs, dparams = case.layer.backward(params, xs, y, saved, case.dy.astype(dtype))
    assert {a.dtype for a in (y, *dxs, *dparams.values())} == {np.dtype(dtype)}


@law
def test_backward_is_the_derivative_of_forward(case: Case) -> None:
    """Along a random direction through all inputs and parameters at once, by central differences."""
    for k, x in enumerate(case.xs):
        v = case.rng.standard_normal(x.shape)
        moved = [case.value((*case.xs[:k], x + e * v, *case.xs[k + 1 :]), case.params) for e in (STEP, -STEP)]
        agrees((moved[0] - moved[1]) / (2 * STEP), case.dxs[k] * v, case, f"input {k}")
    for name, p in case.params.items():
        v = case.rng.standard_normal(p.shape)
        moved = [case.value(case.xs, case.params | {name: p + e * v}) for e in (STEP, -STEP)]
        agrees((moved[0] - moved[1]) / (2 * STEP), case.dparams[name] * v, case, name)


def agrees(numeric: float, terms: Array, case: Case, what: str) -> None:
    """The numeric slope and the sum of the analytic terms, compared at the size of what was added up."""
    scale = max(float(np.abs(terms).sum()), float(np.abs(case.y * case.dy).sum()), 1e-3)
    assert abs(numeric - terms.sum()) <= GRADIENT * scale, f"{case.layer}, {what}: {numeric} against {terms.sum()}"


@law
def test_the_window_holds_all_cells_that_an_output_depends_on(case: Case) -> None:
    at = case.cell(case.y.shape)
    onehot = np.zeros_like(case.y)
    onehot[at] = 1
    for dx, window in zip(
        case.layer.backward(case.params, case.xs, case.y, case.saved, onehot)[0],
        case.layer.windows(*case.example.shapes),
        strict=True,
    ):
        cells = window.cells(at)
        outside = np.ones(dx.shape, bool)
        inside = [[c for c in cs if 0 <= c < n] for cs, n in zip(cells, dx.shape, strict=True)]
        outside[np.ix_(*inside)] = False
        assert not dx[outside].any(), f"{case.layer} at {at} reads cells that its window does not name"
        field = window.field(tuple(range(i, i + 1) for i in at))
        assert all(set(i) <= set(f) for i, f in zip(inside, field, strict=True) if all(inside))


@law
def test_the_readers_of_a_cell_are_the_outputs_whose_windows_hold_it(case: Case) -> None:
    for x, window in zip(case.xs, case.layer.windows(*case.example.shapes), strict=True):
        cell = case.cell(x.shape)
        found = {
            at for at in np.ndindex(case.y.shape) if all(c in w for c, w in zip(cell, window.cells(at), strict=True))
        }
        assert {tuple(at) for at in readers_of(window, cell).tolist()} == found


def adds_up(e: Explanation, value: float, case: Case) -> None:
    """Value, last step, products and NumPy line of an explanation all say the same number."""
    terms = np.abs(e.products).sum() if e.products is not None else max(abs(s.value) for s in e.steps)
    assert e.picture in PICTURES
    assert e.value == value
    assert e.steps[-1].total == value, f"{case.layer}: the steps end in {e.steps[-1].total}, the array holds {value}"
    rounding = [s.value for s in e.steps if s.label == "rounding"]
    assert all(abs(r) <= EXACT * max(terms, abs(value)) for r in rounding), (
        f"{case.layer}: rounding of {rounding} in {e}"
    )
    _, _, right = e.numpy.partition(" = ")
    said = eval(right, {}, case.names())  # the line is Python; the law runs it
    assert np.ndim(said) == 0, f"{e.numpy} is no single number"
    assert close(said, value, EXACT, float(terms)), f"{case.layer}: {e.numpy} is {said}, the array holds {value}"


@law
def test_the_explanation_of_an_activation_is_the_arithmetic_of_it(case: Case) -> None:
    at = case.cell(case.y.shape)
    e = case.layer.explain(case.params, case.xs, case.y, case.saved, at)
    adds_up(e, float(case.y[at]), case)
    assert e.at == at
    assert e.picture == case.layer.picture
    for o in e.operands:
        if o.cells:
            assert o.values.size == np.prod([len(c) for c in o.cells]), (
                f"{case.layer}: operand {o.name} and its cells differ"
            )


@law
def test_the_explanation_of_an_input_gradient_is_the_arithmetic_of_it(case: Case) -> None:
    for k, x in enumerate(case.xs):
        cell = case.cell(x.shape)
        value = float(case.dxs[k][cell])
        e = case.layer.explain_input(case.params, case.xs, case.y, case.saved, case.dy, k, cell, value)
        adds_up(e, value, case)
        stands_where_it_says(e, case)


@law
def test_the_explanation_of_a_parameter_gradient_is_the_arithmetic_of_it(case: Case) -> None:
    for name, p in case.params.items():
        at = case.cell(p.shape)
        value = float(case.dparams[name][at])
        e = case.layer.explain_param(case.params, case.xs, case.y, case.saved, case.dy, name, at, value)
        adds_up(e, value, case)
        stands_where_it_says(e, case)


def stands_where_it_says(e: Explanation, case: Case) -> None:
    """Operands that say where they were read from hold the numbers of those places."""
    arrays = dict(zip(("dy", "x"), (case.dy, *case.xs), strict=False)) | case.params
    for o in e.operands:
        if o.at is not None:
            found = arrays[o.source][tuple(np.asarray(o.at).T)]
            np.testing.assert_array_equal(o.values, found, f"{case.layer}: {o.name} is not {o.source} at {o.at}")


@law
def test_a_pass_changes_none_of_its_inputs_and_gives_the_same_bits_twice(case: Case) -> None:
    y, saved = case.run(case.xs)
    dxs, dparams = case.layer.backward(case.params, case.xs, y, saved, case.dy)
    assert y.tobytes() == case.y.tobytes()
    assert [d.tobytes() for d in dxs] == [d.tobytes() for d in case.dxs]
    assert {k: d.tobytes() for k, d in dparams.items()} == {k: d.tobytes() for k, d in case.dparams.items()}


@law
def test_the_examples_of_a_batch_do_not_mix(case: Case) -> None:
    if case.example.mixes_batch:
        return
    n = int(case.rng.integers(case.example.shapes[0][0]))
    alone, _ = case.run(tuple(x[n : n + 1] if x.shape[:1] == case.y.shape[:1] else x for x in case.xs))
    assert close(alone[0], case.y[n], EXACT)


@law
def test_a_layer_comes_back_from_its_config(case: Case) -> None:
    assert from_config(case.layer.config()) == case.layer


def test_every_file_of_layers_registers_the_kind_it_is_named_for() -> None:
    from convoscope.engine import layers

    assert sorted(REGISTRY) == sorted(layers.__all__)
