"""What a trace and a network are summed up to is recomputed here from the arrays and from the engine's geometry."""

from math import prod
from typing import Any

import httpx
import numpy as np
import pytest

from convoscope.engine import Axis, IndexMap, Network, Table, Trace, zoo
from convoscope.server.viewmodel.network import axis_view, window_view
from convoscope.server.viewmodel.trace import percentile
from tests.server.conftest import CAT, NET


@pytest.fixture(scope="module")
def trace(client: httpx.Client) -> dict[str, Any]:
    return dict(client.get(CAT).json())


@pytest.fixture(scope="module")
def net(client: httpx.Client) -> dict[str, Any]:
    return dict(client.get(NET).json())


def test_statistics_are_those_of_the_activations(trace: dict[str, Any], cat: Trace) -> None:
    assert [n["name"] for n in trace["nodes"]] == list(cat.activations)
    for told in trace["nodes"]:
        a = cat.activations[told["name"]][0].astype(np.float64)
        assert (told["min"], told["max"]) == (a.min(), a.max())
        assert told["mean"] == pytest.approx(a.mean(), rel=1e-12)
        assert told["std"] == pytest.approx(a.std(), rel=1e-12)
        assert told["zeros"] == (a == 0).sum() / a.size
        assert told["not_finite"] == 0


def test_a_histogram_counts_every_number_once(trace: dict[str, Any], cat: Trace) -> None:
    for told in trace["nodes"]:
        edges, counts = told["histogram"]["edges"], told["histogram"]["counts"]
        a = cat.activations[told["name"]][0]
        assert len(edges) == len(counts) + 1
        assert (edges[0], edges[-1], sum(counts)) == (pytest.approx(a.min()), pytest.approx(a.max()), a.size)


def test_a_range_covers_all_but_one_in_two_hundred(trace: dict[str, Any], cat: Trace) -> None:
    ranges = trace["ranges"]
    for name, r in ranges["node"].items():
        assert r == pytest.approx(np.percentile(np.abs(cat.activations[name][0]), 99.5, method="higher"))
    group = np.concatenate([cat.activations[n][0].ravel() for n in ("conv2", "relu2", "pool1")])
    assert ranges["group"]["conv2"] == pytest.approx(np.percentile(np.abs(group), 99.5, method="higher"))
    everything = np.concatenate([a[0].ravel() for a in cat.activations.values()])
    assert ranges["network"] == pytest.approx(np.percentile(np.abs(everything), 99.5, method="higher"))


def test_the_prediction_is_the_softmax_of_the_logits(trace: dict[str, Any], cat: Trace, network: Network) -> None:
    f = cat.activations["fc"][0].astype(np.float64)
    p = np.exp(f - f.max()) / np.exp(f - f.max()).sum()
    told = trace["prediction"]
    np.testing.assert_array_equal(np.array(told["logits"], np.float32), cat.activations["fc"][0])
    np.testing.assert_allclose(told["probabilities"], p, rtol=1e-5)
    assert [c["index"] for c in told["top"]] == np.argsort(-p)[:5].tolist()
    for c in told["top"]:
        assert c["label"] == network.labels[c["index"]]
        assert c["probability"] == told["probabilities"][c["index"]]
        assert c["logit"] == told["logits"][c["index"]]


def test_the_crop_is_the_centre_square_of_the_photograph(trace: dict[str, Any]) -> None:
    assert trace["crop"] == {"x": 75, "y": 0, "width": 300, "height": 300}  # of 451 by 300
    assert (trace["network"], trace["image"]) == ("example-cnn", "cat-photo")


def test_a_network_says_what_it_is_made_of(net: dict[str, Any], network: Network) -> None:
    nodes = {n["name"]: n for n in net["nodes"]}
    assert list(nodes) == ["input", *(n.name for n in network.nodes)]
    assert (net["id"], net["title"], net["parameters"]) == ("example-cnn", "Example CNN", 6440)
    assert (net["input"], net["logits"], net["output"]) == ("input", "fc", "softmax")
    assert net["labels"] == list(network.labels)
    assert nodes["conv1"]["params"] == [
        {"name": "weight", "shape": [10, 3, 3, 3], "count": 270, "learnt": True},
        {"name": "bias", "shape": [10], "count": 10, "learnt": True},
    ]
    assert sum(n["parameters"] for n in nodes.values()) == 6440
    assert nodes["conv1"]["macs"] == 10 * 32 * 32 * 3 * 3 * 3
    assert net["macs"] == sum(n["macs"] for n in nodes.values())
    assert nodes["pool1"]["inputs"] == ["relu2"]
    assert nodes["pool1"]["shape"] == [10, 16, 16]
    assert nodes["conv1"]["config"]["padding"] == [1, 1, 1, 1]


def test_a_summary_and_an_equation_say_what_a_node_does(net: dict[str, Any]) -> None:
    nodes = {n["name"]: n for n in net["nodes"]}
    assert {k: nodes[k]["summary"] for k in ("input", "conv1", "relu1", "pool1", "fc")} == {
        "input": "input",
        "conv1": "conv 3×3",
        "relu1": "relu",
        "pool1": "max pool 2×2",
        "fc": "dense",
    }
    assert nodes["relu1"]["equation"] == "y = max(0, x)"
    assert all(n["equation"] for n in nodes.values() if n["kind"] != "input")


def test_receptive_fields_grow_as_the_arithmetic_of_the_layers_says(net: dict[str, Any]) -> None:
    size, step, expected = 1, 1, {}
    for n in net["nodes"]:
        if n["kind"] == "conv2d":
            size += 2 * step
        elif n["kind"] == "max_pool2d":
            size, step = size + step, 2 * step
        if len(n["shape"]) == 3:
            expected[n["name"]] = size
    got = {n["name"]: n["receptive_field"] for n in net["nodes"]}
    inside = {k: v for k, v in expected.items() if v <= 20}  # larger ones reach over the picture's edge
    assert {k: got[k] for k in inside} == {k: [v, v] for k, v in inside.items()}
    assert got["fc"] == [32, 32]


def test_the_windows_integers_find_the_cells_that_the_engine_reads(net: dict[str, Any], network: Network) -> None:
    rng = np.random.default_rng(0)
    for told in net["nodes"][1:]:
        node = network.node(told["name"])
        (window,) = node.layer.windows(*(network.shapes[i] for i in node.inputs))
        (rule,) = told["windows"]
        if isinstance(window, IndexMap):
            assert rule == {"map": "reshape"}
            continue
        at = tuple(int(rng.integers(n)) for n in network.shapes[node.name])
        for k, axis in enumerate(rule["axes"], 1):
            driver = k if axis["follows"] is None else axis["follows"] + 1
            place = at[driver] if driver < len(at) else 0
            assert Axis(**axis).cells(place) == window.cells(at)[k]


def test_an_axis_that_another_moves_says_which_without_counting_the_batch() -> None:
    assert axis_view(Axis(size=3, follows=2)).follows == 1
    table = axis_view(Table(((0, 1), (2,)), follows=3))
    assert table.model_dump() == {"rows": [[0, 1], [2]], "follows": 2}
    assert axis_view(Axis()).follows is None


def test_cells_that_change_their_order_are_no_reshape() -> None:
    assert window_view(IndexMap(np.arange(6).reshape(2, 3), (6,))).model_dump() == {"map": "reshape"}
    assert window_view(IndexMap(np.arange(6)[::-1].reshape(2, 3), (6,))).model_dump() == {"map": "gather"}


def test_nodes_that_keep_the_scale_of_a_weighted_one_share_its_range(net: dict[str, Any]) -> None:
    groups = {n["name"]: n["range_group"] for n in net["nodes"]}
    assert groups["input"] == "input"
    assert (groups["conv2"], groups["relu2"], groups["pool1"], groups["conv3"]) == ("conv2", "conv2", "conv2", "conv3")
    assert (groups["fc"], groups["softmax"]) == ("fc", "softmax")


def test_pictures_are_listed_with_the_cat_first_and_ten_drawings(client: httpx.Client, cat: Trace) -> None:
    images = client.get("/api/images").json()["images"]
    assert images[0] == {
        "id": "cat-photo",
        "title": "Cat, a photograph",
        "width": 451,
        "height": 300,
        "label": "cat",
        "kind": "photo",
        "animated": False,
    }
    drawn = [i for i in images if i["kind"] == "drawn"]
    assert [(i["width"], i["height"]) for i in drawn] == [(96, 96)] * 10 + [(112, 112)] * 10
    assert [i["label"] for i in drawn] == [*zoo.load("example-cnn").labels, *"0123456789"]


def test_every_shipped_picture_can_be_seen(client: httpx.Client) -> None:
    for image in client.get("/api/images").json()["images"]:
        assert client.get(f"/api/traces/example-cnn/{image['id']}").json()["image"] == image["id"]
        assert client.get(f"/api/images/{image['id']}").json() == image


def test_a_network_of_others_is_here_when_its_weights_are_installed(client: httpx.Client) -> None:
    listed = client.get("/api/networks").json()["networks"]
    assert [n["id"] for n in listed] == [*zoo.names(), *zoo.published()]
    for name in zoo.published():
        assert client.get(f"/api/networks/{name}").json()["card"] is None
        top = client.get(f"/api/traces/{name}/cat-photo").json()["prediction"]["top"][0]
        assert (top["label"], top["index"]) == ("Egyptian cat", 285)


def test_the_first_network_is_the_example(client: httpx.Client, network: Network) -> None:
    first = client.get("/api/networks").json()["networks"][0]
    assert first == {
        "id": "example-cnn",
        "title": "Example CNN",
        "input_shape": list(network.input_shape),
        "parameters": sum(prod(a.shape) for p in network.params.values() for a in p.values()),
        "shipped": True,
    }


def test_the_health_of_values_and_gradients_is_the_engines(client: httpx.Client) -> None:
    net = zoo.load("example-cnn")
    trace = client.get(CAT).json()
    flows = {f["name"]: f for f in trace["flows"]}
    assert list(flows) == [n.name for n in net.nodes if n.layer.kind == "relu"]
    relu1 = client.get(f"{CAT}/nodes/relu1/activations.json").json()["arrays"]["relu1"]
    maps = np.reshape(relu1["values"], relu1["shape"])
    assert flows["relu1"] == {
        "name": "relu1",
        "maps": 10,
        "dead": np.flatnonzero((maps == 0).all(axis=(1, 2))).tolist(),
        "saturated": None,
    }
    strengths = {s["name"]: s for s in client.get(f"{CAT}/gradients/summary?objective=loss:3").json()["strengths"]}
    dfc = client.get(f"{CAT}/nodes/fc/gradients.json?objective=loss:3").json()["arrays"]["fc"]["values"]
    assert strengths["fc"]["norm"] == pytest.approx(float(np.linalg.norm(dfc)), rel=1e-5)
    assert {s["verdict"] for s in strengths.values()} == {""}


def test_filters_have_statistics_with_the_edits(client: httpx.Client) -> None:
    said = client.get(f"{CAT}/nodes/conv1/filters/summary?edit=conv1.weight@0,0,0,0=50").json()
    weight = zoo.load("example-cnn").params["conv1"]["weight"]
    assert [p["name"] for p in said["params"]] == ["weight", "bias"]
    assert (said["params"][0]["min"], said["params"][0]["max"]) == (float(weight.min()), 50)
    assert sum(said["params"][0]["histogram"]["counts"]) == weight.size


def test_where_nearly_all_numbers_are_0_the_range_is_that_of_the_others() -> None:
    sizes = np.zeros(1000, np.float32)
    assert percentile([sizes]) == 0
    sizes[:2] = 0.25, 0.5
    assert percentile([sizes]) == percentile([sizes[:500], sizes[500:]]) == 0.5
