"""The way back by keys: through a LeNet-5 and a residual network to the picture, and in one window in both readings."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convoscope.engine import Network, load_onnx, zoo
from convoscope.engine.objective import parse_objective
from tests.browser.visit import lens, number, opened, units
from tests.engine.formats.models import node
from tests.server.network_files import weight, with_metadata

NORMS = re.compile(r"‖∂L/∂x‖ is ([^ ]+(?: × 10[^ ]+)?) at (\S+) and ([^ ]+(?: × 10[^ ]+)?) at (\w+)\.")


def residual() -> bytes:
    """conv, relu, and a conv beside a way past it: what comes back through both adds up."""
    nodes = [
        node("Conv", "x a", "first", kernel_shape=[3, 3], pads=[1] * 4),
        node("Relu", "first", "stem"),
        node("Conv", "stem b", "branch", kernel_shape=[3, 3], pads=[1] * 4),
        node("Add", "branch stem", "sum"),
        node("GlobalAveragePool", "sum", "mean"),
        node("Flatten", "mean", "row"),
        node("Gemm", "row v", "logits", transB=1),
    ]
    weights = {"a": weight(4, 3, 3, 3), "b": weight(4, 4, 3, 3), "v": weight(3, 4)}
    return with_metadata(nodes, {"x": ["N", 3, 8, 8]}, weights, None)


def stepped_back(page: Page, layers: list[str]) -> list[str]:
    """What the timeline says, step by step, from the loss to the picture."""
    slider, said = page.get_by_role("slider"), []
    page.keyboard.press("ArrowRight")
    expect(page.locator("#stage")).to_have_attribute("data-objective", re.compile("loss|unit"))
    for _ in layers:
        page.keyboard.press("ArrowRight")
        said.append(str(slider.get_attribute("aria-valuetext")))
    return said


def test_lenet_and_a_residual_network_are_stepped_back_to_the_picture_by_keys(browser_page: Page) -> None:
    page = browser_page
    file = residual()
    own = page.request.put("/api/networks?title=residual.onnx", data=file).json()["id"]
    tours = (("lenet5", zoo.load("lenet5"), ""), (own, load_onnx(file), "&at=stem@1,2,3"))
    for network, truth, at in tours:
        layers = [n.name for n in truth.nodes]
        opened(page, f"/?network={network}{at}&t={len(layers)}")
        wanted = [*(f"back to {name}" for name in reversed(layers[1:])), "the whole pass, forward and backward"]
        assert stepped_back(page, layers) == wanted
        expect(page.locator(".health .spoken")).to_contain_text("‖∂L/∂x‖ is")
        told_norms(page, network, truth)
    told = lens(page, "∂stem@1,2,3")
    assert set(told.parts) >= {"through branch", "through sum"}
    assert sum(units(part) for part in told.parts.values()) == units(told.total.partition(" × ")[0])


def told_norms(page: Page, address: str, network: Network) -> None:
    """What is said of the sizes of gradients is what the engine finds on the same picture."""
    said = NORMS.search(page.locator(".health .spoken").inner_text())
    assert said
    objective = parse_objective(str(page.locator("#stage").get_attribute("data-objective")))
    (given,) = network.inputs
    seen = page.request.get(f"/api/traces/{address}/cat-photo/nodes/{given.name}/activations.json").json()
    x = np.asarray(seen["arrays"][given.name]["values"], np.float32).reshape([n or 1 for n in given.shape])
    found = network.trace(x).gradients(objective).by_activation
    for text, name in (said.group(1, 2), said.group(3, 4)):
        assert number(text) == pytest.approx(float(np.linalg.norm(found[name])), rel=0.06)


def test_one_window_is_read_both_ways_and_the_picture_says_why(browser_page: Page) -> None:
    page = opened(browser_page, "/?view=window&at=conv4@5,6,4&objective=loss:3&show=gradient")
    scene = page.locator("#scene")
    expect(scene).to_contain_text("given from the right")
    page.keyboard.press("g")
    expect(scene).to_contain_text("so far: 1,381 of 2,560 outputs have given")
    page.keyboard.press("ArrowRight")
    expect(scene).to_contain_text("so far: 1,382 of 2,560 outputs have given")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "backward, in conv4")
    lens(page, "∂conv4@5,6,5")
    expect(page).to_have_url(re.compile("reading=scatter"))
    page.keyboard.press("ArrowDown")  # to single products: the lens tells what the picture does
    page.keyboard.press("ArrowRight")
    expect(page.locator("#lens .landed")).to_contain_text("It lands on ∂relu3@0,5,5: ")
    expect(page.locator("#lens .terms .now")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="|∂L/∂x|").click()
    expect(page.locator(".why figure")).to_contain_text("of the loss for cat")
    expect(page).to_have_url(re.compile("why=saliency"))
