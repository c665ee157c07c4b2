"""What an output gives back, and the map over the picture, as they travel: the numbers of the engine, and refusals."""

import json

import httpx
import numpy as np
from safetensors.numpy import load

from convoscope.engine import Landing, Scatter, Trace, loss, saliency, scattered
from convoscope.server.viewmodel.backward import scatter_arrays
from tests.server.conftest import CAT


def about(client: httpx.Client, address: str) -> dict[str, object]:
    """The metadata of arrays, parsed."""
    body = client.get(address.replace("?", ".json?")).json()
    found: dict[str, object] = body["metadata"]
    return found


def test_what_an_output_gives_travels_as_the_engine_says_it(client: httpx.Client, cat: Trace) -> None:
    address = f"{CAT}/nodes/conv2/gives?at=3,0,7&objective=loss:3"
    got = load(client.get(address + "&maps=4").content)
    wanted = scattered(cat.gradients(loss(3)), "conv2", (3, 0, 7))
    (landing,) = wanted.landings
    np.testing.assert_array_equal(got["local x0"], landing.local)
    np.testing.assert_allclose(got["sent x0"], landing.sent, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(got["sent weight"], wanted.shares[0].sent, rtol=1e-4, atol=1e-9)
    said = json.loads(str(about(client, address + "&maps=4")["about"]))
    assert (said["index"], said["count"]) == (3 * 32 * 32 + 7, 10 * 32 * 32)
    assert said["sources"][0]["cells"] == [list(range(10)), [-1, 0, 1], [6, 7, 8]]
    channels = said["sources"][0]["channels"]
    heaviest = np.argsort(-np.abs(landing.sent).sum(axis=(1, 2)), kind="stable")[:4]
    assert channels == sorted(heaviest.tolist())
    np.testing.assert_allclose(got["so_far x0"], landing.so_far[channels], rtol=1e-3, atol=1e-6)


def test_the_map_over_the_picture_travels_with_the_end_of_its_colours(client: httpx.Client, cat: Trace) -> None:
    gradients = cat.gradients(loss(3))
    for method in ("saliency", "product"):
        address = f"{CAT}/saliency?objective=loss:3&method={method}"
        wanted = saliency(gradients, "saliency" if method == "saliency" else "product")
        got = load(client.get(address).content)["places"]
        np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-5 * np.abs(wanted).max())
        end = float(str(about(client, address)["range"]))
        assert np.mean(np.abs(got) <= end) >= 0.995


def test_an_input_gives_nothing_and_a_wrong_method_is_named(client: httpx.Client) -> None:
    refused = client.get(f"{CAT}/nodes/input/gives?at=0,0,0&objective=loss:3")
    assert refused.status_code == 422
    assert "input is an input: it read nothing, so it gives nothing back. Name a layer." in refused.json()["detail"]
    assert client.get(f"{CAT}/nodes/conv1/gives?at=0,0,99&objective=loss:3").status_code == 404
    assert client.get(f"{CAT}/saliency?objective=loss:3&method=smooth").status_code == 422


def test_an_output_of_a_concatenation_gives_to_the_one_that_it_was_read_from() -> None:
    first, second = (
        Landing(name, ([c], [0], [1]), np.full((1, 1, 1), one), np.full((1, 1, 1), 2 * one), np.ones((2, 1, 2)))
        for name, c, one in (("a", 3, 0.0), ("b", 1, 1.0))
    )
    arrays, said = scatter_arrays(Scatter("y", (0, 3, 0, 1), 2.0, 7, 8, (first, second), ()), 16, "float32")
    assert [source["channels"] for source in json.loads(said["about"])["sources"]] == [[], [1]]
    assert [np.shape(arrays[f"so_far x{k}"]) for k in (0, 1)] == [(0, 1, 2), (1, 1, 2)]
