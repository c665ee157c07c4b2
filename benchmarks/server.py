"""What the server costs: time and processor time a request, from the first byte after the start to a new picture.

    python -m benchmarks.server

Wall times are medians, of a client on the same machine; processor time is the server process's own, by /proc.
"""

import http.client
import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

COMMAND = (sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0")
BUDGETS = Path(__file__).with_name("budgets.toml")
CAT = "/api/traces/example-cnn/cat-photo"
TIMES = 300
UPLOADS = 30


class Cost(NamedTuple):
    """ms: median wall time. cpu: server's processor time in ms. size: bytes of the answer."""

    ms: float
    cpu: float
    size: int


class Live:
    """A running server and one connection to it."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        place = urlsplit(url)
        self.process = process
        self.connection = http.client.HTTPConnection(str(place.hostname), place.port)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> bytes:
        """The body of the answer."""
        self.connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = self.connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 201, 304), said
        self.tag = answer.headers.get("etag", "")
        return said

    def cpu(self) -> float:
        """Processor time of the process so far, in ms."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def cost(self, what: Callable[[int], bytes], times: int = TIMES) -> Cost:
        """Of doing it so many times."""
        what(0)
        walls, begun, said = [], self.cpu(), b""
        for k in range(1, times + 1):
            start = time.perf_counter()
            said = what(k)
            walls.append(1000 * (time.perf_counter() - start))
        return Cost(statistics.median(walls), (self.cpu() - begun) / times, len(said))


@contextmanager
def live() -> Iterator[tuple[Live, float]]:
    """A server that has just started, and the seconds to its first byte."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as data:
        kept = os.environ | {"CONVOSCOPE_DATA": data}
        process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, env=kept)
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert found
        server = Live(process, found[0])
        server.ask("/api/limits")
        seconds = time.perf_counter() - start
        try:
            yield server, seconds
        finally:
            server.connection.close()
            process.terminate()
            process.communicate()


def picture(seed: int) -> bytes:
    """A photograph-sized JPEG that was not seen before."""
    pixels = np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize((640, 480)).save(out, "JPEG", quality=85)
    return out.getvalue()


def first_view(server: Live) -> int:
    """Bytes of the page, all that it links, and the answers that the first picture needs."""
    page = server.ask("/", Accept_Encoding="identity").decode()
    paths = {"/", *re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    asked = ("/api/networks/example-cnn", "/api/images", CAT, f"{CAT}/activations?dtype=float16")
    return sum(len(server.ask(path, Accept_Encoding="gzip")) for path in (*paths, *asked))


def main() -> int:
    """Prints the figures; 1 where a budget is missed."""
    with live() as (server, seconds):
        print(f"{'start to first byte':<44} {seconds:8.2f} s")
        print(f"{'first view, as sent':<44} {first_view(server) / 1000:8.1f} kB")
        everything, one = f"{CAT}/activations?dtype=float16", f"{CAT}/nodes/conv1/activations?dtype=float16"
        server.ask(everything)
        tag = server.tag
        pictures = [picture(k) for k in range(UPLOADS + 1)]
        ids: list[str] = []

        def upload(k: int) -> bytes:
            ids.append(re.findall(rb'"id":"(\w+)"', server.ask("/api/images", "PUT", pictures[k]))[0].decode())
            return b""

        rows = {
            "all activations, float16, of a kept trace": server.cost(lambda _: server.ask(everything)),
            "one layer, float16": server.cost(lambda _: server.ask(one)),
            "what the browser has already (304)": server.cost(lambda _: server.ask(everything, If_None_Match=tag)),
            "summary of a kept trace": server.cost(lambda _: server.ask(CAT)),
            "explanation of one number": server.cost(lambda k: server.ask(f"{CAT}/nodes/conv2/at/3,5,{k % 32}")),
            "64 windows": server.cost(lambda k: server.ask(f"{CAT}/nodes/conv2/windows?channel={k % 10}"), 50),
            "gradients of a new objective": server.cost(
                lambda k: server.ask(f"{CAT}/gradients?dtype=float16&objective=unit:conv6@{k % 10},{k // 10 % 8},0"), 80
            ),
            "upload of a 640×480 JPEG (decoded in a child)": server.cost(upload, UPLOADS),
            "trace of a new picture, summary": server.cost(
                lambda k: server.ask(f"/api/traces/example-cnn/{ids[k]}"), UPLOADS
            ),
            "its activations, float16": server.cost(
                lambda k: server.ask(f"/api/traces/example-cnn/{ids[k]}/activations?dtype=float16"), UPLOADS
            ),
        }
    print(f"{'':<44} {'wall ms':>8} {'CPU ms':>8} {'kB':>8}")
    for name, cost in rows.items():
        print(f"{name:<44} {cost.ms:8.2f} {cost.cpu:8.2f} {cost.size / 1000:8.1f}")
    return within(
        {
            "layer_cpu_ms": rows["one layer, float16"].cpu - rows["what the browser has already (304)"].cpu,
            "trace_cpu_ms": rows["trace of a new picture, summary"].cpu,
        }
    )


def within(found: dict[str, float]) -> int:
    """Prints the figures that have a budget; 1 where one is missed."""
    budgets: dict[str, float] = tomllib.loads(BUDGETS.read_text())["server"]
    for name, most in budgets.items():
        print(f"{name:<44} {found[name]:8.2f} (≤ {most:g}{' !' if found[name] > most else ''})")
    return int(any(found[name] > most for name, most in budgets.items()))


if __name__ == "__main__":
    sys.exit(main())
