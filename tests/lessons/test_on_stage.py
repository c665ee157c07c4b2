"""A small network's figure opens on the stage with the figure's own numbers: values, gradients and the lens."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest

from convoscope.server.lessons import on_stage
from tests.lessons.conftest import grid, items

TOLERANCE = 2e-6  # the stage counts in float32, the lessons in float64


class Stage:
    """What the server says to a page that opens a figure's first link to the stage."""

    def __init__(self, client: httpx.Client, figure: dict[str, Any]) -> None:
        hrefs = [href for item in items(figure, "links") for href, _ in item["entries"]]
        href = next(href for href in hrefs if href.startswith("/?"))
        self.said = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
        self.client, self.path = client, f"/api/traces/{self.said['network']}/{self.said['image']}"

    def ask(self, rest: str, **query: str) -> dict[str, Any]:
        """An answer about the trace, with the link's edits."""
        answer = self.client.get(self.path + rest, params={"edit": self.said.get("edit", ""), **query})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def arrays(self, kind: str, **query: str) -> dict[str, Any]:
        """All activations, or all gradients for the link's objective."""
        found = self.ask(f"/{kind}.json", **query)["arrays"]
        return {name: np.reshape(a["values"], a["shape"]) for name, a in found.items()}

    def gradients(self) -> dict[str, Any]:
        """By activation."""
        return self.arrays("gradients", objective=self.said["objective"])

    def lens(self) -> float:
        """The number of the selection that the lens explains."""
        if "weight" in self.said:
            (node, param), at = self.said["weight"].split("@")[0].rsplit(".", 1), self.said["weight"].split("@")[1]
            rest, back = f"/nodes/{node}/params/{param}/at/{at}", {}
        else:
            node, at = self.said["at"].split("@")
            rest, back = f"/nodes/{node}/at/{at}", {"direction": "backward"} if "show" in self.said else {}
        objective = {"objective": self.said["objective"]} if back or "weight" in self.said else {}
        return float(self.ask(rest, **back, **objective)["value"])


@pytest.fixture(scope="module")
def stage(client: httpx.Client, board: Any) -> Any:
    """Opens a figure: the figure, and the stage of its link."""

    def open_figure(slug: str, beat: str, **values: Any) -> tuple[dict[str, Any], Stage]:
        figure = board(slug, beat, **values)
        return figure, Stage(client, figure)

    return open_figure


def same(shown: Any, wanted: Any) -> None:
    """Equal but for float32."""
    np.testing.assert_allclose(np.squeeze(shown), np.squeeze(wanted), rtol=TOLERANCE, atol=TOLERANCE)


def numbers(figure: dict[str, Any]) -> list[float]:
    """The single numbers of a figure, in order."""
    return [item["value"] for item in items(figure, "number")]


@pytest.mark.parametrize("w", [0.3, -1.25])
def test_the_weight_of_lesson_1_has_its_loss_slope_and_probabilities_on_the_stage(stage: Any, w: float) -> None:
    figure, shown = stage("a-weight-somewhere", "play", w=w)
    _, loss, slope = numbers(figure)
    layers = items(figure, "net")[0]["layers"]
    found = shown.arrays("activations")
    for node, cells in zip(("input", "relu", "p"), layers, strict=True):
        same(found[node], [cell["value"] for cell in cells])
    same(shown.ask("/gradients/summary", objective=shown.said["objective"])["value"], loss)
    same(shown.lens(), slope)
    assert shown.said.get("edit", "") == ("" if w == 0.3 else "h.weight@0,1=-1.25")


def test_the_chain_of_lesson_2_has_every_value_and_gradient_on_the_stage(stage: Any) -> None:
    figure, shown = stage("backprop", "play", x=-0.7, theta1=1.1, theta3=0.4, n="3")
    nodes = items(figure, "chain")[0]["nodes"]
    values, gradients = shown.arrays("activations"), shown.gradients()
    for name, node in zip(("x", "h1", "h2", "h3", "f", "h5", "L"), nodes, strict=True):
        same(values[name], node["value"])
        same(gradients[name], node["gradient"])
    same(shown.lens(), nodes[2]["gradient"])


def test_the_forward_pass_of_lesson_2_stands_on_the_stage_where_it_stands_in_the_figure(stage: Any) -> None:
    figure, shown = stage("backprop", "forward", t=3)
    assert shown.said["at"] == "h3@0"
    assert shown.said["t"] == "4", "x, then three layers"
    same(shown.lens(), items(figure, "chain")[0]["nodes"][3]["value"])


@pytest.mark.parametrize(
    ("beat", "values"),
    [("easy", {}), ("vectors", {"vector": [0, 2]}), ("matrices", {"spot": [2, 1]}), ("volumes", {"spot": [1, 2]})],
)
def test_the_sum_of_lesson_3_is_the_lens_at_the_same_cell(stage: Any, beat: str, values: dict[str, Any]) -> None:
    figure, shown = stage("subscripts", beat, **values)
    assert "edit" not in shown.said
    same(shown.lens(), items(figure, "sum")[0]["value"])
    if beat != "easy":
        all_of_it = [item["values"] for item in items(figure, "grid")][-1]
        node = shown.said["at"].split("@")[0]
        gradient = shown.gradients()[node]
        same(gradient[0] if beat == "volumes" else gradient, all_of_it)


def test_mean_subtraction_is_the_same_on_the_stage_forward_and_backward(stage: Any) -> None:
    x, dh = [[5, 1, -3.5, 4]], [[1, 0.5, -1, 2]]
    figure, shown = stage("mean-subtraction", "layer", x=x)
    same(shown.arrays("activations")["y"], grid(figure, "h"))
    same(shown.lens(), np.squeeze(grid(figure, "h"))[0])
    figure, shown = stage("mean-subtraction", "identical", x=x, dh=dh)
    backward = items(figure, "grid")[1]["values"]
    same(shown.gradients()["x"], backward)
    same(shown.gradients()["y"], dh)
    same(shown.lens(), np.squeeze(backward)[0])
    assert shown.said["edit"] == "L.weight@0,1=0.5;input@0,0,2=-3.5"


def test_softmax_of_two_examples_has_p_the_loss_and_p_minus_t_on_the_stage(stage: Any) -> None:
    figure, shown = stage("softmax", "derivative", f=[[2, 1, -1.5], [0.1, 0.5, 3]], y0="cat", y1="ship")
    p, derivative = (next(i["values"] for i in items(figure, "grid") if i["name"].startswith(s)) for s in ("p", "$"))
    same(shown.arrays("activations")["p"], p)
    same(shown.gradients()["input"], derivative)
    same(shown.lens(), np.array(derivative)[0, 0])
    forward, again = stage("softmax", "softmax", f=[[2, 1, -1.5], [0.1, 0.5, 3]], y0="cat", y1="ship")
    same(again.arrays("activations")["L"], numbers(forward)[0])


def test_the_sliders_of_lesson_5_have_their_bars_on_the_stage(stage: Any) -> None:
    figure, shown = stage("softmax", "play", f0=-3.0, f1=0.7, f2=8.0, y0="ship")
    p, derivative = ([value for _, value in item["rows"]] for item in items(figure, "bars"))
    same(shown.arrays("activations")["p"], p)
    same(shown.gradients()["x"], derivative)
    same(shown.lens(), derivative[2])
    same(shown.ask("/gradients/summary", objective="loss:2")["value"], numbers(figure)[0])


@pytest.mark.parametrize("big", ["1000", "-1000"])
def test_the_logits_that_break_the_naive_code_are_finite_on_the_stage(stage: Any, big: str) -> None:
    figure, shown = stage("softmax", "stable", big=big)
    same(shown.arrays("activations")["p"], grid(figure, "p"))
    same(shown.arrays("activations")["x"], grid(figure, "f"))


def test_the_weights_of_lesson_6_have_their_gradients_on_the_stage(stage: Any) -> None:
    given = {"x": [[2, -1, 0.25]], "dh": [[1, -2.5]]}
    figure, shown = stage("weights", "sum", **given, spot=[1, 2])
    assert shown.said["weight"] == "y.weight@1,2"
    same(shown.lens(), items(figure, "sum")[0]["value"])
    same(shown.gradients()["y"], given["dh"])
    figure, shown = stage("weights", "bias", **given, i=1)
    same(shown.lens(), items(figure, "sum")[0]["value"])
    figure, shown = stage("weights", "again", **given)
    same(shown.arrays("activations")["y"], grid(figure, "h"))


def test_the_small_networks_are_found_by_name_and_listed_nowhere(client: httpx.Client) -> None:
    networks = [n["id"] for n in client.get("/api/networks").json()["networks"]]
    images = [i["id"] for i in client.get("/api/images").json()["images"]]
    assert not [name for name in networks + images if name.startswith("lesson-")]
    for name in on_stage.shipped():
        assert client.get(f"/api/networks/{name}").json()["id"] == name
        assert client.get(f"/api/images/{name}").json()["id"] == name
    assert client.get("/api/networks/lesson-none").status_code == 404
    assert client.get("/api/images/lesson-none").status_code == 404


@pytest.mark.parametrize(
    ("slug", "beat", "values", "node"),
    [
        ("stride", "play", {"stride": 3, "side": 11, "t": 5}, "y"),
        ("padding", "grid", {"p": 2, "s": 3, "t": 7}, "y"),
        ("max-pooling", "pool", {"x": [[1, -2, 0, 0], [0.5, 3, 4, 4], [0, 0, -1, -2], [9, 0, -3, -4]]}, "y"),
        ("one-line", "point", {"n": 1, "f": 1, "r": 2, "c": 3}, "y"),
    ],
)
def test_a_window_of_lessons_8_to_12_has_its_whole_output_on_the_stage(
    stage: Any, slug: str, beat: str, values: dict[str, Any], node: str
) -> None:
    figure, shown = stage(slug, beat, **values)
    chosen = int(shown.said["at"].split("@")[1].split(",")[0])
    out = {"one-line": "out", "max-pooling": "spot"}.get(slug, "output")
    same(shown.arrays("activations")[node][chosen], grid(figure, out))


def test_the_kept_index_of_lesson_12_gets_the_whole_gradient_on_the_stage_too(stage: Any) -> None:
    figure, shown = stage("max-pooling", "rule", dy=[[1, -2.5], [0.5, 3]])
    same(shown.gradients()["input"], items(figure, "grid")[2]["values"])
    same(shown.lens(), -2.5)


def test_the_neurons_of_lesson_7_have_their_sums_on_the_stage_on_the_same_picture(stage: Any) -> None:
    figure, shown = stage("volumes", "two", r=3, c=20, image="coffee-photo")
    assert shown.said["image"] == "coffee-photo"
    assert shown.lens() == pytest.approx(items(figure, "sum")[1]["value"], abs=2e-5)
