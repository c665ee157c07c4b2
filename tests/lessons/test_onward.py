"""Links from a figure open its own numbers: in the sandbox every output, on the stage the cell that is named."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest

from convoscope.server.library import Library
from tests.lessons.conftest import BEATS, grid, items

LIBRARY = Library()


def query(href: str) -> dict[str, str]:
    """What an address says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


def hrefs(board: dict[str, Any], start: str) -> list[str]:
    """The links of a figure that begin so."""
    return [href for item in items(board, "links") for href, _ in item["entries"] if href.startswith(start)]


def in_sandbox(board: dict[str, Any]) -> dict[str, Any]:
    """What the first link to the sandbox sets."""
    found: dict[str, Any] = json.loads(query(hrefs(board, "/sandbox?values=")[0])["values"])
    return found


@pytest.mark.parametrize(
    ("slug", "beat", "values", "out"),
    [
        ("stride", "play", {"stride": 3, "side": 11, "t": 4}, "output"),
        ("padding", "zeros", {"p": 1, "s": 2, "t": 5}, "output"),
        ("one-line", "point", {"n": 1, "f": 1, "r": 2, "c": 3}, "out"),
        ("weights", "again", {"x": [[2, -1, 3]]}, "h"),
    ],
)
def test_a_small_convolution_opens_in_the_sandbox_with_the_same_output_at_the_same_window(
    board: Any, client: httpx.Client, slug: str, beat: str, values: dict[str, Any], out: str
) -> None:
    figure = board(slug, beat, **values)
    given = in_sandbox(figure)
    assert f"Window {given['t'] + 1} of " in board("sandbox", "run", **given)["say"]
    whole = client.get("/api/sandbox/run.json", params={"values": json.dumps(given)}).json()
    assert np.array_equal(np.squeeze(whole["output"]), np.squeeze(grid(figure, out)))


def test_a_neurons_chunk_and_weights_open_in_the_sandbox_as_one_window(board: Any) -> None:
    figure = board("volumes", "two", r=9, c=8)
    shown = board("sandbox", "run", **in_sandbox(figure))
    assert "Window 1 of 2: " in shown["say"]
    first = items(shown, "sum")[0]["value"]
    assert first == pytest.approx(items(figure, "sum")[0]["value"], abs=1e-12)


def test_the_strongest_window_of_the_pooled_map_is_the_one_that_the_stage_opens_on(board: Any, client: Any) -> None:
    figure = board("max-pooling", "picture")
    said = query(hrefs(figure, "/?")[0])
    node, at = said["at"].split("@")
    cell = client.get(f"/api/traces/{said['network']}/{said['image']}/nodes/{node}/at/{at}").json()
    pooled = items(figure, "volume")[1]["values"]
    assert float(f"{cell['value']:.4g}") == max(pooled)


@pytest.mark.parametrize(("slug", "beat"), BEATS)
def test_every_link_to_the_stage_names_what_the_network_has(
    board: Any, client: httpx.Client, slug: str, beat: str
) -> None:
    figure = board(slug, beat)
    for href in {*hrefs(figure, "/?"), *filter(None, [figure["stage"]])}:
        said = query(href)
        network = LIBRARY.model(said.get("network", "example-cnn")).network
        for place in filter(None, (said.get("at"),)):
            node, at = place.split("@")
            assert all(int(i) < n for i, n in zip(at.split(","), network.shapes[node][1:], strict=True)), href
        if "weight" in said:
            (node, param), at = said["weight"].split("@")[0].split("."), said["weight"].split("@")[1]
            shape = network.params[node][param].shape
            assert all(int(i) < n for i, n in zip(at.split(","), shape, strict=True)), href
        if "image" in said:
            assert client.get(f"/api/images/{said['image']}/picture").status_code == 200


WORDS_ALONE = {
    *(("mean-subtraction", beat) for beat in ("fails", "works", "backward-code", "square")),
    *(("softmax", beat) for beat in ("code", "thousand", "nan")),
    *(("padding", beat) for beat in ("formula", "predict", "same", "keep", "play", "try")),
    ("sandbox", "run"),
    ("sandbox", "type"),
}
"""Beats whose figure is code, or a formula of sizes: no network's stage has it."""


def test_every_figure_of_numbers_opens_on_the_stage(board: Any) -> None:
    assert {(slug, beat) for slug, beat in BEATS if not board(slug, beat)["stage"]} <= WORDS_ALONE
