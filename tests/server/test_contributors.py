"""The cells that the server says weigh most in a number are those that arithmetic written out here finds."""

import httpx
import numpy as np
import pytest

from convoscope.engine import Network, Trace
from tests.server.conftest import CAT


def test_the_heaviest_terms_of_a_convolution_are_those_of_its_window(
    client: httpx.Client, cat: Trace, network: Network
) -> None:
    got = client.get(f"{CAT}/nodes/conv2/at/5,0,23/contributors", params={"count": 7}).json()
    x = np.pad(cat.activations["relu1"][0].astype(np.float64), ((0, 0), (1, 1), (1, 1)))[:, 0:3, 23:26]
    products = x * network.params_of("conv2")["weight"][5]
    heaviest = np.argsort(-np.abs(products).ravel(), kind="stable")[:7]
    cells = [np.unravel_index(int(i), products.shape) for i in heaviest]
    assert (got["node"], got["at"]) == ("conv2", [5, 0, 23])
    assert [c["at"] for c in got["contributors"]] == [[int(c), int(i) - 1, int(j) + 22] for c, i, j in cells]
    assert [c["product"] for c in got["contributors"]] == pytest.approx([products[c] for c in cells])
    assert [c["share"] for c in got["contributors"]] == pytest.approx(
        [abs(products[c]) / np.abs(products).sum() for c in cells]
    )
    assert {c["node"] for c in got["contributors"]} == {"relu1"}


def test_elsewhere_a_cell_weighs_by_the_slope_of_the_number_in_it(client: httpx.Client, cat: Trace) -> None:
    got = client.get(f"{CAT}/nodes/softmax/at/3/contributors", params={"count": 3}).json()["contributors"]
    z, p = (cat.activations[name][0].astype(np.float64) for name in ("fc", "softmax"))
    slopes = p[3] * ((np.arange(len(p)) == 3) - p)
    heaviest = np.argsort(-np.abs(z * slopes))[:3]
    assert [c["at"] for c in got] == [[int(i)] for i in heaviest]
    assert [c["weight"] for c in got] == pytest.approx(slopes[heaviest], rel=1e-4, abs=1e-9)


def test_a_pooled_number_has_its_winner_alone_and_an_input_has_none(client: httpx.Client, cat: Trace) -> None:
    (winner,) = client.get(f"{CAT}/nodes/pool1/at/5,14,12/contributors").json()["contributors"]
    assert (winner["value"], winner["weight"], winner["share"]) == (cat.activations["pool1"][0, 5, 14, 12], 1, 1)
    assert client.get(f"{CAT}/nodes/input/at/0,1,2/contributors").json()["contributors"] == []


def test_a_place_outside_is_refused_by_name(client: httpx.Client) -> None:
    answer = client.get(f"{CAT}/nodes/conv2/at/99,0,0/contributors")
    assert answer.status_code == 404
    assert "conv2" in answer.json()["detail"]
