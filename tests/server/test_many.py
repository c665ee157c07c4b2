"""Many at once, many in a row, and people who leave in the middle: nothing mixes and nothing is left behind."""

import io
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from convoscope.engine import Network, logit
from tests.live import LiveServer
from tests.server.conftest import CAT, as_input

PICTURES = 12
LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")


def picture(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (40, 36, 3), np.uint8))


def test_pictures_of_many_people_do_not_mix(client: httpx.Client, network: Network) -> None:
    """Each gets the activations and the gradients of the own picture, computed at the same time as all the others."""

    def visit(seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        out = io.BytesIO()
        picture(seed).save(out, "PNG")
        told = client.put("/api/images", content=out.getvalue()).json()["id"]
        base = f"/api/traces/example-cnn/{told}"
        seen = load(client.get(f"{base}/activations").content)
        return seen, load(client.get(f"{base}/gradients?objective=logit:{seed % 10}").content)

    with ThreadPoolExecutor(PICTURES) as pool:
        visits = list(pool.map(visit, range(PICTURES)))
    for seed, (activations, gradients) in enumerate(visits):
        truth = network.trace(as_input(picture(seed), network))
        slopes = truth.gradients(logit(seed % 10)).by_activation
        for name, a in truth.activations.items():
            np.testing.assert_array_equal(activations[name], a[0], err_msg=f"{seed} {name}")
            np.testing.assert_array_equal(gradients[name], slopes[name][0], err_msg=f"{seed} {name}")


@LINUX
def test_many_requests_leave_no_file_open(client: httpx.Client, server: LiveServer) -> None:
    def rounds(count: int) -> None:
        for k in range(count):
            client.get(CAT)
            client.get(f"{CAT}/nodes/conv1/at/0,0,{k % 32}")
            client.get("/static/main.js")
            client.put("/api/images", content=b"no picture")

    rounds(3)
    before = open_files(server)
    rounds(60)
    assert open_files(server) <= before


@LINUX
def test_who_leaves_in_the_middle_of_an_upload_is_no_bug(client: httpx.Client, server: LiveServer) -> None:
    address = urlsplit(server.url)
    before = open_files(server)
    for sent in (0, 1, 5000):
        with socket.create_connection((address.hostname, address.port), 10) as connection:
            connection.sendall(
                b"PUT /api/images HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n" + bytes(sent)
            )
    assert client.get("/api/limits").status_code == 200
    assert "Traceback" not in server.said()
    assert open_files(server) <= before + 3  # the last ones may be about to close


@LINUX
def test_who_leaves_before_the_answer_is_no_bug(client: httpx.Client, server: LiveServer) -> None:
    address = urlsplit(server.url)
    for _ in range(5):
        with socket.create_connection((address.hostname, address.port), 10) as connection:
            connection.sendall(f"GET {CAT}/activations HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert client.get("/api/limits").status_code == 200
    assert "Traceback" not in server.said()


def open_files(server: LiveServer) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
