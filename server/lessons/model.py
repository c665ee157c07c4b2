"""What a lesson is: beats of words, each with a figure that is computed from values a reader may change.

A lesson is data. Its boards are functions from values to figures; they compute with the engine, and run again with
other values when somebody moves a control. The page shows what they say and never computes a number itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from convoscope.server.errors import Problem
from convoscope.server.pictures import Picture
from convoscope.server.services import Services

Values = Mapping[str, Any]
"""What the controls of a lesson are set to, by name."""

Item = dict[str, Any]
"""One part of a figure as JSON, made by `items`."""


class Board(NamedTuple):
    """A figure: rows of items.

    say: the sentence that stands for it. bounds: (least, most) of controls that depend. stage: the address at which
    the stage has the figure's numbers, where no link of the figure says it.
    """

    rows: Sequence[Sequence[Item]]
    say: str
    bounds: Mapping[str, tuple[float, float]] = {}
    stage: str = ""

    @property
    def on_stage(self) -> str:
        """Where the stage has the figure's numbers: as said, or where the figure's first link to it leads."""
        addresses = (href for row in self.rows for item in row for href, _ in item.get("entries", ()))
        return self.stage or next((href for href in addresses if href.startswith("/?")), "")


def bad(name: str, wanted: str) -> Problem:
    """The refusal of a control's value."""
    return Problem("bad_value", f"The value of {name} must be {wanted}.")


@dataclass(frozen=True)
class Number:
    """A slider.

    plays: it counts steps, so that a play button can move it. least_means: what its least value says. first: the number
    that is said for 0, where the figure counts from one.
    """

    name: str
    label: str
    default: float
    least: float
    most: float
    step: float = 1
    plays: bool = False
    least_means: str = ""
    first: int = 0
    kind: Literal["number"] = "number"

    def read(self, given: Any) -> float:
        """The number in `given`. Raises Problem."""
        whole = isinstance(self.step, int)
        fits = isinstance(given, int | float) and not isinstance(given, bool) and self.least <= given <= self.most
        if not fits or (whole and given != int(given)):
            raise bad(self.name, f"{'a whole number' if whole else 'a number'} from {self.least} to {self.most}")
        return int(given) if whole else float(given)


@dataclass(frozen=True)
class Choice:
    """One of some words. options: (value, label)."""

    name: str
    label: str
    default: str
    options: tuple[tuple[str, str], ...]
    kind: Literal["choice"] = "choice"

    def read(self, given: Any) -> str:
        """The option in `given`. Raises Problem."""
        for value, _ in self.options:
            if value == given:
                return value
        raise bad(self.name, "one of " + ", ".join(value for value, _ in self.options))


@dataclass(frozen=True)
class Cells:
    """Numbers that are typed into the cells of a grid of the figure."""

    name: str
    label: str
    default: tuple[tuple[float, ...], ...]
    least: float = -9
    most: float = 9
    kind: Literal["cells"] = "cells"

    def read(self, given: Any) -> tuple[tuple[float, ...], ...]:
        """The rows in `given`. Raises Problem."""
        shape = [len(row) for row in self.default]
        rows = given if isinstance(given, Sequence) and not isinstance(given, str) else []
        lists = [row for row in rows if isinstance(row, Sequence) and not isinstance(row, str)]
        numbers = [v for row in lists for v in row]
        plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in numbers)
        if [len(row) for row in lists] != shape or len(lists) != len(rows) or not plain:
            raise bad(self.name, f"{len(shape)} rows of {shape[0]} numbers")
        if not all(self.least <= v <= self.most for v in numbers):
            raise bad(self.name, f"numbers from {self.least} to {self.most}")
        return tuple(tuple(row) for row in lists)


@dataclass(frozen=True)
class Spot:
    """A cell that is chosen in a grid of the figure: (row, column)."""

    name: str
    label: str
    default: tuple[int, ...]
    most: int = 63
    kind: Literal["spot"] = "spot"

    def read(self, given: Any) -> tuple[int, ...]:
        """The place in `given`. Raises Problem."""
        places = given if isinstance(given, Sequence) and not isinstance(given, str) else []
        whole = all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= self.most for v in places)
        if len(places) != len(self.default) or not whole:
            raise bad(self.name, f"{len(self.default)} whole numbers from 0 to {self.most}")
        return tuple(places)


@dataclass(frozen=True)
class Seen:
    """A picture that a lesson looks at, and the name that it was asked for by."""

    name: str
    picture: Picture


@dataclass(frozen=True)
class Image:
    """A picture: a shipped one, or one that the reader has sent. digits: the handwritten digits are offered alone."""

    name: str
    label: str
    default: str = ""
    digits: bool = False
    kind: Literal["image"] = "image"

    def offers(self, name: str) -> bool:
        """Whether a shipped picture is among those to choose from."""
        return name.startswith("digit-") == self.digits

    def read(self, given: Any, services: Services) -> Seen:
        """The picture in `given`. Raises Problem."""
        if not isinstance(given, str):
            raise bad(self.name, "the name or the id of a picture")
        name = given or next(iter(services.library.pictures))
        return Seen(name, services.picture(name))


@dataclass(frozen=True)
class Numbers:
    """An array of any size up to `longest` along each axis, typed cell by cell: nested lists `rank` deep."""

    name: str
    label: str
    rank: int
    default: tuple[Any, ...] = ()
    longest: int = 16
    most: float = 1e4
    kind: Literal["cells"] = "cells"

    def read(self, given: Any) -> tuple[Any, ...]:
        """The array as nested tuples; empty stands for none. Raises Problem."""
        if given in ((), []):
            return ()
        try:
            a = np.array(given, np.float64)
        except (ValueError, TypeError, OverflowError) as error:
            raise bad(self.name, f"rows of equal length, {self.rank} deep") from error
        if a.ndim != self.rank or not a.size or max(a.shape) > self.longest or not (np.abs(a) <= self.most).all():
            raise bad(
                self.name, f"numbers up to {self.most:g}, {self.rank} deep, at most {self.longest} along each axis"
            )
        return nested(a.tolist())


def nested(lists: Any) -> Any:
    """Lists of lists as tuples of tuples."""
    return tuple(map(nested, lists)) if isinstance(lists, list) else lists


Control = Number | Choice | Cells | Spot | Image | Numbers


@dataclass(frozen=True)
class Question:
    """A prediction: asked before it is shown, checked by the server, and answered with a reason.

    kind: a number to type, a cell to choose in the grid `grid` of the figure, or one of `options`. answer: from the
    values of the beat. near: how far a number may be off. shown: the figure with the answer in it, where
    the figure asks.
    """

    ask: str
    kind: Literal["number", "cell", "choice"]
    answer: Callable[[Values], Any]
    why: Callable[[Values], str]
    options: tuple[str, ...] = ()
    grid: str = ""
    near: float = 0.0005
    shown: Callable[[Values], Board] | None = None

    def right(self, given: Any, values: Values) -> bool:
        """Whether `given` is the answer."""
        wanted = self.answer(values)
        if self.kind == "number":
            return isinstance(given, int | float) and abs(given - wanted) <= self.near + 1e-9
        return bool(list(given) == list(wanted) if isinstance(given, list) else given == wanted)


class Try(NamedTuple):
    """Something to try: words, and the values to set for it."""

    text: str
    values: Mapping[str, Any] = {}


Kind = Literal["say", "show", "predict", "play", "try"]


@dataclass(frozen=True)
class Beat:
    """One key press of a lesson.

    name: its address. start: values that the beat sets when it opens. board: its figure; None keeps the last one.
    controls: the controls that it offers, by name.
    """

    name: str
    kind: Kind
    title: str
    text: str
    board: Callable[[Values], Board] | None = None
    controls: tuple[str, ...] = ()
    question: Question | None = None
    start: Mapping[str, Any] = field(default_factory=dict)
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """slug: its address. covers: the slide titles of the lecture that it tells. figure: the small picture's name."""

    slug: str
    title: str
    summary: str
    covers: tuple[str, ...]
    beats: tuple[Beat, ...]
    controls: tuple[Control, ...] = ()

    def beat(self, name: str) -> Beat:
        """The beat of this name. Raises Problem."""
        for beat in self.beats:
            if beat.name == name:
                return beat
        known = ", ".join(beat.name for beat in self.beats)
        raise Problem("unknown_name", f"This lesson has no beat of that name. Known are: {known}.")

    def values(self, beat: Beat, services: Services, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Every control's value: as given, else as the beat sets it, else its default. Raises Problem."""
        given = given or {}
        known = {control.name: control for control in self.controls}
        for name in given:
            if name not in known:
                raise Problem(
                    "unknown_name", f"This lesson has no such value. Known are: {', '.join(known) or 'none'}."
                )
        start = {name: control.default for name, control in known.items()} | dict(beat.start)
        chosen = {name: given.get(name, start[name]) for name in known}
        return {
            name: control.read(chosen[name], services) if isinstance(control, Image) else control.read(chosen[name])
            for name, control in known.items()
        }

    def board(self, beat: Beat, values: Values) -> Board:
        """The figure of a beat: its own, or that of the nearest beat before it."""
        before = self.beats[: self.beats.index(beat) + 1]
        found = next((b.board for b in reversed(before) if b.board is not None), None)
        return found(values) if found else Board((), "")
