"""How fast the engine is, and beside PyTorch and ONNX Runtime when asked to.

    python -m benchmarks.engine [--peers] [--work W1,W3] [--threads 1] [--turns 9] [--json FILE]

Every network is run forward, and forward and backward, with every activation and gradient kept on both sides.
Before anything is timed the numbers must agree. Ratios below 1 mean that ours is faster; those of budgets.toml stand
in brackets, with a ! where one is missed. With --strict, a missed one ends in status 1.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the commands set it; read when NumPy is first imported

import argparse
import json
import platform
import resource
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.networks import WORK
from benchmarks.peers import OnnxRuntime, Torch
from benchmarks.timing import Times, compared, ratio
from convoscope.engine import Gradients, Network
from convoscope.engine.kernels.wide import threads
from convoscope.engine.types import Array

BUDGETS = Path(__file__).with_name("budgets.toml")
AGREE = 2e-5
"""The largest difference, relative to an array's largest number; Winograd's rounding is about 1e-5."""
PEERS = "To compare with them: pip install torch onnxruntime (PyTorch's CPU wheels do)."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="beside PyTorch and ONNX Runtime")
    parser.add_argument("--work", default=",".join(WORK), help="names, separated by commas")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--worked", action="store_true", help="count the thread's working time, on a busy machine")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is missed")
    args = parser.parse_args()
    threads.use(args.threads)
    rows = [measured(name, args) for name in args.work.split(",")]
    if args.json:
        args.json.write_text(json.dumps({"machine": machine(args.threads), "figures": rows}, indent=1) + "\n")
    return int(args.strict and any(missed(row) for row in rows))


def measured(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """One line of the table."""
    make, batch = WORK[name]
    net, rng = make(), np.random.default_rng(1)
    x = rng.standard_normal((batch, *net.input_shape)).astype(np.float32)
    start = time.perf_counter()
    dy = rng.standard_normal(net.trace(x).output.shape).astype(np.float32)
    first = time.perf_counter() - start
    contenders: dict[str, Callable[[], object]] = {
        "ours": lambda: net.trace(x),
        "ours both": lambda: net.trace(x).gradients(vjp=dy),
    }
    if args.peers:
        contenders |= peers(net, x, dy, args.threads)
    times = compared(contenders, args.turns, time.thread_time if args.worked else time.perf_counter)
    row = figures(name, times) | {"first ms": 1e3 * first, "peak MB": peak()}
    print(line(row), flush=True)
    return row


def peers(net: Network, x: Array, dy: Array, threads: int) -> dict[str, Callable[[], object]]:
    """What PyTorch and ONNX Runtime do for the same answer, as far as they are installed."""
    found: dict[str, Callable[[], object]] = {}
    trace = net.trace(x)
    try:
        torch = Torch(net, x, threads)
        check(trace.gradients(vjp=dy), torch)
        found |= {"torch": torch.forward, "torch both": lambda: torch.both(dy)}
    except ImportError:
        print(f"PyTorch is not installed. {PEERS}")
    try:
        everything = OnnxRuntime(net, x, threads, everything=True)
        agree("the output in ONNX Runtime", trace.output, everything.forward()[-1], 50 * AGREE)
        found |= {"ort all": everything.forward, "ort": OnnxRuntime(net, x, threads, everything=False).forward}
    except ImportError:
        print(f"ONNX Runtime is not installed. {PEERS}")
    return found


def check(g: Gradients, torch: Torch) -> None:
    """Compares every layer with PyTorch's at our own input and upstream gradient.

    Through a whole network the comparison says little: one rectifier that rounding decides the other way moves some
    gradients a lot, on either side.
    """
    for node in g.trace.network.nodes:
        y, dxs, dparams = torch.local(node, g.trace.arguments(node), g.by_activation[node.name])
        agree(node.name, g.trace.activations[node.name], y)
        if g.trace.network.readers(node.inputs[0]) == [(node, 0)]:
            agree(f"the gradient through {node.name}", g.by_activation[node.inputs[0]], dxs[0])
        for name, theirs in dparams.items():
            agree(f"the gradient of {node.name}.{name}", g.by_param[node.name][name], theirs)


def agree(name: str, ours: Array, theirs: Array, tolerance: float = AGREE) -> None:
    """Stops the benchmark when an array is another one: a fast wrong answer is no figure."""
    off = float(np.abs(ours - theirs).max() / (np.abs(theirs).max() + 1e-30))
    if off > tolerance:
        raise SystemExit(f"{name} differs by {off:.1e} of its largest number.")


def figures(name: str, times: Times) -> dict[str, Any]:
    """Milliseconds, and ratios to the peers."""
    row: dict[str, Any] = {"work": name}
    row |= {f"{who} ms": 1e3 * median(t) for who, t in times.items()}
    pairs = (("ours", "torch"), ("ours both", "torch both"), ("ours", "ort all"), ("ours", "ort"))
    return row | {f"{a} / {b}": ratio(times, a, b) for a, b in pairs if b in times}


def line(row: dict[str, Any]) -> str:
    """The figures in one line."""
    parts, over, budget = (
        [f"{row['work']:<20} {row['ours ms']:9.3f} {row['ours both ms']:9.3f} ms"],
        missed(row),
        wanted(row),
    )
    for pair, value in row.items():
        if " / " in pair:
            limit = f" (≤ {budget[pair]:.2f}{' !' if pair in over else ''})" if pair in budget else ""
            parts.append(f"{pair.removeprefix('ours ')} {value:.2f}{limit}")
    return "  ".join([*parts, f"first {row['first ms']:.0f} ms", f"peak {row['peak MB']:.0f} MB"])


def wanted(row: dict[str, Any]) -> dict[str, float]:
    """The budgets of a line: ratios at one thread."""
    found: dict[str, float] = tomllib.loads(BUDGETS.read_text())["engine"].get(row["work"], {})
    return found


def missed(row: dict[str, Any]) -> set[str]:
    """The ratios of a line that are above their budgets."""
    return {pair for pair, limit in wanted(row).items() if row.get(pair, 0) > limit}


def peak() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine(threads: int) -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": threads,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


if __name__ == "__main__":
    raise SystemExit(main())
