"""Parts of figures, as JSON that says numbers and roles and no colour. static/lessons/figure/ has one file per kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from convoscope.server.lessons.model import Item
from convoscope.server.lessons.prose import formula, inline
from convoscope.server.lessons.snippets import Run

Role = Literal["value", "gradient", "weight", "plain"]
Cell = Sequence[int]
Look = Literal["window", "pick", "winner", "padding", "dim", "blank", "never"]


def mark(look: Look, cells: Iterable[Cell]) -> dict[str, Any]:
    """Cells of a grid that stand out: a window's outline, a chosen cell, padding, cells that are left out."""
    return {"look": look, "cells": [[int(i) for i in cell] for cell in cells]}


def window(rows: Iterable[int], columns: Iterable[int]) -> dict[str, Any]:
    """The outline around a block of cells."""
    return mark("window", [(r, c) for r in rows for c in list(columns)])


def grid(
    values: Any,
    title: str = "",
    *,
    name: str = "",
    note: str = "",
    role: Role = "value",
    span: float | None = None,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    marks: Sequence[dict[str, Any]] = (),
    edit: str = "",
    slot: Sequence[int] = (),
    also: Mapping[str, Any] | None = None,
    pick: str = "",
    first: int = -1,
    decimals: int | None = None,
    small: bool = False,
) -> Item:
    """A row, a column or a matrix of numbers. span: the number at which the colours end, by default the largest.

    edit, pick: the control that its cells are typed into, or that takes the chosen cell. slot: which matrix of that
    control's array the grid is, when it is one of many. also: what else typing sets, the rest of that array included.
    first: the step of the first cell, where a chosen cell sets the control `pick` to its step, in reading order.
    """
    a = np.atleast_2d(np.asarray(values, np.float64))
    finite = np.abs(a[np.isfinite(a)])
    ends = span if span is not None else (float(finite.max()) if finite.size else 1.0)
    return {
        "kind": "grid",
        "name": name or title,
        "title": inline(title),
        "note": inline(note),
        "role": role,
        "values": a.tolist(),
        "span": ends or 1.0,
        "rows": [inline(r) for r in rows],
        "columns": [inline(c) for c in columns],
        "marks": list(marks),
        "edit": edit,
        "slot": list(slot),
        "also": dict(also or {}),
        "pick": pick,
        "first": first,
        "decimals": decimals_of(a) if decimals is None else decimals,
        "small": small,
    }


def made(y: Any, step: int) -> Item:
    """A square output as far as it is made: all after the step, in reading order, is blank. A cell chosen sets t."""
    n = len(y)
    marks = [mark("blank", [divmod(k, n) for k in range(step + 1, n * n)]), mark("pick", [divmod(step, n)])]
    return grid(y, f"output {n}×{n}", name="output", pick="t", first=0, marks=marks)


def decimals_of(a: Any) -> int:
    """How many decimals the numbers are printed with: none for whole ones, else 2 or 3 by their size."""
    finite = a[np.isfinite(a)]
    if finite.size == 0 or np.array_equal(finite, np.round(finite)):
        return 0
    return 3 if np.abs(finite).max() < 2 else 2


def total(terms: Sequence[tuple[str, float]], label: str, value: float, title: str = "", role: Role = "value") -> Item:
    """Terms that add up to a number."""
    rows = [[inline(t), float(v)] for t, v in terms]
    return {
        "kind": "sum",
        "title": inline(title),
        "terms": rows,
        "label": inline(label),
        "value": float(value),
        "role": role,
    }


def bars(
    rows: Sequence[tuple[str, float]], title: str = "", role: Role = "plain", span: float | None = None, pick: int = -1
) -> Item:
    """A bar per number. pick: the row that stands out."""
    finite = [abs(v) for _, v in rows if np.isfinite(v)]
    ends = span if span is not None else max(finite, default=1.0)
    values = [[inline(label), float(v)] for label, v in rows]
    return {"kind": "bars", "title": inline(title), "rows": values, "role": role, "span": ends or 1.0, "pick": pick}


def curve(
    points: Sequence[tuple[float, float]],
    at: tuple[float, float] | None = None,
    line: Sequence[tuple[float, float]] = (),
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    dots: Sequence[tuple[float, float]] = (),
) -> Item:
    """A function: its points, the place `at` on it, a straight line through there, and other places."""
    return {
        "kind": "curve",
        "title": inline(title),
        "x": inline(x),
        "y": inline(y),
        "points": [[float(a), float(b)] for a, b in points],
        "at": None if at is None else [float(v) for v in at],
        "line": [[float(a), float(b)] for a, b in line],
        "dots": [[float(a), float(b)] for a, b in dots],
    }


def chain(nodes: Sequence[Mapping[str, Any]], title: str = "") -> Item:
    """Layers in a row: values to the right above the line, gradients to the left below it."""
    words = ("name", "formula", "theta", "does")
    told = [{k: inline(v) if k in words else v for k, v in node.items()} for node in nodes]
    return {"kind": "chain", "title": inline(title), "nodes": told}


def net(layers: Sequence[Sequence[Mapping[str, Any]]], edges: Sequence[Mapping[str, Any]], title: str = "") -> Item:
    """A small network: columns of units with their numbers, and lines with their weights."""
    return {
        "kind": "net",
        "title": inline(title),
        "layers": [[dict(u) for u in layer] for layer in layers],
        "edges": [dict(e) for e in edges],
    }


def volume(
    values: Any,
    title: str,
    *,
    note: str = "",
    role: Role = "value",
    span: float | None = None,
    open: float = 0.0,
    block: Sequence[Sequence[int]] = (),
    front: int = 0,
    opens: bool = False,
) -> Item:
    """A (C, H, W) array as a stack of slices. open: 0 a stack, 1 its maps side by side. block: ((c0, c1), (r0, r1),
    (k0, k1)), the part that stands out, ends not included. opens: a control may open it, so it keeps room for that."""
    a = np.asarray(values, np.float32)
    ends = span if span is not None else float(np.percentile(np.abs(a), 99.5))
    return {
        "kind": "volume",
        "title": inline(title),
        "note": inline(note),
        "role": role,
        "shape": list(a.shape),
        "values": [float(f"{v:.4g}") for v in a.ravel().tolist()],
        "span": ends or 1.0,
        "open": open,
        "block": [list(map(int, b)) for b in block],
        "front": front,
        "opens": opens or open > 0,
    }


def boxes(shapes: Sequence[tuple[str, Sequence[int]]], title: str = "") -> Item:
    """Volumes by their sizes alone: (label, (C, H, W))."""
    return {"kind": "boxes", "title": inline(title), "boxes": [[inline(t), list(s)] for t, s in shapes]}


def code(run: Run, title: str = "") -> Item:
    """NumPy that ran, and what it printed."""
    return {"kind": "code", "title": inline(title), "source": run.source, "output": run.output, "failed": run.failed}


def dial(control: str, value: int, bounds: tuple[int, int], label: str, *, part: str = "", letter: str = "") -> Item:
    """A number in a formula or in code that can be dragged: it sets a control. part: what of the code it is."""
    least, most = bounds
    told = {"label": label, "part": part, "letter": inline(letter)}
    return {"control": control, "value": int(value), "least": least, "most": most, **told}


def line(parts: Sequence[tuple[str, str] | Item], pick: str = "", title: str = "") -> Item:
    """One line of NumPy whose parts can be pointed at: (text, name of the part or nothing), or a dial."""
    told = [dict(p) if isinstance(p, Mapping) else list(p) for p in parts]
    return {"kind": "line", "title": inline(title), "parts": told, "pick": pick}


def size(before: str, top: Sequence[str | Item], bottom: Sequence[str | Item], after: str, result: str) -> Item:
    """⌊top / bottom⌋ between formulas, with dials in it."""
    whole = {"top": list(top), "bottom": list(bottom), "result": result}
    return {"kind": "size", "before": inline(before), "after": inline(after), **whole}


def math(latex: str, note: str = "", under: str = "") -> Item:
    """A formula, and another under it."""
    return {"kind": "math", "html": formula(latex) + (formula(under) if under else ""), "note": inline(note)}


def number(label: str, value: float, note: str = "", role: Role = "value", decimals: int = 4) -> Item:
    """One number, large."""
    return {
        "kind": "number",
        "label": inline(label),
        "value": float(value),
        "note": inline(note),
        "role": role,
        "decimals": decimals,
    }


def words(text: str) -> Item:
    """A sentence in the figure."""
    return {"kind": "words", "html": inline(text)}


def op(text: str) -> Item:
    """A sign between two items."""
    return {"kind": "op", "text": text}


def table(head: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", pick: int = -1) -> Item:
    """Words in rows and columns."""
    return {
        "kind": "table",
        "title": inline(title),
        "head": [inline(c) for c in head],
        "rows": [[inline(c) for c in r] for r in rows],
        "pick": pick,
    }


def links(entries: Sequence[tuple[str, str]]) -> Item:
    """Where to go on: (address, words)."""
    return {"kind": "links", "entries": [[href, inline(text)] for href, text in entries]}


def photo(name: str, title: str, side: int = 150) -> Item:
    """A picture as people see it, `side` css px wide."""
    return {"kind": "photo", "id": name, "title": inline(title), "side": side}
