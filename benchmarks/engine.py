"""How fast the engine is, beside PyTorch, ONNX Runtime and, for small networks, TensorFlow.js, when asked to.

    python -m benchmarks.engine [--peers] [--work W1,W3] [--threads 1,2] [--turns 7] [--json FILE]
    python -m benchmarks.engine --table FILE          the table of such a file, as the README shows it

Every network is run forward, and forward and backward, with every activation and gradient kept on both sides.
Before anything is timed the numbers must agree. Ratios below 1 mean that ours is faster; those of budgets.toml stand
in brackets, with a ! where one is missed. With --strict, a missed one ends in status 1.
"""

from benchmarks.environment import HELD_BACK  # before NumPy is imported

# isort: split
import argparse
import json
import os
import platform
import re
import time
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.memory import peak_of
from benchmarks.networks import WORK
from benchmarks.peers import OnnxRuntime, Torch
from benchmarks.table import table
from benchmarks.tensorflow_js import HOW, TensorFlowJs
from benchmarks.timing import Times, compared, ratio
from convoscope.engine import Gradients, Network
from convoscope.engine.kernels import blas
from convoscope.engine.kernels.wide import threads
from convoscope.engine.types import Array

BUDGETS = Path(__file__).with_name("budgets.toml")
AGREE = 2e-5
"""The largest difference, relative to an array's largest number; Winograd's rounding is about 3e-6."""
PEERS = "To compare with them: pip install torch onnxruntime onnx (PyTorch's CPU wheels do)."


def main() -> int:
    args = arguments().parse_args()
    if args.table:
        print(table(json.loads(args.table.read_text())), end="")
        return 0
    if HELD_BACK:
        print(f"OPENBLAS_CORETYPE asked for {HELD_BACK} kernels; measured are those that OpenBLAS chooses itself.")
    if args.peers and args.tensorflow_js is None:
        print(f"TensorFlow.js takes no part. To compare with it: {HOW}.")
    counts = [int(count) for count in args.threads.split(",")]
    rows: list[dict[str, Any]] = []
    for name, count in product(args.work.split(","), counts):
        rows.append(measured(name, count, args))
        if args.json:  # after every line: a long run may be ended early
            args.json.write_text(json.dumps({"machine": machine(args), "figures": rows}, indent=1) + "\n")
    return int(args.strict and any(missed(row) for row in rows))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="beside PyTorch and ONNX Runtime; memory is measured too")
    parser.add_argument("--tensorflow-js", type=Path, help="a folder whose node_modules hold it")
    parser.add_argument("--work", default=",".join(WORK), help="names, separated by commas")
    parser.add_argument("--threads", default="1,2", help="counts, separated by commas")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--worked", action="store_true", help="count the thread's working time, on a busy machine")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is missed")
    parser.add_argument("--table", type=Path, help="print the table of a file of figures, and measure nothing")
    return parser


def measured(name: str, count: int, args: argparse.Namespace) -> dict[str, Any]:
    """One line: a network on so many threads."""
    threads.use(count)
    make, batch = WORK[name]
    net, rng = make(), np.random.default_rng(1)
    x = rng.standard_normal((batch, *net.input_shape)).astype(np.float32)
    dy = rng.standard_normal((batch, *net.shapes[net.output][1:])).astype(np.float32)
    clock = time.thread_time if args.worked else time.perf_counter
    start = clock()
    net.trace(x).gradients(vjp=dy)
    first = clock() - start
    contenders: dict[str, Callable[[], object] | TensorFlowJs] = {
        "ours": lambda: net.trace(x),
        "ours both": lambda: net.trace(x).gradients(vjp=dy),
    }
    if args.peers:
        contenders |= peers(net, x, dy, count)
    if args.tensorflow_js and count == 1 and not args.worked and TensorFlowJs.can(net):  # it has the wall's clock alone
        contenders["tensorflow.js"] = in_the_browsers_language(args.tensorflow_js, net, x)
    times = compared(contenders, args.turns, clock)
    row = figures(name, count, times)
    row["plan ms"] = max(0.0, 1e3 * first - row["ours both ms"])
    if args.peers and count == 1:
        row["peak MB"] = {who: peak_of(name, who) for who in ("ours", "torch", "ort")}
    print(line(row), flush=True)
    return row


def peers(net: Network, x: Array, dy: Array, count: int) -> dict[str, Callable[[], object]]:
    """What PyTorch and ONNX Runtime do for the same answer, as far as they are installed."""
    found: dict[str, Callable[[], object]] = {}
    trace = net.trace(x)
    try:
        torch = Torch(net, x, count)
        check(trace.gradients(vjp=dy), torch)
        found |= {"torch": torch.forward, "torch both": lambda: torch.both(dy)}
    except ImportError:
        print(f"PyTorch is not installed. {PEERS}")
    try:
        everything = OnnxRuntime(net, x, count, everything=True)
        agree("the output in ONNX Runtime", trace.output, everything.forward()[-1], 50 * AGREE)
        found |= {"ort all": everything.forward, "ort": OnnxRuntime(net, x, count, everything=False).forward}
    except ImportError:
        print(f"ONNX Runtime is not installed. {PEERS}")
    return found


def in_the_browsers_language(folder: Path, net: Network, x: Array) -> TensorFlowJs:
    """TensorFlow.js, once its output agrees. Its arithmetic is at home in single precision too."""
    found = TensorFlowJs(folder, net, x)
    output = net.trace(x).output
    agree("the output in TensorFlow.js", output, found.output.reshape(output.shape), 50 * AGREE)
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


def figures(name: str, count: int, times: Times) -> dict[str, Any]:
    """Milliseconds, and ratios to the peers."""
    row: dict[str, Any] = {"work": name, "threads": count}
    row |= {f"{who} ms": 1e3 * median(t) for who, t in times.items()}
    pairs = (
        ("ours", "torch"),
        ("ours both", "torch both"),
        ("ours", "ort all"),
        ("ours", "ort"),
        ("ours", "tensorflow.js"),
    )
    return row | {f"{a} / {b}": ratio(times, a, b) for a, b in pairs if b in times}


def line(row: dict[str, Any]) -> str:
    """The figures in one line."""
    over, budget = missed(row), wanted(row)
    parts = [f"{row['work']:<20} {row['threads']} {row['ours ms']:9.3f} {row['ours both ms']:9.3f} ms"]
    for pair, value in row.items():
        if " / " in pair:
            limit = f" (≤ {budget[pair]:.2f}{' !' if pair in over else ''})" if pair in budget else ""
            parts.append(f"{pair.removeprefix('ours ')} {value:.2f}{limit}")
    peaks = ", ".join(f"{who} {mb:.0f}" for who, mb in row.get("peak MB", {}).items() if mb is not None)
    return "  ".join([*parts, f"plan {row['plan ms']:.0f} ms", *([f"peak MB: {peaks}"] if peaks else [])])


def wanted(row: dict[str, Any]) -> dict[str, float]:
    """The budgets of a line: ratios at one thread."""
    found: dict[str, float] = tomllib.loads(BUDGETS.read_text())["engine"].get(row["work"], {})
    return found if row["threads"] == 1 else {}


def missed(row: dict[str, Any]) -> set[str]:
    """The ratios of a line that are above their budgets."""
    return {pair for pair, limit in wanted(row).items() if row.get(pair, 0) > limit}


def machine(args: argparse.Namespace) -> dict[str, Any]:
    """What the figures were measured on, and how."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": model[1] if model else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "vectors": "64-byte" if blas.LONG else "32-byte",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "turns": args.turns,
        "clock": "working time of the thread" if args.worked else "wall",
        **{name: installed(name) for name in ("torch", "onnxruntime")},
    }


def installed(name: str) -> str | None:
    """The version of a package, None where it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
