"""`convoscope.show`: one server in this process, and whatever a person has is shown by it."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest
from PIL import Image

import convoscope
from convoscope.engine import Network, zoo
from convoscope.engine.errors import ConvoscopeError
from convoscope.server.notebook import Shown


@pytest.fixture(scope="module")
def mine() -> Network:
    """The example network with other weights."""
    return zoo.architecture("example-cnn", seed=5)


def trace_of(shown: Shown) -> dict[str, Any]:
    """What the server says of the network and the picture of a link."""
    parts = urlsplit(shown.url)
    asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
    address = f"http://{parts.netloc}/api/traces/{asked['network']}/{asked.get('image', 'cat-drawn')}"
    answer = httpx.get(address, trust_env=False, timeout=30)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_network_and_pixels_are_shown_with_the_engines_numbers(mine: Network) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    shown = convoscope.show(mine, pixels)
    assert mine.preprocessing is not None
    wanted = mine.trace(mine.preprocessing.apply(pixels.transpose(2, 0, 1))).output[0]
    assert trace_of(shown)["prediction"]["probabilities"] == pytest.approx(wanted.tolist(), rel=1e-5)


def test_the_server_is_started_once_and_keeps_what_it_was_given(mine: Network, tmp_path: Path) -> None:
    first = convoscope.show(mine, "cat-drawn")
    mine.to_onnx(tmp_path / "model.onnx")
    Image.new("L", (40, 30), 200).save(tmp_path / "grey.png")
    second = convoscope.show(tmp_path / "model.onnx", tmp_path / "grey.png")
    third = convoscope.show((tmp_path / "model.onnx").read_bytes(), (tmp_path / "grey.png").read_bytes())
    assert len({urlsplit(s.url).netloc for s in (first, second, third, convoscope.show())}) == 1
    assert trace_of(first)["image"] == "cat-drawn"
    for shown in (first, second, third):
        assert len(trace_of(shown)["prediction"]["probabilities"]) == 10


def test_a_notebook_shows_the_page_itself_and_a_prompt_the_link() -> None:
    shown = convoscope.show("example-cnn", "ship-drawn")
    assert repr(shown) == f"Convoscope is at {shown.url}"
    assert shown.url.endswith("/?network=example-cnn&image=ship-drawn")
    assert f'<iframe src="{shown.url.replace("&", "&amp;")}"' in shown._repr_html_()
    policy = httpx.get(shown.url, trust_env=False).headers["content-security-policy"]
    assert "frame-ancestors http://localhost:* http://127.0.0.1:* vscode-webview:" in policy


@pytest.mark.parametrize(
    ("model", "image", "says"),
    [
        (3, None, "A int is no network; give a Network, the name of one of the zoo, an ONNX file's path or bytes, or"),
        ("nowhere.onnx", None, r"nowhere\.onnx cannot be read: No such file or directory\."),
        (b"GIF89a", None, r"This is a picture\. Export the network as ONNX"),
        (None, 3.5, "A float is no picture; give the name of a shipped one"),
        (None, np.zeros((4, 4)), r"The pixels are float64; they must be uint8, 0 to 255\."),
        (None, np.zeros((4, 5, 6), np.uint8), r"The pixels have shape \(4, 5, 6\); a picture has \(H, W\)"),
        (None, b"no picture", "These bytes are no picture in a format that is read here"),
    ],
)
def test_what_cannot_be_shown_is_said(model: Any, image: Any, says: str) -> None:
    with pytest.raises(ConvoscopeError, match=says):
        convoscope.show(model, image)
