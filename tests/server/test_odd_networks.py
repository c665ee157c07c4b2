"""Networks that have gone wrong are shown as they are, and one that takes its time is run once for all who ask."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from convoscope.engine import Network, Trace
from tests.live import LiveServer, live_server
from tests.server.conftest import as_input, photograph
from tests.server.odd_server import QUIET, SIGNALLING, diverged

ODD = Path(__file__).parent / "odd_server.py"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("odd"), (sys.executable, str(ODD))) as live:
        yield live


@pytest.fixture(scope="module")
def client(odd: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=odd.url, timeout=30, trust_env=False, verify=False) as found:
        yield found


@pytest.fixture(scope="module")
def truth(network: Network) -> Trace:
    wrong = diverged(network)
    with np.errstate(all="ignore"):
        return wrong.trace(as_input(photograph("chelsea.png"), wrong))


def test_nan_travels_bit_for_bit(client: httpx.Client) -> None:
    got = load(client.get("/api/networks/diverged/nodes/fc/filters").content)
    assert got["bias"].view(np.uint32)[:2].tolist() == [QUIET, SIGNALLING]


def test_nan_and_infinity_are_words_in_json(client: httpx.Client) -> None:
    sent = client.get("/api/networks/diverged/nodes/fc/filters.json").json()["arrays"]["bias"]["values"]
    assert sent[:2] == ["NaN", "NaN"]
    sent = client.get("/api/networks/diverged/nodes/conv6/filters.json").json()["arrays"]["weight"]["values"]
    assert sent[:90] == ["Infinity"] * 90
    assert all(isinstance(v, float) for v in sent[90:])


def test_activations_that_are_no_numbers_are_those_of_the_engine(client: httpx.Client, truth: Trace) -> None:
    got = load(client.get("/api/traces/diverged/cat-photo/activations").content)
    assert not np.isfinite(got["conv6"]).all()
    for name, a in truth.activations.items():
        np.testing.assert_array_equal(got[name].view(np.uint32), a[0].view(np.uint32), err_msg=name)


def test_the_view_of_a_diverged_trace_says_so(client: httpx.Client) -> None:
    told = client.get("/api/traces/diverged/cat-photo").json()
    nodes = {n["name"]: n for n in told["nodes"]}
    conv6, fc = nodes["conv6"], nodes["fc"]
    assert conv6["not_finite"] == 64
    assert sum(conv6["histogram"]["counts"]) == 640 - 64
    assert fc["min"] == fc["max"] == fc["mean"] == "NaN"
    assert isinstance(told["ranges"]["group"]["conv6"], float)
    assert "NaN" in told["prediction"]["logits"]


def test_an_explanation_of_nan_ends_in_nan(client: httpx.Client) -> None:
    e = client.get("/api/traces/diverged/cat-photo/nodes/fc/at/0").json()
    assert e["value"] == "NaN"
    assert e["steps"][-1]["total"] == "NaN"


def test_float16_says_infinity_beyond_its_end(client: httpx.Client, truth: Trace) -> None:
    got = load(client.get("/api/traces/diverged/cat-photo/activations?dtype=float16&nodes=conv6").content)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(got["conv6"], truth.activations["conv6"][0].astype(np.float16), strict=True)


def test_one_computation_serves_all_who_ask_at_once(client: httpx.Client, odd: LiveServer) -> None:
    paths = ["/api/traces/counted/cat-photo", "/api/traces/counted/cat-photo/activations?nodes=fc"] * 12
    with ThreadPoolExecutor(len(paths)) as pool:
        answers = list(pool.map(client.get, paths))
    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 2
    assert odd.said().count("a trace is computed") == 1
