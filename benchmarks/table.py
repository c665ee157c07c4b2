"""The table of the engine's speed, from the figures that `python -m benchmarks.engine --json FILE` wrote."""

from typing import Any

PAIRS = (
    ("ours / torch", "PyTorch, forward"),
    ("ours both / torch both", "PyTorch, both"),
    ("ours / ort all", "ONNX Runtime, all outputs"),
    ("ours / ort", "ONNX Runtime, one output"),
    ("ours / tensorflow.js", "TensorFlow.js"),
)
NAMES = {
    "W1": "example CNN",
    "W1x64": "example CNN, 64 pictures",
    "W2": "LeNet-5",
    "W2x64": "LeNet-5, 64 pictures",
    "W3": "Tiny-VGG",
    "W4": "VGG-16",
    "W5": "ResNet-18",
    "W6": "MobileNet-like",
    "resnet50": "ResNet-50",
    "mobilenet-v2": "MobileNetV2",
    "efficientnet-lite0": "EfficientNet-Lite0",
}


def table(said: dict[str, Any]) -> str:
    """Markdown: a table for each number of threads, one of memory, and the machine."""
    counts = sorted({row["threads"] for row in said["figures"]})
    parts = [ratios(count, [row for row in said["figures"] if row["threads"] == count]) for count in counts]
    return (
        "\n\n".join([*parts, memory([r for r in said["figures"] if "peak MB" in r]), machine(said["machine"])]) + "\n"
    )


def ratios(count: int, rows: list[dict[str, Any]]) -> str:
    """Milliseconds of ours, and ours over each peer."""
    pairs = [(pair, name) for pair, name in PAIRS if any(pair in row for row in rows)]
    heads = [f"{count} thread{'s' * (count > 1)}", "forward", "both", *(f"/ {name}" for _, name in pairs), "plan"]
    body = [
        [
            NAMES.get(row["work"], row["work"]),
            milliseconds(row["ours ms"]),
            milliseconds(row["ours both ms"]),
            *(f"{row[pair]:.2f}" if pair in row else "" for pair, _ in pairs),
            milliseconds(row["plan ms"]),
        ]
        for row in rows
    ]
    return lines(heads, body)


def memory(rows: list[dict[str, Any]]) -> str:
    """The most memory of each contender for a pass forward and backward."""
    people = (("ours", "ours"), ("torch", "PyTorch"), ("ort", "ONNX Runtime, forward only"))
    heads = ["peak memory of the process, MB", *(name for _, name in people)]
    body = [[NAMES.get(r["work"], r["work"]), *(amount(r["peak MB"].get(who)) for who, _ in people)] for r in rows]
    return lines(heads, body)


def machine(said: dict[str, Any]) -> str:
    """What it was measured on, in a sentence."""
    versions = ", ".join(f"{name} {said[name]}" for name in ("numpy", "torch", "onnxruntime") if said.get(name))
    return (
        f"Measured on {said['date']}: {said['processor']}, {said['cores']} cores, {said['vectors']} vectors; "
        f"Python {said['python']}, {versions}. Medians of {said['turns']} turns, contenders interleaved; "
        + ("wall time." if said["clock"] == "wall" else f"{said['clock']}, on a machine busy with other things.")
    )


def milliseconds(value: float) -> str:
    return f"{value:.3g} ms" if value < 100 else f"{value:.0f} ms"


def amount(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def lines(heads: list[str], body: list[list[str]]) -> str:
    """A Markdown table: names to the left, numbers to the right."""
    rows = [heads, ["---", *["---:"] * (len(heads) - 1)], *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
