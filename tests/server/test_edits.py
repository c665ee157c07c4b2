"""What-if edits, gradient checks and training steps over the wire are what the engine says without the server."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from convoscope import engine
from convoscope.engine import Learning, Network, Trace, loss, moments, predicted_change
from convoscope.server import what_if
from convoscope.server.library import Library
from convoscope.server.services import Services
from convoscope.server.settings import Settings
from tests.server.conftest import CAT

EDIT = "conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4"
AT = (3, 0, 1, 1)
Arrays = Callable[..., dict[str, NDArray[Any]]]


@pytest.fixture(scope="module")
def edited(network: Network, cat: Trace) -> Trace:
    """The same changes, made here by hand."""
    x = cat.activations["input"][0].copy()
    params = {n: {k: a.copy() for k, a in network.params[n].items()} for n in ("conv1", "conv2")}
    params["conv1"]["weight"][AT], x[0, 5, 7] = 0.5, 1.2
    params["conv2"]["weight"][4], params["conv2"]["bias"][4] = 0, 0
    return network.with_params(params).trace(x)


def test_every_route_of_a_trace_takes_the_edits(client: httpx.Client, arrays: Arrays, edited: Trace) -> None:
    for name, a in arrays(f"{CAT}/activations", edit=EDIT).items():
        np.testing.assert_array_equal(a, edited.activations[name][0], err_msg=name)
    one = arrays(f"{CAT}/nodes/conv2/activations", edit=EDIT, channels="3:5")["conv2"]
    np.testing.assert_array_equal(one, edited.activations["conv2"][0, 3:5])
    truth = edited.gradients(loss(3))
    for name, g in arrays(f"{CAT}/gradients", edit=EDIT, objective="loss:3").items():
        np.testing.assert_array_equal(g, truth.by_activation[name][0], err_msg=name)
    dw = arrays(f"{CAT}/nodes/conv1/params/weight/gradients", edit=EDIT, objective="loss:3")["weight"]
    np.testing.assert_array_equal(dw, truth.by_param["conv1"]["weight"])
    windows = arrays(f"{CAT}/nodes/conv1/windows", edit=EDIT, channel=3, count=4)
    np.testing.assert_array_equal(windows["value"], edited.activations["conv1"][0, 3, 0, :4])


def test_explanations_and_summaries_tell_of_the_edited_numbers(client: httpx.Client, edited: Trace) -> None:
    asked = {"edit": EDIT, "objective": "loss:3"}
    forward = client.get(f"{CAT}/nodes/conv1/at/3,5,7", params=asked).json()
    assert forward["value"] == edited.explain("conv1", (3, 5, 7)).value
    assert 0.5 in next(o["values"] for o in forward["operands"] if o["source"] == "conv1.weight")
    back = client.get(f"{CAT}/nodes/conv1/at/3,5,7", params={**asked, "direction": "backward"}).json()
    assert back["value"] == edited.gradients(loss(3)).explain("conv1", (3, 5, 7)).value
    weight = client.get(f"{CAT}/nodes/conv1/params/weight/at/3,0,1,1", params=asked).json()
    assert weight["value"] == float(edited.gradients(loss(3)).by_param["conv1"]["weight"][AT])
    assert client.get(f"{CAT}/gradients/summary", params=asked).json()["value"] == loss(3).value(edited)
    seen = client.get(CAT, params={"edit": EDIT}).json()["prediction"]["logits"]
    np.testing.assert_array_equal(np.float32(seen), edited.activations["fc"][0])


def test_the_difference_is_new_less_old(client: httpx.Client, arrays: Arrays, cat: Trace, edited: Trace) -> None:
    got = arrays(f"{CAT}/activations", edit=EDIT, against="shipped")
    for name, a in got.items():
        np.testing.assert_array_equal(a, (edited.activations[name] - cat.activations[name])[0], err_msg=name)
    told = client.get(f"{CAT}/difference", params={"edit": EDIT}).json()
    assert told["edit"] == EDIT
    np.testing.assert_allclose(told["prediction"]["logits"], got["fc"], rtol=1e-6)
    np.testing.assert_allclose(told["prediction"]["probabilities"], got["softmax"], atol=1e-7)
    assert told["ranges"]["network"] > 0
    assert next(n for n in told["nodes"] if n["name"] == "input")["zeros"] == pytest.approx(1 - 1 / 3072)


def test_a_number_is_told_as_it_is_and_as_it_was_shipped(client: httpx.Client, network: Network) -> None:
    told = client.get(f"{CAT}/numbers/conv1.weight@3,0,1,1", params={"edit": EDIT}).json()
    assert (told["value"], told["shipped"]) == (0.5, float(network.params["conv1"]["weight"][AT]))
    assert told["step"] == 10.0 ** np.floor(np.log10(network.params["conv1"]["weight"].std() / 2))


def test_a_check_is_the_engines_and_its_curve_goes_through_the_loss(client: httpx.Client, edited: Trace) -> None:
    asked = {"edit": EDIT, "objective": "loss:3"}
    told = client.get(f"{CAT}/check/conv1.weight@3,0,1,1", params=asked).json()
    truth = engine.check_gradient(edited, loss(3), "conv1.weight", AT)
    names = ("analytic", "numeric", "relative_error", "step", "below", "above", "verdict")
    assert {name: told[name] for name in names} == {name: getattr(truth, name) for name in names}
    curve = told["curve"]
    assert len(curve["values"]) == len(curve["objective"]) == 41
    assert curve["values"][20] == curve["at"][0] == 0.5
    assert curve["at"][1] == pytest.approx(loss(3).value(edited), rel=1e-5)
    (x0, y0), (x1, y1) = curve["tangent"]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(truth.analytic)


def test_a_kink_says_which_node_and_where(client: httpx.Client, cat: Trace) -> None:
    told = client.get(f"{CAT}/check/conv1.weight@1,2,2,2", params={"objective": "loss:3"}).json()
    truth = engine.check_gradient(cat, loss(3), "conv1.weight", (1, 2, 2, 2))
    assert [(k["node"], k["source"], k["at"]) for k in told["kinks"]] == [
        (k.node, k.source, list(k.at[1:])) for k in truth.flips
    ]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_steps_are_the_engines_and_looking_inside_after_them_is_the_same_network(
    client: httpx.Client, arrays: Arrays, network: Network, cat: Trace, optimizer: str
) -> None:
    asked: dict[str, str | float] = {
        "objective": "loss:5",
        "optimizer": optimizer,
        "rate": 0.001,
        "count": 2,
        "of": "conv1.weight@3,0,1,1",
    }
    told = client.get(f"{CAT}/steps", params=asked).json()
    how = Learning(optimizer, 0.001, 3, "loss:5")
    seen = list(moments(network, cat.activations["input"][0], how))
    assert [*told["values"], told["next"]] == [m.value for m in seen]
    assert told["predicted"] == [predicted_change(a, b) for a, b in pairwise(seen)]
    assert told["actual"] == [b.value - a.value for a, b in pairwise(seen)]
    terms = {t["symbol"]: t["value"] for t in told["terms"]}
    assert terms["w"] == float(seen[2].network.params["conv1"]["weight"][AT])
    assert terms["w′"] == float(seen[3].network.params["conv1"]["weight"][AT])
    assert told["filter"]["shape"] == [3, 3, 3]
    np.testing.assert_array_equal(
        np.float32(told["filter"]["after"]), seen[3].network.params["conv1"]["weight"][3].ravel()
    )
    inside = arrays(f"{CAT}/nodes/fc/activations", edit=f"learn={optimizer},0.001,2,loss:5")["fc"]
    np.testing.assert_array_equal(inside, seen[2].gradients.trace.activations["fc"][0])


@pytest.mark.parametrize(
    ("where", "status", "code", "detail"),
    [
        ("?edit=conv1", 422, "bad_value", "Edit 1 of 1: An edit is written conv1.weight@3,0,1,1=0.5"),
        ("?edit=fc.bias@1=nan", 422, "bad_value", "Edit 1 of 1: A number is set to a finite decimal"),
        ("?edit=fc.bias@10=1", 404, "index_outside", "fc.bias has shape (10,); (10,) is no cell of it."),
        ("?edit=planted@1=1", 404, "unknown_name", "There is nothing of that name. Known are: "),
        ("?edit=relu1@0,0,0=1", 422, "bad_value", "The numbers of relu1 are computed, not given: edit those of input"),
        ("?edit=off=relu1@0", 422, "bad_attribute", "relu1 (relu) has no weights that could be zero"),
        ("?edit=" + "x" * 8001, 422, "bad_value", "edit: String should have at most 8000 characters."),
        (
            "?edit=" + ";".join(f"fc.weight@0,{k}=1" for k in range(65)),
            422,
            "list_too_long",
            "one address may name 64.",
        ),
        ("?edit=learn=sgd,0.1,201,loss:3", 422, "too_many_steps", "One answer takes at most 200 training steps"),
        ("/steps?objective=loss:3&count=201", 422, "too_many_steps", "One answer takes at most 200 training steps"),
        ("/steps?objective=loss:3&rate=nan", 422, "bad_attribute", "A learning rate lies above 0 and is at most 1000"),
        ("/steps?objective=loss:3&optimizer=x", 404, "unknown_name", "Known are: sgd"),
        ("/check/conv1.weight?objective=loss:3", 422, "bad_value", "An address is a name, @ and the indices of a cell"),
        ("/check/conv1.weight@0?objective=loss:3", 404, "index_outside", "conv1.weight has shape (10, 3, 3, 3); (0,)"),
        ("/check/input@0,0,0?objective=loss:10", 422, "bad_shape", "the network has classes 0 to 9."),
        ("/numbers/conv1.weigth@0,0,0,0", 404, "unknown_name", "Known are: weight"),
        ("/activations?against=x", 422, "bad_value", "against: Input should be 'shipped'."),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(
    client: httpx.Client, where: str, status: int, code: str, detail: str
) -> None:
    answer = client.get(CAT + quote(where, safe="/?=&@,;.%"))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert detail in body["detail"]
    assert "planted" not in answer.text


def test_equal_edits_share_one_computation(client: httpx.Client) -> None:
    one, other = (
        client.get(CAT, params={"edit": e}).content for e in ("off=conv1@1;fc.bias@1=.50", "fc.bias@1=5e-1;off=conv1@1")
    )
    assert one == other


def test_a_batch_is_its_pictures_and_their_shares_add_up(client: httpx.Client, network: Network) -> None:
    images, labels = ("cat-drawn", "dog-drawn", "ship-drawn"), (3, 5, 8)
    asked = {"objective": "loss:3,5,8", "of": "conv1.weight@3,0,1,1", "edit": "off=conv2@4"}
    told = client.get(f"/api/batches/example-cnn/{','.join(images)}", params=asked).json()
    assert [(e["image"], e["label"]) for e in told["examples"]] == list(zip(images, labels, strict=True))
    for example in told["examples"]:
        path, what = f"/api/traces/example-cnn/{example['image']}", f"loss:{example['label']}"
        one = {"objective": what, "edit": "off=conv2@4"}
        alone = client.get(f"{path}/nodes/conv1/params/weight/at/3,0,1,1", params=one).json()
        assert example["share"] == pytest.approx(alone["value"] / 3, rel=1e-3, abs=1e-6)
        assert example["loss"] == pytest.approx(-np.log(example["probability"]), rel=1e-4)
    assert sum(e["loss"] for e in told["examples"]) / 3 == pytest.approx(told["value"], rel=1e-6)
    assert sum(e["share"] for e in told["examples"]) == pytest.approx(told["gradient"], rel=1e-4)
    refused = client.get(f"/api/batches/example-cnn/{','.join(images)}?objective=loss:3,5")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_shape")
    assert "2 labels" in refused.json()["detail"]


def test_a_what_if_counts_the_memory_that_its_network_works_in() -> None:
    services = Services(Settings(), Library())
    model, picture = services.model("example-cnn"), services.picture("cat-drawn")
    shipped = services.seen(model, picture).size
    before = services.results.memory.size
    what_if.seen(services, model, picture, what_if.parsed_edits(services, model, "fc.bias@1=0.5"))
    assert services.results.memory.size - before > 2 * shipped
