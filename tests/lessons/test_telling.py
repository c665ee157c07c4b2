"""Lesson 13 is told on the stage: each beat's words are of the picture there, and its address is where they are."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convoscope.engine import zoo
from convoscope.server import lessons
from tests.browser.visit import opened


def told(client: httpx.Client, slug: str, **values: str) -> list[dict[str, Any]]:
    """The beats that the stage tells."""
    answer = client.get(f"/api/lessons/{slug}", params={"values": json.dumps(values)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["beats"]
    return found


def test_every_beat_is_told_of_the_picture_that_is_on_the_stage(client: httpx.Client) -> None:
    beats = told(client, "example-cnn", image="frog-drawn", label="dog")
    names = ["network", "picture", "block1", "block2", "block3", "decision", "loss", "backward", "weights", "play"]
    assert [beat["name"] for beat in beats] == names
    page = [beat.name for beat in lessons.lesson("example-cnn").beats]
    assert [page[beat["number"] - 1] for beat in beats] == names
    where = {beat["name"]: parse_qs(urlsplit(beat["stage"]).query) for beat in beats}
    assert {(q["network"][0], q["image"][0]) for q in where.values()} == {("example-cnn", "frog-drawn")}
    assert [q["lesson"][0] for q in where.values()] == [f"example-cnn/{name}" for name in names]
    layers = [node.name for node in zoo.load("example-cnn").nodes]
    for k in (1, 2, 3):
        assert layers[int(where[f"block{k}"]["t"][0]) - 1] == f"pool{k}"
    said = {beat["name"]: beat["say"] for beat in beats}
    trace = client.get("/api/traces/example-cnn/frog-drawn").json()["prediction"]["top"][0]
    assert said["decision"] == f"It says {trace['label']}, {trace['probability']:.3f}."
    arrays = client.get("/api/traces/example-cnn/frog-drawn/nodes/relu1/activations.json").json()["arrays"]
    zeros = np.mean(np.equal(arrays["relu1"]["values"], 0))
    assert f"ReLU set {100 * zeros:.0f} % of relu1 to zero." in said["block1"]
    loss = client.get("/api/traces/example-cnn/frog-drawn/gradients/summary", params={"objective": "loss:5"}).json()
    assert said["loss"] == f"The loss against dog is {loss['value']:.4f}."


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/api/lessons/example-dnn", 404, "There is no such lesson. Known are: a-weight-somewhere, "),
        ("/api/lessons/example-cnn?values=3", 422, 'values must be a JSON object, such as {"w": 0.5}.'),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(client: httpx.Client, address: str, status: int, said: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def test_the_whole_pass_is_told_on_the_stage_beat_by_beat_by_keys(browser_page: Page) -> None:
    page = opened(browser_page, "/?lesson=example-cnn/network")
    bar, stage = page.locator(".telling"), page.locator("#stage")
    expect(bar.get_by_role("heading")).to_have_text("CONV ReLU CONV ReLU POOL, three times")
    seen = []
    for title in ("Your picture goes in", "Block 1", "Block 2", "Block 3", "The decision", "The loss, and p − t"):
        page.keyboard.press("PageDown")
        expect(bar.get_by_role("heading")).to_have_text(title)
        seen.append(page.get_by_role("slider").get_attribute("aria-valuenow"))
    assert [float(str(t)) for t in seen[:4]] == [0, 5, 10, 15]
    expect(stage).to_have_attribute("data-objective", "loss:3")
    page.keyboard.press("PageDown")
    expect(bar.get_by_role("heading")).to_have_text("Back to the picture")
    expect(stage).to_have_attribute("data-view", "maps")
    page.keyboard.press("PageUp")
    expect(bar).to_contain_text("The loss against cat is 1.0886.")
    page.locator("#shelf").get_by_role("radio", name="Frog", exact=False).first.check(force=True)
    expect(bar).not_to_contain_text("1.0886")
    bar.get_by_role("button", name="Stop telling").click()
    expect(bar).to_be_hidden()
