"""Faces of volumes on the wire: a screen's worth of numbers, each the engine's."""

import json

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from convoscope.engine import Trace, liveliest
from tests.server.conftest import CAT, NET


def test_faces_are_those_of_the_activations_with_one_channel_for_a_group(client: httpx.Client, cat: Trace) -> None:
    answer = client.get(f"{CAT}/faces.json?nodes=conv1,relu1,fc&side=64").json()
    arrays, channels = answer["arrays"], json.loads(answer["metadata"]["channels"])
    groups = {node["name"]: node["range_group"] for node in client.get(NET).json()["nodes"]}
    members = [cat.activations[name][0] for name, group in groups.items() if group == groups["conv1"]]
    assert channels == {"conv1": liveliest(members), "relu1": liveliest(members), "fc": 0}
    front = cat.activations["relu1"][0, liveliest(members)]
    np.testing.assert_allclose(np.reshape(arrays["front relu1"]["values"], (32, 32)), front, rtol=1e-4, atol=1e-4)
    assert arrays["front fc"]["shape"] == [10]
    assert "lid fc" not in arrays


def test_no_axis_is_longer_than_was_asked_for_and_maps_come_on_request(client: httpx.Client) -> None:
    found = load(client.get(f"{CAT}/faces.safetensors?nodes=conv1,fc&side=8&maps=4&dtype=float16").content)
    assert {name: a.shape for name, a in found.items()} == {
        "front fc": (10,),
        "front conv1": (8, 8),
        "lid conv1": (5, 8),
        "side conv1": (8, 5),
        "maps conv1": (4, 8, 8),
    }


def test_gradients_have_faces_in_the_same_channel(client: httpx.Client) -> None:
    whole = load(client.get(f"{CAT}/gradients.safetensors?objective=loss:3&nodes=conv2").content)["conv2"]
    answer = client.get(f"{CAT}/faces.json?nodes=conv2&objective=loss:3").json()
    channel = json.loads(answer["metadata"]["channels"])["conv2"]
    assert client.get(f"{CAT}/faces.json?nodes=conv2").json()["metadata"] == answer["metadata"]
    np.testing.assert_array_equal(np.ravel(answer["arrays"]["front conv2"]["values"]), whole[channel].ravel())


@pytest.mark.parametrize("asked", ["side=0", "side=4000", "maps=65", "objective=what"])
def test_what_no_screen_has_is_refused(client: httpx.Client, asked: str) -> None:
    answer = client.get(f"{CAT}/faces?nodes=conv1&{asked}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_value"
