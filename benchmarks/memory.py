"""The most memory of a process that makes one pass forward and backward with one contender, and nothing else.

    python -m benchmarks.memory W4 ours|torch|ort

All of the process counts: its libraries, the parameters, which each holds once, and what is planned, packed and kept.
ONNX Runtime only goes forward, and returns every activation.
"""

import benchmarks.environment  # noqa: F401 -- before NumPy is imported

# isort: split
import gc
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.networks import WORK
from benchmarks.peers import OnnxRuntime, Torch
from convoscope.engine.kernels.wide import threads

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_of(name: str, who: str) -> float | None:
    """MB, measured in a child process; None where this system or the contender cannot."""
    command = [sys.executable, "-m", "benchmarks.memory", name, who]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    return float(ran.stdout) if ran.returncode == 0 else None


def prepared(name: str, who: str) -> Callable[[], object]:
    """What makes the pass."""
    make, batch = WORK[name]
    net, rng = make(), np.random.default_rng(1)
    x = rng.standard_normal((batch, *net.input_shape)).astype(np.float32)
    dy = rng.standard_normal((batch, *net.shapes[net.output][1:])).astype(np.float32)
    if who == "torch":
        torch = Torch(net, x, 1)
        return lambda: torch.both(dy)
    if who == "ort":
        return OnnxRuntime(net, x, 1, everything=True).forward
    return lambda: net.trace(x).gradients(vjp=dy)


def most() -> int:
    """The most memory since CLEAR, in kB, as Linux has it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
    assert found
    return int(found[1])


def main() -> None:
    threads.use(1)
    run = prepared(sys.argv[1], sys.argv[2])
    gc.collect()
    CLEAR.write_text("5")  # forgets what drawing the weights took
    kept = run()
    print(most() / 1024)
    del kept


if __name__ == "__main__":
    main()
