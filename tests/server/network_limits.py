"""The rows of the limits table that are about networks: each holds exactly."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from convoscope.engine.errors import ModelTooLarge
from convoscope.server.brought import Brought
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.store import Results
from tests.live import LiveServer
from tests.server.network_files import opened, small

SMALL = {"network_bytes": 3_000}
PICKLE = b"\x80\x02"  # refused without being read, so that nothing but its size matters


def network_bytes(client: httpx.Client, live: LiveServer) -> None:
    limit = SMALL["network_bytes"]
    for length, code in ((limit - 1, "network_format"), (limit, "network_format"), (limit + 1, "network_too_large")):
        said = client.put("/api/networks", content=PICKLE + bytes(length - len(PICKLE))).json()
        assert said["code"] == code
    assert (said["status"], said["limit"], said["value"]) == (413, limit, limit + 1)


def inside(name: str, exact: int) -> None:
    """A file of which the row measures `exact` passes at the limit and is refused one below."""
    with tempfile.TemporaryDirectory() as folder:
        for limit in (exact + 1, exact):
            opened(Path(folder), small(), **{name: limit})
        with pytest.raises(ModelTooLarge) as caught:
            opened(Path(folder), small(), **{name: exact - 1})
        assert (caught.value.limit, caught.value.value) == (exact - 1, exact)


def network_nodes(client: httpx.Client, live: LiveServer) -> None:
    inside("network_nodes", 5)


def network_parameters(client: httpx.Client, live: LiveServer) -> None:
    inside("network_parameters", 5 * 3 * 3 * 3 + 4 * 5)


def network_activations(client: httpx.Client, live: LiveServer) -> None:
    inside("network_activations", 4 * (3 * 64 + 5 * 64 + 5 * 64 + 5 + 5 + 4))


def network_macs(client: httpx.Client, live: LiveServer) -> None:
    inside("network_macs", 5 * 64 * 27 + 4 * 5)


@cache
def confined() -> dict[str, Any]:
    """What the system holds a reader to."""
    code = (
        "import json, resource; from convoscope.server.limits import Limits\n"
        "from convoscope.server import models_child\n"
        "models_child.confine(Limits(network_seconds=7, network_memory=9_000_000_000).model_dump())\n"
        "print(json.dumps({k: resource.getrlimit(getattr(resource, k)) for k in ('RLIMIT_CPU', 'RLIMIT_AS')}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def network_seconds(client: httpx.Client, live: LiveServer) -> None:
    assert confined()["RLIMIT_CPU"] == [7, 8]


def network_memory(client: httpx.Client, live: LiveServer) -> None:
    assert confined()["RLIMIT_AS"] == [9_000_000_000, 9_000_000_000]


def networks_at_once(client: httpx.Client, live: LiveServer) -> None:
    assert Brought(Limits(networks_at_once=3), Results(1)).at_once.total_tokens == 3


def networks_memory(client: httpx.Client, live: LiveServer) -> None:
    kept = Brought(Limits(networks_memory=10), Results(1))
    for size in (9, 10):
        kept.keep(SimpleNamespace(content=f"of {size}", size=size))  # type: ignore[arg-type]
    assert (kept.models.get("of 9"), kept.models.get("of 10") is None) == (None, False)
    with pytest.raises(Problem, match=r"weights take 11 bytes; 10 are kept") as caught:
        kept.keep(SimpleNamespace(content="of 11", size=11))  # type: ignore[arg-type]
    assert (caught.value.limit, caught.value.value) == (10, 11)


ROWS: dict[str, Callable[[httpx.Client, LiveServer], None]] = {
    f.__name__: f
    for f in (
        network_bytes,
        network_nodes,
        network_parameters,
        network_activations,
        network_macs,
        network_seconds,
        network_memory,
        networks_at_once,
        networks_memory,
    )
}
