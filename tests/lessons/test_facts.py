"""What the lecture states, asked of the server: sizes, parameter counts, NaN, the Jacobian, p − t, argmax routing."""

import math
import re
from typing import Any

import httpx
import numpy as np
import pytest

from convoscope import engine
from convoscope.server import lessons
from convoscope.server.lessons.model import Number
from convoscope.server.lessons.snippets import run
from tests.lessons.conftest import grid, items


def cells(board: dict[str, Any]) -> dict[str, str]:
    """The first table of a figure as label → last column."""
    return {row[0]: row[-1] for row in items(board, "table")[0]["rows"]}


def test_the_local_gradient_of_mean_subtraction_is_delta_minus_one_over_d(board: Any) -> None:
    jacobian = np.array(items(board("mean-subtraction", "jacobian"), "grid")[1]["values"])
    assert np.allclose(jacobian, np.eye(4) - 1 / 4, atol=1e-12)


def test_backward_of_mean_subtraction_is_forward(board: Any) -> None:
    found = board("mean-subtraction", "identical", dh=[[4, -1, 0.5, 3]])
    given, dx, again = (np.array(item["values"]) for item in items(found, "grid"))
    assert np.allclose(dx, given - given.mean())
    assert np.allclose(dx, again)


def test_the_naive_forward_fails_with_the_words_of_numpy(board: Any) -> None:
    (code,) = items(board("mean-subtraction", "fails"), "code")
    assert code["failed"]
    x = np.ones((3, 4))
    with pytest.raises(ValueError) as raised:  # noqa: PT011 -- its words are compared below
        x - np.mean(x, axis=1)
    assert code["output"] == f"ValueError: {raised.value}".strip()


def test_both_broadcasts_work_and_agree(board: Any) -> None:
    first, second = items(board("mean-subtraction", "works"), "code")
    assert not first["failed"]
    assert first["output"] == second["output"]


@pytest.mark.parametrize("big", ["1000", "-1000"])
def test_the_naive_softmax_is_nan_and_the_stable_one_is_not(board: Any, big: str) -> None:
    (naive,) = items(board("softmax", "nan", big=big), "code")
    (stable,) = items(board("softmax", "stable", big=big), "code")
    assert "nan" in naive["output"]
    assert "RuntimeWarning" in naive["output"]
    assert "nan" not in stable["output"]
    p = grid(board("softmax", "stable", big=big), "p")[0]
    assert math.isclose(sum(p), 1)


def test_overflow_is_inf_over_inf_and_underflow_zero_over_zero(board: Any) -> None:
    above, below = board("softmax", "nan", big="1000"), board("softmax", "nan", big="-1000")
    assert grid(above, "exp f")[0][0] == "Infinity"
    assert grid(above, "Σ") == [["Infinity"]]
    assert grid(below, "exp f") == [[0, 0, 0]]
    assert grid(below, "Σ") == [[0]]
    assert grid(above, "p")[0][0] == "NaN"
    assert set(grid(below, "p")[0]) == {"NaN"}


def test_subtracting_a_constant_does_not_change_p(board: Any) -> None:
    low = grid(board("softmax", "softmax", f=[[1, 2, 3], [0, 0, 0]]), "p")
    high = grid(board("softmax", "softmax", f=[[501, 502, 503], [7, 7, 7]]), "p")
    assert np.allclose(low, high, atol=1e-12)


def test_the_gradient_of_the_softmax_loss_is_p_minus_t_over_n(board: Any) -> None:
    found = board("softmax", "derivative", y0="cat", y1="ship")
    p, t, d = (np.array(item["values"]) for item in items(found, "grid")[-3:])
    assert np.array_equal(t, [[1, 0, 0], [0, 0, 1]])
    assert np.allclose(d, (p - t) / 2, atol=1e-12)


def test_the_loss_is_the_mean_of_minus_log_p_of_the_right_answers(board: Any) -> None:
    found = board("softmax", "softmax", y0="dog", y1="cat")
    p = grid(found, "p")
    (total,) = items(found, "number")
    assert math.isclose(total["value"], -(math.log(p[0][1]) + math.log(p[1][0])) / 2, rel_tol=1e-9)


def test_a_probability_is_not_printed_as_0_beside_the_loss_that_it_makes(board: Any) -> None:
    said = board("softmax", "play", f0=8.0, f1=-8.0, f2=-8.0, y0="dog")["say"]
    assert said == "p of dog is 1.13×10⁻⁷, the loss 16.0000."


def test_the_gradient_of_the_weights_is_the_outer_product(board: Any) -> None:
    found = board("weights", "outer", x=[[1, -2, 5]], dh=[[3, -1]])
    dh, x, dw, db = (np.array(item["values"]) for item in items(found, "grid"))
    assert np.array_equal(dw, np.outer(dh.ravel(), x.ravel()))
    assert np.array_equal(db.ravel(), dh.ravel())


@pytest.mark.parametrize("layer", range(1, 7))
def test_each_layer_sends_given_times_local_to_the_left(board: Any, layer: int) -> None:
    given, local, left = (item["value"] for item in items(board("backprop", "each-layer", n=str(layer)), "number")[:3])
    assert math.isclose(given * local, left, rel_tol=1e-9)


def test_a_gradient_is_the_sum_over_all_outputs_that_read_the_cell(board: Any) -> None:
    corner, edge, middle = (
        items(board("subscripts", "matrices", spot=s, sums="expanded"), "sum")[0] for s in ([0, 0], [0, 2], [1, 2])
    )
    assert [len(s["terms"]) for s in (corner, edge, middle)] == [1, 2, 4]
    for found in (corner, edge, middle):
        assert math.isclose(sum(v for _, v in found["terms"]), found["value"], abs_tol=1e-9)


def test_one_neuron_on_a_3x5x5_chunk_has_76_parameters(predict: Any) -> None:
    assert predict("volumes", "predict", 76)["right"]


def test_sharing_weights_saves_a_factor_of_one_per_place(board: Any) -> None:
    found = cells(board("volumes", "sharing", filters=10))
    assert found["convolution: weights shared"] == "<strong>760</strong>"
    assert found["locally connected: not shared"] == "<strong>595,840</strong>"
    assert 595_840 == 28 * 28 * 10 * (3 * 5 * 5 + 1)


def test_lenet_has_61706_parameters_and_423038_without_sharing(board: Any) -> None:
    rows = {row[0]: row[1:] for row in items(board("volumes", "lenet"), "table")[0]["rows"]}
    assert rows["<strong>all</strong>"] == ["<strong>61,706</strong>", "<strong>423,038</strong>"]
    assert rows["conv1"] == ["156", "122,304"]
    assert engine.zoo.card("lenet5")["parameters"] == 61_706


def test_the_accuracies_of_both_lenets_are_those_of_their_cards(board: Any) -> None:
    rows = {row[0]: row[1:] for row in items(board("volumes", "lenet"), "table")[0]["rows"]}
    for name, said in zip(("lenet5", "lenet5-local"), rows["test digits named right"], strict=True):
        trained = name in engine.zoo.names()
        assert said == (f"{100 * engine.zoo.card(name)['accuracy']:.2f} % of 10,000" if trained else "not trained here")


def test_the_weights_of_a_convolution_are_four_dimensional(board: Any) -> None:
    assert items(board("volumes", "four-d"), "table")[0]["rows"] == [["5", "3", "5", "5"]]


def test_a_neuron_is_the_sum_over_three_axes_and_a_bias(board: Any) -> None:
    found = board("volumes", "neuron", r=3, c=4)
    chunk = [np.array(item["values"]) for item in items(found, "grid")[:3]]
    weights = [np.array(item["values"]) for item in items(found, "grid")[3:]]
    (total,) = items(found, "sum")
    bias = dict(total["terms"])["bias"]
    wanted = sum(float((x * w).sum()) for x, w in zip(chunk, weights, strict=True)) + bias
    assert math.isclose(total["value"], wanted, rel_tol=1e-5)


def test_the_one_line_prints_what_the_engine_says(board: Any) -> None:
    for n, f, r, c in ((0, 0, 0, 0), (1, 1, 3, 2), (0, 1, 2, 3)):
        found = board("one-line", "run", n=n, f=f, r=r, c=c)
        (code,), (number,) = items(found, "code"), items(found, "number")
        assert float(code["output"]) == number["value"]


def test_the_loops_make_the_engines_output(board: Any) -> None:
    found = board("one-line", "loops")
    (code,) = items(found, "code")
    assert np.array_equal(
        np.array(code["output"].replace(".", "").replace("[", "").replace("]", "").split(), float).reshape(4, 4),
        items(found, "grid")[0]["values"],
    )


def test_stride_two_on_7x7_covers_all_and_on_8x8_leaves_the_last_row_and_column(board: Any) -> None:
    def never(side: int) -> int:
        marks = items(board("stride", "play", side=side, stride=2, t=0), "grid")[0]["marks"]
        return sum(len(m["cells"]) for m in marks if m["look"] == "never")

    assert never(7) == 0
    assert never(8) == 8 + 7


def test_pad_1_stride_2_on_7x7_gives_4x4(board: Any) -> None:
    output = np.array(grid(board("padding", "zeros"), "output"))
    assert output.shape == (4, 4)


@pytest.mark.parametrize("size", [7, 28, 32])
def test_k_3_s_1_p_1_keeps_the_size(board: Any, size: int) -> None:
    assert board("padding", "play", w=size, k=3, s=1, p=1)["say"].endswith(f"give an output of {size}.")


@pytest.mark.parametrize("case", [(7, 1, 3, 2), (8, 0, 2, 2), (32, 2, 5, 3), (9, 3, 11, 1), (32, 0, 1, 5)])
def test_the_size_is_the_floor_of_the_formula(board: Any, case: tuple[int, int, int, int]) -> None:
    w, p, k, s = case
    found = board("padding", "play", w=w, p=p, k=k, s=s)
    assert found["say"].endswith(f"give an output of {(w + 2 * p - k) // s + 1}.")


def test_a_window_larger_than_the_input_is_refused_in_the_engines_words(board: Any) -> None:
    found = board("padding", "play", w=3, p=0, k=5, s=1)
    assert "is larger than the input" in items(found, "words")[0]["html"]


def test_max_pooling_sends_each_gradient_to_the_index_that_took_the_max(board: Any) -> None:
    found = board("max-pooling", "rule")
    dx = np.array(items(found, "grid")[2]["values"])
    wanted = np.zeros((4, 4))
    wanted[1, 1], wanted[1, 3], wanted[2, 0], wanted[3, 3] = 1, -2, 0.5, 3
    assert np.array_equal(dx, wanted)


def test_ties_give_the_whole_gradient_to_the_first(board: Any) -> None:
    dx = np.array(items(board("max-pooling", "tied"), "grid")[2]["values"])
    assert dx[:2, :2].tolist() == [[1, 0], [0, 0]]


def test_average_pooling_gives_everybody_a_quarter(board: Any) -> None:
    average = np.array(items(board("max-pooling", "average"), "grid")[5]["values"])
    assert np.array_equal(average, np.kron([[1, -2], [0.5, 3]], np.full((2, 2), 0.25)))


def test_the_example_cnn_is_conv_relu_conv_relu_pool_three_times() -> None:
    net = engine.zoo.architecture("example-cnn")
    kinds = [node.layer.kind for node in net.nodes]
    assert kinds == ["conv2d", "relu", "conv2d", "relu", "max_pool2d"] * 3 + ["flatten", "dense", "softmax"]
    for node in net.nodes[:15:1]:
        config = node.layer.config()
        if node.layer.kind == "conv2d":
            assert [config[k] for k in ("filters", "kernel", "stride", "padding")] == [10, (3, 3), (1, 1), (1, 1, 1, 1)]
        if node.layer.kind == "max_pool2d":
            assert [config[k] for k in ("kernel", "stride")] == [(2, 2), (2, 2)]


def test_the_loss_of_the_example_cnn_starts_back_with_p_minus_t(board: Any) -> None:
    rows = items(board("example-cnn", "loss", label="ship"), "bars")[0]["rows"]
    p = dict(items(board("example-cnn", "decision"), "bars")[1]["rows"])
    for name, value in rows:
        assert math.isclose(value, p[name] - (name == "ship"), abs_tol=1e-6)


def test_a_warning_an_error_and_a_print_are_shown_as_they_are() -> None:
    assert run("print(1)\n1 / 0").output == "1\nZeroDivisionError: division by zero"
    assert run("np.log(np.array([0.0]))").output == "RuntimeWarning: divide by zero encountered in log"


def test_only_code_of_the_package_is_run(client: httpx.Client) -> None:
    answer = client.get("/api/lessons/one-line/run", params={"values": '{"r": "0); print(1"}'})
    assert answer.status_code == 422
    assert lessons.lesson("one-line").title == "One line of NumPy"


@pytest.mark.parametrize("slug", ["stride", "padding", "sandbox"])
def test_a_slider_counts_windows_as_its_figure_does(board: Any, slug: str) -> None:
    lesson = lessons.sandbox_lesson() if slug == "sandbox" else lessons.lesson(slug)
    (t,) = (control for control in lesson.controls if control.name == "t")
    assert isinstance(t, Number)
    assert re.findall(r"\d+", board(slug, lesson.beats[0].name, t=2)["say"])[0] == f"{2 + t.first}"
