"""What the server's tests share: a client, and the truth to compare with, computed without the server."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load

from convoscope.engine import Network, Trace, zoo
from tests.live import LiveServer

NET = "/api/networks/example-cnn"
CAT = "/api/traces/example-cnn/cat-photo"


@pytest.fixture(scope="session")
def client(server: LiveServer) -> Iterator[httpx.Client]:
    """A program that talks to the live server."""
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False, verify=False) as found:
        yield found


@pytest.fixture(scope="session")
def network() -> Network:
    """The example network."""
    return zoo.load("example-cnn")


@cache
def photograph(file: str) -> Image.Image:
    """A photograph of scikit-image, opened by Pillow alone."""
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("scikit-image, the source of the photographs, is not installed")
    return Image.open(Path(spec.submodule_search_locations[0]) / "data" / file).convert("RGB")


@pytest.fixture(scope="session")
def cat(network: Network) -> Trace:
    """The example network's trace on the photograph of the cat: crop, resize and arithmetic written out here."""
    return network.trace(as_input(photograph("chelsea.png"), network))


def as_input(picture: Image.Image, network: Network) -> NDArray[np.float32]:
    """The centre square, 32 by 32, normalised."""
    how = network.preprocessing
    assert how is not None
    side = min(picture.size)
    x, y = (picture.width - side) // 2, (picture.height - side) // 2
    small = picture.crop((x, y, x + side, y + side)).resize((32, 32), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32).transpose(2, 0, 1) / np.float32(255)
    mean, std = (np.array(v, np.float32).reshape(3, 1, 1) for v in (how.mean, how.std))
    return (pixels - mean) / std


@pytest.fixture(scope="session")
def arrays(client: httpx.Client) -> Callable[..., dict[str, NDArray[np.generic]]]:
    """Gets safetensors and opens them with the library of that name."""

    def get(path: str, **query: object) -> dict[str, NDArray[np.generic]]:
        answer = client.get(path, params={k.rstrip("_"): str(v) for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.safetensors"
        return dict(load(answer.content))

    return get
