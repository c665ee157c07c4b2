"""A network as a table: what each node is, costs and sees, and, with a picture, what its activation looks like."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from convoscope.engine import Network, Trace, flow
from convoscope.server.viewmodel import network_view
from convoscope.server.viewmodel.trace import statistics


@dataclass(frozen=True)
class Activation:
    """What a node made of a picture. dead: maps or units that let no gradient through; saturated: how many are flat.

    A unit of a dense layer that is shut for one picture is open for others: the table calls it shut, not dead.
    """

    min: float
    max: float
    mean: float
    std: float
    zeros: float
    not_finite: int
    dead: int | None
    saturated: float | None


@dataclass(frozen=True)
class Row:
    """One node. shape leaves out the batch; memory is the activation's, in bytes, for one picture.

    measured: how many of its numbers training measures and does not learn, as batch norm's running statistics; they
    are no parameters.
    """

    node: str
    kind: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int
    macs: int
    receptive_field: tuple[int, int] | None
    memory: int
    measured: int = 0
    activation: Activation | None = None


@dataclass(frozen=True)
class Summary:
    """A network's rows and totals."""

    network: str
    parameters: int
    macs: int
    memory: int
    rows: tuple[Row, ...]
    measured: int = 0
    refused: tuple[str, ...] = ()
    """Nodes that cannot be run, and why."""
    waiting: tuple[str, ...] = ()
    """Nodes that wait for these."""


def summarised(network: Network, trace: Trace | None = None) -> Summary:
    """The table of a network; with a trace, of what it made of that picture too."""
    view = network_view(network.name, network.name, network, None)
    rows = tuple(
        Row(
            node.name,
            node.summary,
            tuple(node.inputs),
            tuple(node.shape),
            node.parameters,
            node.macs,
            node.receptive_field,
            node.memory,
            sum(p.count for p in node.params if not p.learnt),
            None if trace is None else activation(trace, node.name),
        )
        for node in view.nodes
    )
    report = network.report
    refused = () if report is None else tuple(str(line) for line in report.unsupported)
    waiting = tuple(f"{node.node} ({node.operator})" for node in view.waiting)
    measured = sum(r.measured for r in rows)
    return Summary(network.name, view.parameters, view.macs, view.memory, rows, measured, refused, waiting)


def activation(trace: Trace, name: str) -> Activation:
    """The numbers of one activation."""
    s, through = statistics(name, trace.activations[name][0]), flow(trace, name)
    dead, saturated = (None, None) if through is None else (len(through.dead), through.saturated)
    return Activation(s.min, s.max, s.mean, s.std, s.zeros, s.not_finite, dead, saturated)


def as_json(summary: Summary) -> str:
    """All of it, with NaN and infinities as text."""
    return json.dumps(_plain(asdict(summary)), indent=1, ensure_ascii=False, allow_nan=False)


def as_csv(summary: Summary) -> str:
    """A line for each node; shapes as 10×32×32, inputs with spaces between them, nothing where there is no number."""
    out = io.StringIO()
    with_picture = any(r.activation for r in summary.rows)
    names = [f.name for f in fields(Row) if f.name != "activation"]
    more = [f.name for f in fields(Activation)] if with_picture else []
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names + more)
    for row in summary.rows:
        found = asdict(row)
        cells = [found[n] for n in names] + [(found["activation"] or {}).get(n) for n in more]
        writer.writerow([_cell(c) for c in cells])
    return out.getvalue()


def as_table(summary: Summary) -> Table:
    """For a terminal."""
    with_picture = any(r.activation for r in summary.rows)
    table = Table(box=SIMPLE_HEAD, title=summary.network, title_justify="left", show_footer=True)
    table.add_column("node", "total", overflow="fold")
    table.add_column("kind", overflow="fold")
    table.add_column("shape", justify="right", no_wrap=True)
    table.add_column("parameters", f"{summary.parameters:,}", justify="right", no_wrap=True)
    table.add_column("MACs", f"{summary.macs:,}", justify="right", no_wrap=True)
    table.add_column("sees", justify="right", no_wrap=True)
    table.add_column("memory", amount(summary.memory), justify="right", no_wrap=True)
    for name in ("min … max", "mean ± std", "zeros", "note") if with_picture else ():
        table.add_column(name, justify="right", no_wrap=name != "note")
    for row in summary.rows:
        table.add_row(*_cells(row), *(_numbers(row.activation, len(row.shape) > 1) if row.activation else ()))
    return table


def amount(count: int) -> str:
    """Bytes in a unit that leaves three or four digits."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:,.0f} {unit}"


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return (" " if value and isinstance(value[0], str) else "×").join(map(str, value))
    return "" if value is None else value


def _cells(row: Row) -> Iterator[str]:
    yield row.node
    yield row.kind
    yield "×".join(map(str, row.shape))
    yield f"{row.parameters:,}" if row.parameters else ""
    yield f"{row.macs:,}" if row.macs else ""
    yield "×".join(map(str, row.receptive_field)) if row.receptive_field else ""
    yield amount(row.memory)


def _numbers(a: Activation, maps: bool) -> Iterator[str]:
    yield f"{a.min:.3g} … {a.max:.3g}"
    yield f"{a.mean:.3g} ± {a.std:.3g}"
    yield f"{a.zeros:.0%}" if a.zeros else ""
    notes = [
        f"{a.dead} {'dead' if maps else 'shut'}" if a.dead else "",
        f"{a.saturated:.0%} saturated" if a.saturated else "",
        f"{a.not_finite} not finite" if a.not_finite else "",
    ]
    yield ", ".join(n for n in notes if n)


def _plain(value: Any) -> Any:
    """The value with NaN and infinities as the wire says them."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value
