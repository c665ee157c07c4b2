"""The rows of the limits table that are about the sandbox: each holds exactly."""

from collections.abc import Callable

import httpx

from tests.live import LiveServer
from tests.server.refusals import refused

SMALL = {"convolve_input": 20, "convolve_kernel": 5, "convolve_products": 36, "convolve_frames": 4}


def convolved(client: httpx.Client, name: str, cells: int, taps: int, value: int, path: str = "") -> None:
    """One row of cells under one row of taps passes exactly when `value` is within the limit."""
    body: dict[str, object] = {"input": [[1.0] * cells], "kernel": [[1.0] * taps]}
    if path:
        body["colours"] = {
            "scale": ["#0000ff", "#ffffff", "#ff0000"],
            "paper": "#ffffff",
            "sheet": "#ffffff",
            "ink": "#000000",
        }
    answer = client.post(f"/api/convolve{path}", json=body)
    if value <= SMALL[name]:
        assert answer.status_code == 200, answer.text
    else:
        refused(answer, 422, "convolve_too_large", SMALL[name], value)


def convolve_input(client: httpx.Client, small: LiveServer) -> None:
    for cells in (19, 20, 21):
        convolved(client, "convolve_input", cells, 1, cells)


def convolve_kernel(client: httpx.Client, small: LiveServer) -> None:
    for taps in (4, 5, 6):
        convolved(client, "convolve_kernel", 6, taps, taps)


def convolve_products(client: httpx.Client, small: LiveServer) -> None:
    for cells, taps in ((11, 5), (19, 2), (20, 2)):  # 35, 36 and 38 products
        convolved(client, "convolve_products", cells, taps, (cells - taps + 1) * taps)


def convolve_frames(client: httpx.Client, small: LiveServer) -> None:
    for frames in (3, 4, 5):
        convolved(client, "convolve_frames", frames, 1, frames, "/run.gif")


ROWS: dict[str, Callable[[httpx.Client, LiveServer], None]] = {
    f.__name__: f
    for f in (
        convolve_input,
        convolve_kernel,
        convolve_products,
        convolve_frames,
    )
}
