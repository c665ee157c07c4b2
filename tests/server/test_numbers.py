"""Every number that the server sends is the engine's, on an input that is prepared here by other means."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from convoscope.engine import Network, Trace, loss, unit
from tests.server.conftest import CAT, NET

Arrays = Callable[..., dict[str, NDArray[Any]]]
CELLS = [
    ("input", (1, 16, 3)),
    ("conv1", (0, 5, 7)),
    ("conv1", (9, 0, 31)),
    ("relu1", (3, 12, 20)),
    ("conv2", (4, 31, 31)),
    ("pool1", (2, 15, 0)),
    ("conv6", (7, 3, 3)),
    ("flatten", (77,)),
    ("fc", (3,)),
    ("softmax", (3,)),
]
GRADIENT_CELLS = [place for place in CELLS if place[0] != "softmax"]  # the loss starts before it


def test_activations_are_the_engines_bit_for_bit(arrays: Arrays, cat: Trace) -> None:
    got = arrays(f"{CAT}/activations")
    assert got.keys() == cat.activations.keys()
    for name, a in cat.activations.items():
        np.testing.assert_array_equal(got[name], a[0], err_msg=name, strict=True)


def test_float16_is_each_number_rounded(arrays: Arrays, cat: Trace) -> None:
    got = arrays(f"{CAT}/activations", nodes="conv1,fc", dtype="float16")
    assert got.keys() == {"conv1", "fc"}
    for name, a in got.items():
        np.testing.assert_array_equal(a, cat.activations[name][0].astype(np.float16), strict=True)


def test_channels_are_a_part_of_the_activation(arrays: Arrays, cat: Trace) -> None:
    got = arrays(f"{CAT}/nodes/conv3/activations", channels="2:5")
    np.testing.assert_array_equal(got["conv3"], cat.activations["conv3"][0, 2:5], strict=True)


def test_a_row_of_numbers_has_channels_too(arrays: Arrays, cat: Trace) -> None:
    got = arrays(f"{CAT}/nodes/fc/activations", channels="9:10")
    np.testing.assert_array_equal(got["fc"], cat.activations["fc"][0, 9:10], strict=True)


@pytest.mark.parametrize("how", ["ending", "header"])
def test_json_holds_the_same_numbers(client: httpx.Client, cat: Trace, how: str) -> None:
    path = f"{CAT}/activations" + (".json" if how == "ending" else "")
    accept = {"Accept": "application/json" if how == "header" else "*/*"}
    got = client.get(path, params={"nodes": "conv6,softmax"}, headers=accept).json()["arrays"]
    for name in ("conv6", "softmax"):
        sent = np.array(got[name]["values"], got[name]["dtype"]).reshape(got[name]["shape"])
        np.testing.assert_array_equal(sent, cat.activations[name][0], strict=True)


def test_filters_are_the_learnt_parameters(arrays: Arrays, network: Network) -> None:
    got = arrays(f"{NET}/nodes/conv4/filters")
    assert got.keys() == {"weight", "bias"}
    for name, a in got.items():
        np.testing.assert_array_equal(a, network.params["conv4"][name], strict=True)


def test_a_node_without_parameters_has_no_filters(arrays: Arrays) -> None:
    assert arrays(f"{NET}/nodes/relu1/filters") == {}


def test_gradients_are_the_engines_bit_for_bit(client: httpx.Client, arrays: Arrays, cat: Trace) -> None:
    truth = cat.gradients(loss(3))
    got = arrays(f"{CAT}/gradients", objective="loss:3")
    for name, g in truth.by_activation.items():
        np.testing.assert_array_equal(got[name], g[0], err_msg=name, strict=True)
    told = client.get(f"{CAT}/gradients.json", params={"objective": "loss:3", "nodes": "fc"}).json()["metadata"]
    assert float(told["value"]) == truth.value


def test_gradients_times_activations_are_products_and_both_say_where_their_colours_end(
    client: httpx.Client, arrays: Arrays, cat: Trace
) -> None:
    truth = cat.gradients(loss(3)).by_activation
    got = arrays(f"{CAT}/gradients", objective="loss:3", times="activation")
    for name, g in truth.items():
        np.testing.assert_array_equal(got[name], g[0] * cat.activations[name][0], err_msg=name, strict=True)
    for times, shown in (({}, truth["conv2"]), ({"times": "activation"}, got["conv2"])):
        told = client.get(f"{CAT}/gradients/summary", params={"objective": "loss:3", **times}).json()
        assert told["value"] == cat.gradients(loss(3)).value
        assert told["ranges"]["node"]["conv2"] == pytest.approx(
            np.percentile(np.abs(shown), 99.5, method="higher"), rel=1e-6
        )
        assert [node["name"] for node in told["nodes"]] == list(cat.activations)
        assert told["nodes"][3]["min"] == shown.min()


def test_one_gradient_and_one_of_a_parameter_too(arrays: Arrays, cat: Trace) -> None:
    truth = cat.gradients(unit("conv2", (3, 5, 7)))
    got = arrays(f"{CAT}/nodes/conv1/gradients", objective="unit:conv2@3,5,7", channels="0:2")
    np.testing.assert_array_equal(got["conv1"], truth.by_activation["conv1"][0, :2], strict=True)
    got = arrays(f"{CAT}/nodes/conv1/params/weight/gradients", objective="unit:conv2@3,5,7")
    np.testing.assert_array_equal(got["weight"], truth.by_param["conv1"]["weight"], strict=True)


def explanation(client: httpx.Client, path: str, **query: str) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def holds(e: Mapping[str, Any]) -> None:
    """The sum that an explanation shows is right, read from what was sent alone."""
    steps = e["steps"]
    assert steps[-1]["total"] == e["value"]
    if e["picture"] == "weighted_sum":
        assert sum(s["value"] for s in steps) == pytest.approx(e["value"], abs=1e-12)
        before = 0.0
        for s in steps:
            assert s["total"] == pytest.approx(before + s["value"], abs=1e-12)
            before = s["total"]
    if e["products"] is not None:
        left, right = (np.array(o["values"]) for o in e["operands"])
        np.testing.assert_allclose(e["products"], left * right, rtol=1e-12, atol=0)
        np.testing.assert_allclose(e["product_totals"], np.cumsum(left * right), rtol=1e-9, atol=1e-12)


def operand_is_read_where_it_says(o: Mapping[str, Any], source: NDArray[Any]) -> None:
    """The values of an operand stand in its source at its cells; outside of it is padding."""
    values = np.array(o["values"]).ravel()
    places = o["at"]
    if places is None:
        grids = np.meshgrid(*o["cells"], indexing="ij")
        places = np.stack([g.ravel() for g in grids], axis=1).tolist()
    assert len(places) == len(values)
    for place, value in zip(places, values, strict=True):
        if all(0 <= i < n for i, n in zip(place, source.shape, strict=True)):
            assert value == source[tuple(place)]


@pytest.mark.parametrize(("node", "at"), CELLS)
def test_an_explanation_adds_up_to_the_activation(
    client: httpx.Client, cat: Trace, network: Network, node: str, at: tuple[int, ...]
) -> None:
    address = ",".join(map(str, at))
    e = explanation(client, f"{CAT}/nodes/{node}/at/{address}")
    assert e["value"] == cat.activations[node][(0, *at)]
    assert (e["node"], e["at"], e["address"], e["of"]) == (node, list(at), f"{node}@{address}", "activation")
    assert e["kind"] == ("input" if node == "input" else network.node(node).layer.kind)
    assert e["mathml"].startswith("<math ")
    holds(e)
    for o in e["operands"]:
        if o["source"] in cat.activations:
            operand_is_read_where_it_says(o, cat.activations[o["source"]][0])
        elif o["source"]:
            name, _, param = o["source"].rpartition(".")
            operand_is_read_where_it_says(o, network.params[name][param])


@pytest.mark.parametrize(("node", "at"), GRADIENT_CELLS)
def test_an_explanation_of_a_gradient_adds_up_to_it(
    client: httpx.Client, cat: Trace, node: str, at: tuple[int, ...]
) -> None:
    g = cat.gradients(loss(3))
    path = f"{CAT}/nodes/{node}/at/{','.join(map(str, at))}"
    e = explanation(client, path, direction="backward", objective="loss:3")
    assert e["of"] == "gradient"
    assert e["value"] == g.by_activation[node][(0, *at)]
    holds(e)
    for o in e["operands"]:
        if o["source"].startswith("∂"):
            operand_is_read_where_it_says(o, g.by_activation[o["source"][1:]][0])


@pytest.mark.parametrize(("param", "at"), [("weight", (3, 0, 1, 1)), ("bias", (9,))])
def test_an_explanation_of_a_parameters_gradient_adds_up_to_it(
    client: httpx.Client, cat: Trace, param: str, at: tuple[int, ...]
) -> None:
    path = f"{CAT}/nodes/conv5/params/{param}/at/{','.join(map(str, at))}"
    e = explanation(client, path, objective="loss:3")
    assert e["value"] == cat.gradients(loss(3)).by_param["conv5"][param][at]
    assert (e["of"], e["param"], e["at"], e["readers"]) == ("parameter", param, list(at), [])
    holds(e)


def test_the_readers_of_a_cell_are_those_whose_window_holds_it(client: httpx.Client, network: Network) -> None:
    e = explanation(client, f"{CAT}/nodes/relu1/at/4,0,9")
    layer, shape = network.node("conv2").layer, network.shapes["relu1"]
    rule = layer.windows(shape)[0]
    readers = [
        (k, i, j)
        for k in range(10)
        for i in range(32)
        for j in range(32)
        if all(c in cells for c, cells in zip((0, 4, 0, 9), rule.cells((0, k, i, j)), strict=True))
    ]
    (told,) = e["readers"]
    assert (told["node"], told["kind"], told["count"]) == ("conv2", "conv2d", len(readers))
    assert tuple(told["example"]) in readers


def test_a_flattened_cell_has_one_reader(client: httpx.Client) -> None:
    e = explanation(client, f"{CAT}/nodes/pool3/at/1,2,3")
    assert e["readers"] == [{"node": "flatten", "kind": "flatten", "count": 1, "example": [27]}]


def test_windows_tell_each_step_of_each_cell(client: httpx.Client, arrays: Arrays, cat: Trace) -> None:
    path = f"{CAT}/nodes/conv2/windows"
    got = arrays(path, channel=3, from_=30, count=5)
    places = [(3, 0, 30), (3, 0, 31), (3, 1, 0), (3, 1, 1), (3, 1, 2)]
    assert got["at"].tolist() == [list(p) for p in places]
    assert got["value"].tolist() == [float(cat.activations["conv2"][(0, *p)]) for p in places]
    query = {"channel": 3, "from": 30, "count": 5}
    labels = json.loads(client.get(f"{path}.json", params=query).json()["metadata"]["labels"])
    for row, place in enumerate(places):
        steps = {s.label: s.value for s in cat.explain("conv2", place).steps}
        assert got["partial"][row].tolist() == [steps.get(label, 0.0) for label in labels]


def test_windows_end_with_the_channel(arrays: Arrays) -> None:
    got = arrays(f"{CAT}/nodes/pool3/windows", channel=9, from_=14, count=64)
    assert got["at"].tolist() == [[9, 3, 2], [9, 3, 3]]
    assert arrays(f"{CAT}/nodes/pool3/windows", channel=9, from_=16, count=64)["value"].size == 0
