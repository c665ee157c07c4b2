"""The sandbox's convolution: right for any case, as code too, bounded, and refused in words."""

import contextlib
import io
import itertools
import re
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from convoscope.server.convolution import Case
from convoscope.server.convolution_code import numpy_code, torch_code
from tests.lessons.conftest import grid, items, json_of

RNG = np.random.default_rng(8)


def plain(x: Any, w: Any, stride: int, pad: int, mode: Any, dilation: int, groups: int) -> Any:
    """A convolution as seven loops would do it, with NumPy's own padding."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)), mode=mode)
    filters, per, kh, kw = w.shape
    rows = (x.shape[1] - dilation * (kh - 1) - 1) // stride + 1
    columns = (x.shape[2] - dilation * (kw - 1) - 1) // stride + 1
    out = np.zeros((filters, rows, columns))
    for k, r, c in itertools.product(range(filters), range(rows), range(columns)):
        first = k // (filters // groups) * per
        for n, u, v in itertools.product(range(per), range(kh), range(kw)):
            out[k, r, c] += x[first + n, stride * r + dilation * u, stride * c + dilation * v] * w[k, n, u, v]
    return out


CASES = [
    (1, 1, 1, 0, "constant", 1, 1),
    (1, 2, 2, 1, "constant", 1, 1),
    (2, 2, 1, 2, "reflect", 1, 1),
    (2, 4, 1, 1, "edge", 2, 2),
    (3, 3, 2, 1, "wrap", 1, 3),
]


def asked(x: Any, w: Any, case: tuple[Any, ...]) -> dict[str, Any]:
    """The body of a request."""
    _, _, stride, pad, mode, dilation, groups = case
    settings = {"stride": stride, "padding": pad, "mode": mode, "dilation": dilation, "groups": groups}
    return {"input": x.tolist(), "kernel": w.tolist(), **settings}


@pytest.mark.parametrize("case", CASES)
def test_every_window_is_what_seven_loops_make(client: httpx.Client, case: tuple[Any, ...]) -> None:
    channels, filters, stride, pad, mode, dilation, groups = case
    x = RNG.integers(-3, 4, (channels, 7, 6)).astype(float)
    w = RNG.integers(-2, 3, (filters, channels // groups, 3, 2)).astype(float)
    body = asked(x, w, case)
    found = client.post("/api/convolve", json=body).json()
    wanted = plain(x, w, stride, pad, mode, dilation, groups)
    assert np.array_equal(found["output"], wanted)
    padded = np.array(found["padded"])
    for window in found["windows"]:
        k, r, c = window["at"]
        values = padded[np.ix_(*window["cells"])]
        assert window["value"] == wanted[k, r, c]
        assert np.array_equal(np.ravel(values * w[k]), window["products"])
        assert window["steps"][-1]["total"] == window["value"]


@pytest.mark.parametrize("case", CASES)
def test_every_gradient_is_the_sum_of_its_readers_and_a_measured_slope(
    client: httpx.Client, case: tuple[Any, ...]
) -> None:
    channels, filters, stride, pad, mode, dilation, groups = case
    x = RNG.integers(-3, 4, (channels, 6, 6)).astype(float)
    w = RNG.integers(-2, 3, (filters, channels // groups, 2, 2)).astype(float)
    dy = RNG.integers(-2, 3, plain(x, w, stride, pad, mode, dilation, groups).shape).astype(float)
    body = asked(x, w, case) | {"gradient": dy.tolist()}
    back = client.post("/api/convolve", json=body).json()["backward"]
    dpadded = np.array(back["dpadded"])
    for cell in back["readers"]:
        assert np.isclose(sum(cell["products"]), dpadded[tuple(cell["at"])])
    moved = x.copy()
    moved[0, 2, 3] += 1  # the sum is linear in x: its slope is a difference
    slope = (
        plain(moved, w, stride, pad, mode, dilation, groups) - plain(x, w, stride, pad, mode, dilation, groups)
    ) * dy
    assert np.isclose(back["dx"][0][2][3], slope.sum())


def test_a_transposed_convolution_lays_its_filters(client: httpx.Client) -> None:
    body = {"input": [[1, 2], [3, 4]], "kernel": [[1, 10], [100, 1000]], "stride": 2, "transposed": True}
    found = client.post("/api/convolve", json=body).json()
    assert found["output"] == [[[1, 10, 2, 20], [100, 1000, 200, 2000], [3, 30, 4, 40], [300, 3000, 400, 4000]]]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(
    ("stride", "pad", "dilation", "groups"), [(1, 0, 1, 1), (2, 1, 1, 2), (1, 1, 2, 1), (3, 2, 1, 2)]
)
def test_the_numpy_code_prints_the_engines_output(
    transposed: bool, stride: int, pad: int, dilation: int, groups: int
) -> None:
    x = RNG.integers(-3, 4, (2, 6, 5)).astype(float)
    w = RNG.integers(-2, 3, (2, 2 // groups, 3, 3)).astype(float)
    case = Case(x, w, np.array([1.0, -2.0]), (stride,) * 2, (pad,) * 4, "constant", (dilation,) * 2, groups, transposed)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(numpy_code(case), names)
    assert np.array_equal(names["out"], case.trace.output[0])


def test_programs_set_the_output_padding_of_a_transposed_convolution(client: httpx.Client) -> None:
    body = {"input": [[1, 2], [3, 4]], "kernel": [[1, 10], [100, 1000]], "stride": 2, "padding": 1, "transposed": True}
    assert client.post("/api/convolve", json=body).json()["output_shape"] == [1, 2, 2]
    found = client.post("/api/convolve", json=body | {"output_padding": [1, 0]}).json()
    assert found["output"] == [[[1000, 200], [30, 4], [3000, 400]]]
    assert "output_padding=(1, 0)" in found["pytorch"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"output_padding": 1}, "is for a transposed convolution; set transposed, or leave it out"),
        ({"output_padding": [0, 2], "transposed": True, "stride": 2}, "must be smaller than the stride (2, 2)"),
    ],
)
def test_an_output_padding_that_no_framework_takes_is_refused(
    client: httpx.Client, more: dict[str, Any], words: str
) -> None:
    found = client.post("/api/convolve", json={"input": [[1, 2], [3, 4]], "kernel": [[1, 1], [1, 1]]} | more)
    assert (found.status_code, found.json()["code"]) == (422, "bad_value")
    assert words in found.json()["detail"]


@pytest.mark.parametrize(("stride", "extra", "pad"), [((2, 2), (1, 1), (1, 1, 1, 1)), ((3, 2), (2, 0), (0, 0, 1, 1))])
def test_output_padding_keeps_more_of_the_end_and_the_code_says_so(
    stride: tuple[int, int], extra: tuple[int, int], pad: tuple[int, int, int, int]
) -> None:
    x, w = RNG.integers(-3, 4, (1, 3, 3)).astype(float), RNG.integers(-2, 3, (1, 1, 3, 3)).astype(float)
    case = Case(x, w, None, stride, pad, transposed=True, extra=extra)
    before = Case(x, w, None, stride, pad, transposed=True)
    assert np.subtract(case.output_shape, before.output_shape).tolist() == [0, *extra]
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(numpy_code(case), names)
    assert np.array_equal(names["out"], case.trace.output[0])
    assert f"output_padding={extra}" in torch_code(case)


def test_the_size_that_is_wanted_is_the_size_that_comes_out(board: Any) -> None:
    for values in ({"stride": 2, "pad": 1}, {"stride": 3, "kh": 2, "dilation": 2}, {"transposed": "yes", "stride": 2}):
        figure = board("sandbox", "run", wanted=5, kernel="random", **values)
        rows = len(grid(figure, "output"))
        assert rows == 5 if "transposed" not in values else rows in (5, 6)
    assert "would need an input of 158×158" in board("sandbox", "run", wanted=32, stride=5)["say"]


def test_a_flipped_kernel_makes_a_true_convolution(board: Any) -> None:
    given = {"fill": "typed", "input": [[[0, 0, 0], [0, 1, 0], [0, 0, 0]]], "rows": 3, "columns": 3, "pad": 1}
    kernel = {"kernel": "typed", "weights": [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]}
    assert grid(board("sandbox", "run", **given, **kernel, flip="yes"), "output") == kernel["weights"][0][0]
    assert (
        grid(board("sandbox", "run", **given, **kernel), "output")
        == np.array(kernel["weights"][0][0])[::-1, ::-1].tolist()
    )


def test_a_causal_row_reads_nothing_that_comes_later(board: Any) -> None:
    row = {"rows": 1, "columns": 5, "kh": 1, "kw": 3, "pad_across": 2, "sides": "before", "kernel": "typed"}
    given = {"fill": "typed", "input": [[[0, 0, 7, 0, 0]]], "weights": [[[[1, 10, 100]]]]}
    assert grid(board("sandbox", "run", **row, **given), "output") == [[0, 0, 700, 70, 7]]


def test_the_pytorch_code_names_this_case() -> None:
    case = Case(np.ones((2, 5, 5)), np.ones((2, 1, 3, 3)), None, (2, 2), (1, 1, 1, 1), "edge", (1, 1), 2)
    code = torch_code(case)
    assert "mode='replicate'" in code
    assert "F.conv2d(padded, W, None, stride=(2, 2), dilation=(1, 1), groups=2)" in code
    compile(code, "torch", "exec")


def test_the_table_has_a_row_per_product(client: httpx.Client) -> None:
    body = {"input": np.ones((4, 4)).tolist(), "kernel": [[1, 2], [3, 4]]}
    lines = client.post("/api/convolve/run.csv", json=body).text.splitlines()
    assert len(lines) == 1 + 9 * 4
    assert lines[1] == "0,0,0,0,0,0,0,1.0,1.0,1.0,10.0"


def test_the_moving_picture_has_a_frame_per_window_in_the_pages_colours(client: httpx.Client) -> None:
    colours = {"scale": ["#0000ff", "#ffffff", "#ff0000"], "paper": "#fefefe", "sheet": "#ffffff", "ink": "#000000"}
    body = {"input": np.arange(16.0).reshape(4, 4).tolist(), "kernel": [[1, 0], [0, -1]], "colours": colours}
    answer = client.post("/api/convolve/run.gif", json=body)
    picture = Image.open(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/gif"
    assert getattr(picture, "n_frames", 1) == 9
    assert picture.convert("RGB").getpixel((2, 2)) == (254, 254, 254)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"input": [[1, 2], [3]], "kernel": [[1]]}, "bad_shape", "The rows of input differ in length"),
        ({"input": [[1, 2], [3, 4]], "kernel": [[[[1]], [[1]]]]}, "bad_shape", "reads 2 channels, but the input has 1"),
        ({"input": [[1, 2], [3, 4]], "kernel": [[1] * 5] * 5}, "bad_shape", "is larger than the input"),
        ({"input": [[1]], "kernel": [[1]], "bias": [1, 2]}, "bad_shape", "There are 2 biases for 1 filters"),
        ({"input": [[1]], "kernel": [[1]], "gradient": [[[1, 2]]]}, "bad_shape", "the output's is (1, 1, 1)"),
        ({"input": [[1] * 40] * 40, "kernel": [[1]]}, "convolve_too_large", "The input has 1600 numbers; at most 1024"),
        ({"input": [[1] * 30] * 30, "kernel": [[1] * 8] * 8}, "convolve_too_large", "All windows together multiply"),
        ({"input": [[1]], "kernel": [[1]], "stride": 0}, "bad_value", "greater than or equal to 1"),
        ({"input": [[1]], "kernel": [[1]], "mode": "mirror"}, "bad_value", "'constant', 'reflect', 'edge' or 'wrap'"),
        ({"input": [[1e99]], "kernel": [[1]]}, "bad_value", "input must hold numbers from -1,000,000 to 1,000,000."),
        ({"input": [["1"]], "kernel": [[1]]}, "bad_value", "input must be lists of numbers, nested 2 or 3 deep."),
        ({"input": [[1]], "kernel": [[[1]]]}, "bad_value", "kernel must be lists of numbers, nested 2 or 4 deep."),
        ({"input": [], "kernel": [[1]]}, "bad_value", "at least 1 item"),
        ({"kernel": [[1]]}, "bad_value", "Field required"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_words(
    client: httpx.Client, body: dict[str, Any], code: str, words: str
) -> None:
    answer = client.post("/api/convolve", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert words in answer.json()["detail"]


def test_the_sandbox_shows_the_cases_own_numbers(board: Any) -> None:
    values = {"rows": 5, "columns": 5, "kernel": "random", "pad": 1, "stride": 2, "t": 4, "seed": 3}
    found = board("sandbox", "run", **values)
    padded, weights = np.array(grid(found, "padded0")), np.array(grid(found, "w0"))
    output = np.array(grid(found, "output"))
    r, c = divmod(4, 3)
    assert output[r, c] == (padded[2 * r : 2 * r + 3, 2 * c : 2 * c + 3] * weights).sum()
    assert items(found, "sum")[0]["value"] == output[r, c]


@pytest.mark.parametrize(
    ("settings", "worked"),
    [
        ({"pad": 1, "stride": 2}, "7+2·1−1·(3−1)−12"),
        ({"pad_across": 2, "pad": 0, "sides": "before"}, "7+2+0−1·(3−1)−11"),
        ({"transposed": "yes", "stride": 2, "pad": 1}, "=2·(7−1)−2·1+1·(3−1)+1+0="),
    ],
)
def test_the_size_is_worked_out_term_by_term_as_the_formula_says_it(
    board: Any, settings: dict[str, Any], worked: str
) -> None:
    formulas = [
        re.sub(r"<[^>]+>|\s", "", item["html"])
        for item in items(board("sandbox", "run", columns=7, **settings), "math")
    ]
    assert any(worked in formula for formula in formulas), formulas


def test_a_sum_has_a_line_for_its_bias_also_where_that_is_0(board: Any) -> None:
    assert items(board("sandbox", "run"), "sum")[0]["terms"][-1] == ["bias", 0.0]


def test_typed_numbers_stay_when_the_size_changes(board: Any) -> None:
    values: dict[str, Any] = {
        "fill": "typed",
        "input": [[[1, 2], [3, 4]]],
        "kernel": "identity",
        "columns": 3,
        "kh": 1,
        "kw": 1,
    }
    assert grid(board("sandbox", "run", rows=3, **values), "padded0") == [[1, 2, 0], [3, 4, 0], [0, 0, 0]]


def test_a_case_that_does_not_fit_says_why_in_place_of_a_figure(board: Any) -> None:
    found = board("sandbox", "run", rows=2, columns=2)
    assert "is larger than the input" in items(found, "words")[0]["html"]
    found = board("sandbox", "run", channels=3, groups=2)
    assert found["rows"][0][0]["kind"] == "words"


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_the_sandbox_saves_its_run(client: httpx.Client, ending: str) -> None:
    answer = client.get(f"/api/sandbox/run.{ending}", params={"values": json_of({"rows": 4, "columns": 4})})
    assert answer.status_code == 200
    assert len(answer.content) > 200


def test_the_sandbox_strides_pads_and_dilates_differently_across(board: Any) -> None:
    def size(**values: int) -> tuple[int, int]:
        output = grid(board("sandbox", "run", rows=8, columns=8, **values), "output")
        return len(output), len(output[0])

    assert size(stride=2, stride_across=1) == (3, 6)
    assert size(pad=1, pad_across=0) == (8, 6)
    assert size(dilation=1, dilation_across=3) == (6, 2)
    assert size(stride=2, pad=1) == (4, 4)  # left alone, across is as down
