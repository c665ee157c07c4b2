"""The process that reads one network file, under limits of time and memory, in an otherwise empty folder.

It reads the file `given`, leaves our own safetensors file `network` beside it, and prints a line of JSON: either
`refused`, or the report on what was changed on the way. No pickle and no code of the file is ever run.
"""

import json
import mmap
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convoscope import engine
from convoscope.engine import Network, OnnxLimits, from_json, load_onnx, load_safetensors

GIVEN, READ = "given", "network"
WIDENED = 4
"""What is written may be larger than the file by so much: weights of 8 bits become ones of 32."""


def serve(limits: Mapping[str, int]) -> None:
    """Reads the files of folders that standard input names, each in a process of its own where there can be one."""
    for line in sys.stdin:
        folder = json.loads(line)
        if not hasattr(os, "fork"):
            main(limits, folder)
            return
        reader = os.fork()
        if reader == 0:
            main(limits, folder)
            os._exit(0)
        _, status = os.waitpid(reader, 0)
        if status != 0:
            say({"ended": os.WTERMSIG(status)})


def say(what: Mapping[str, Any]) -> None:
    """One line on standard output. Where the server is gone, so is this process."""
    try:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


def main(limits: Mapping[str, int], folder: str) -> None:
    """Reads the file in the folder and says how it went. What is raised here besides is a bug, and ends the process."""
    try:
        os.chdir(folder)
    except FileNotFoundError:
        os._exit(1)  # the server that asked was killed, and another one has removed what it left
    confine(limits)
    try:
        network = read(Path(GIVEN), onnx_limits(limits))
        said: dict[str, Any] = {"report": report(network)}
        Path(READ).write_bytes(network.save())
    except engine.errors.ConvoscopeError as e:
        said = {"refused": [e.code, str(e), getattr(e, "limit", None), getattr(e, "value", None)]}
    except MemoryError:
        said = {"refused": ["network_memory", "", None, None]}
    except OSError:
        said = {"refused": ["store_full", "There is no room on the disk to read the network.", None, None]}
    say(said)


def confine(limits: Mapping[str, int]) -> None:
    """Bounds what this process can take: time, memory, files."""
    try:
        import resource
    except ImportError:
        return  # no such system; the server's patience still ends
    seconds, memory, file = limits["network_seconds"], limits["network_memory"], WIDENED * limits["network_bytes"]
    for what, most in (
        (resource.RLIMIT_CPU, (seconds, seconds + 1)),
        (resource.RLIMIT_AS, (memory, memory)),
        (resource.RLIMIT_FSIZE, (file, file)),
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        with suppress(ValueError, OSError):  # a stricter one is in force already, or the system has none
            resource.setrlimit(what, most)


def onnx_limits(limits: Mapping[str, int]) -> OnnxLimits:
    """The rows of the table that are about the inside of a network file."""
    return OnnxLimits(
        file_bytes=limits["network_bytes"],
        nodes=limits["network_nodes"],
        tensors=2 * limits["network_nodes"],
        parameters=limits["network_parameters"],
        tensor_bytes=limits["network_bytes"],
        activation_bytes=limits["network_activations"],
        macs=limits["network_macs"],
    )


def read(file: Path, limits: OnnxLimits) -> Network:
    """The network in a file of any of the three formats, told apart by the first bytes. Raises ConvoscopeError."""
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data[:9]
        if start.lstrip()[:1] == b"{":
            return from_json(data[:], limits=limits)
        if start[8:] == b"{":
            return load_safetensors(data[:], limits=limits)
    return load_onnx(file, limits=limits)


def report(network: Network) -> dict[str, Any] | None:
    """What became of the file, as JSON."""
    found = network.report
    if found is None:
        return None
    said = {name: getattr(found, name) for name in ("producer", "opset", "folded", "widened", "notes")}
    lost = {name: [asdict(node) for node in getattr(found, name)] for name in ("unsupported", "beyond")}
    return {**said, **lost, "renamed": dict(found.renamed)}
