"""A sliding window as a GIF. The page sends its colours, so that the picture has those of the screen."""

import io
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from convoscope.server.convolution import Array, Case
from convoscope.server.patience import go_on

Hex = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
CELL, GAP, EDGE, TITLE = 30, 26, 14, 22  # px
FRAME, LAST = 320, 1600  # ms


class Colours(BaseModel):
    """The scale from −range over 0 to +range, and the theme's paper, sheet and ink."""

    model_config = ConfigDict(extra="forbid")

    scale: list[Hex] = Field(min_length=3, max_length=511)
    paper: Hex
    sheet: Hex
    ink: Hex


def gif(case: Case, colours: Colours) -> bytes:
    """One frame per window: the input with the window, the filter, the output as far as it is made."""
    frames = []
    for step in range(len(case.cells)):
        go_on()
        frames.append(frame(case, colours, step))
    out = io.BytesIO()
    times = [FRAME] * (len(frames) - 1) + [LAST]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=True)
    return out.getvalue()


def frame(case: Case, colours: Colours, step: int) -> Any:
    """The picture at one step."""
    from PIL import Image, ImageDraw

    k, r, c = case.cells[step]
    e = case.trace.explain("y", (k, r, c))
    _, channels, rows, columns = e.operands[0].cells
    padded, y = case.trace.activations["padded"][0], case.trace.output[0]
    w = np.asarray(e.operands[1].values).reshape(len(channels), len(rows), len(columns))
    stacks = [(f"input {n}", padded[n]) for n in channels], [("weights", part) for part in w], [(f"output {k}", y[k])]
    width = EDGE * 2 + GAP * 2 + CELL * sum(part[0][1].shape[1] for part in stacks)
    height = EDGE * 2 + max(sum(a.shape[0] * CELL + TITLE for _, a in part) for part in stacks)
    image = Image.new("RGB", (width, height), colours.paper)
    draw = ImageDraw.Draw(image)
    spans = float(np.abs(padded).max()) or 1.0, float(np.abs(case.w).max()) or 1.0, float(np.abs(y).max()) or 1.0
    done = {(i, j) for kk, i, j in case.cells[: step + 1] if kk == k}
    left = EDGE
    for which, part in enumerate(stacks):
        top = EDGE
        for title, a in part:
            draw.text((left, top + 4), title, colours.ink)
            shown = done if which == 2 else None
            matrix(draw, colours, a, spans[which], left, top + TITLE, shown)
            if which == 0:
                for i in rows:
                    for j in columns:
                        box(draw, colours, left + j * CELL, top + TITLE + i * CELL)
            if which == 2:
                box(draw, colours, left + c * CELL, top + TITLE + r * CELL)
            top += TITLE + a.shape[0] * CELL
        left += part[0][1].shape[1] * CELL + GAP
    return image


def matrix(
    draw: Any, colours: Colours, a: Array, span: float, left: int, top: int, shown: set[tuple[int, int]] | None
) -> None:
    """A matrix of coloured cells with their numbers; cells that are not in `shown` are still empty."""
    for (i, j), value in np.ndenumerate(a):
        x, y = left + j * CELL, top + i * CELL
        if shown is not None and (i, j) not in shown:
            draw.rectangle((x, y, x + CELL, y + CELL), colours.sheet, colours.ink)
            continue
        half = (len(colours.scale) - 1) // 2
        fill = colours.scale[half + round(max(-1.0, min(1.0, value / span)) * half)]
        draw.rectangle((x, y, x + CELL, y + CELL), fill, colours.ink)
        draw.text((x + CELL / 2, y + CELL / 2), f"{value:.3g}", readable(fill, colours), anchor="mm")


def readable(fill: str, colours: Colours) -> str:
    """Ink or sheet, whichever is farther from the fill."""
    light = [sum(int(colour[k : k + 2], 16) for k in (1, 3, 5)) for colour in (fill, colours.ink, colours.sheet)]
    return colours.ink if abs(light[0] - light[1]) > abs(light[0] - light[2]) else colours.sheet


def box(draw: Any, colours: Colours, x: int, y: int) -> None:
    """The outline of a cell under the window."""
    draw.rectangle((x + 1, y + 1, x + CELL - 1, y + CELL - 1), outline=colours.ink, width=3)
