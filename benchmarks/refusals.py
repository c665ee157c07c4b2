"""How long a refusal takes, from the request's last byte to the answer: what is over each limit, many times.

    python -m benchmarks.refusals [--times 50]

The limits are small ones, so that what is sent is small, too; of the largest files only the head is sent, since that is
when they are refused. The first network that a server is asked to read is measured by itself.
"""

import argparse
import statistics
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.engine.formats.models import node
from tests.live import live_server
from tests.server.network_files import small, weight, with_metadata
from tests.server.refusals import picture

MOST_MS = 100.0
READY = 8.0
"""Seconds after which a new server has made what it makes beforehand."""
LIMITS = {
    "image_bytes": 100_000,
    "image_pixels": 10_000,
    "image_side": 500,
    "network_bytes": 100_000,
    "network_nodes": 8,
    "network_parameters": 2_000,
    "network_activations": 40_000,
    "network_macs": 30_000,
    "body_bytes": 2_000,
    "list_length": 3,
    "windows": 5,
    "batch": 3,
    "edits": 3,
    "steps": 3,
    "convolve_input": 20,
    "input_side": 39,
}
TRACE = "/api/traces/example-cnn/cat-drawn"


class Request(NamedTuple):
    """What goes over a limit. promised: bytes that are announced and never sent."""

    method: str
    path: str
    body: bytes = b""
    promised: int = 0


def requests() -> dict[str, Request]:
    """What goes over each limit, by its name."""
    deep = [node("Conv", "x w", "c", kernel_shape=[3, 3]), node("Relu", "c", "r0")]
    deep += [node("Relu", f"r{k}", f"r{k + 1}") for k in range(12)]
    wide = [node("GlobalAveragePool", "x", "m"), node("Flatten", "m", "row"), node("Gemm", "row v", "y", transB=1)]
    files = {
        "network_nodes": with_metadata(deep, {"x": ["N", 3, 8, 8]}, {"w": weight(5, 3, 3, 3)}, None),
        "network_parameters": small(classes=1_000),
        "network_activations": with_metadata(wide, {"x": ["N", 3, 64, 64]}, {"v": weight(4, 3)}, None),
        "network_macs": small(side=16),
    }
    found = {name: Request("PUT", "/api/networks", file) for name, file in files.items()}
    found |= {
        "network_bytes": Request("PUT", "/api/networks", promised=2 * LIMITS["network_bytes"]),
        "image_bytes": Request("PUT", "/api/images", promised=2 * LIMITS["image_bytes"]),
        "image_pixels": Request("PUT", "/api/images", picture(200, 200)),
        "image_side": Request("PUT", "/api/images", picture(501, 2)),
        "body_bytes": Request("POST", "/api/convolve", promised=2 * LIMITS["body_bytes"]),
        "convolve_input": Request("POST", "/api/convolve", b'{"input": [[' + b"1," * 20 + b'1]], "kernel": [[1]]}'),
        "list_length": Request("GET", f"{TRACE}/activations?nodes=fc,fc,fc,fc"),
        "windows": Request("GET", f"{TRACE}/nodes/conv1/windows?channel=0&count=6"),
        "batch": Request("GET", f"/api/batches/example-cnn/{','.join(['cat-drawn'] * 4)}?objective=loss:3"),
        "edits": Request("GET", f"{TRACE}?edit=" + ";".join(f"fc.bias@{k}=1" for k in range(4))),
        "steps": Request("GET", f"{TRACE}/steps?objective=loss:3&count=4"),
        "input_side": Request("GET", "/api/networks/example-cnn~size=40x32"),
    }
    return found


def refused(port: int, asked: Request) -> tuple[float, bytes]:
    """Milliseconds until a refusal is here, and what it says."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    length = str(asked.promised or len(asked.body))
    headers = {"Content-Length": length, "Content-Type": "application/json"}
    connection.connect()
    start = time.perf_counter()
    connection.request(asked.method, asked.path, asked.body, headers)
    said = connection.getresponse().read()
    ms = 1000 * (time.perf_counter() - start)
    connection.close()
    return ms, said


def main() -> int:
    """Prints a line for each limit; status 1 where a median is over what was promised, or a refusal names no limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refusals", description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    times, failed = parser.parse_args().times, False
    variables = {f"CONVOSCOPE_LIMITS__{name.upper()}": str(value) for name, value in LIMITS.items()}
    with tempfile.TemporaryDirectory() as folder, live_server(Path(folder), **variables) as live:
        port = urlsplit(live.url).port or 0
        time.sleep(READY)
        for name, asked in requests().items():
            found = [refused(port, asked) for _ in range(times)]
            ms = [each for each, _ in found]
            limit = f'"limit":{LIMITS[name]}'.encode()
            named = all(limit in said for _, said in found)
            failed |= statistics.median(ms) > MOST_MS or not named
            p99 = statistics.quantiles(ms, n=100)[-1]
            print(f"{name:20} first {ms[0]:6.1f}  p50 {statistics.median(ms):6.1f}  p99 {p99:6.1f} ms  {named}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
