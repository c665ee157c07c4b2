"""What the server counts, in Prometheus' text format: no name, no id, no address of a student is in it.

Source     https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4
"""

import os
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper ends of the latency classes, in seconds."""
Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counters of one process, and gauges that are read when somebody asks. Many threads may count at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: Counter[Labels] = Counter()
        self.problems: Counter[Labels] = Counter()
        self.seconds: dict[Labels, list[float]] = {}
        self.received = self.sent = 0
        self.gauges: dict[str, tuple[str, str, Callable[[], float]]] = {}

    def gauge(self, name: str, kind: str, what: str, read: Callable[[], float]) -> None:
        """Adds something that is read when asked for. kind: gauge, or counter for what only grows."""
        self.gauges[name] = kind, what, read

    def count(self, method: str, route: str, status: int, code: str, seconds: float, size: int, taken: int) -> None:
        """Counts an answer. route: the template of its address; code: that of its problem, or nothing.

        size, taken: bytes of its body, and of the request's as far as it was read.
        """
        where = (("method", method), ("route", route))
        with self._lock:
            self.requests[*where, ("status", str(status))] += 1
            if code:
                self.problems[("code", code),] += 1
            found = self.seconds.setdefault((("route", route),), [0.0] * (len(BOUNDS) + 2))
            found[bisect_left(BOUNDS, seconds)] += 1
            found[-1] += seconds
            self.sent += size
            self.received += taken

    def text(self) -> str:
        """All of it as text."""
        with self._lock:
            lines = [
                *counted("convoscope_requests_total", "Answers.", self.requests),
                *counted("convoscope_problems_total", "Refusals and failures by their code.", self.problems),
                *timed("convoscope_request_seconds", "Time from a request to the end of its answer.", self.seconds),
                *one("convoscope_received_bytes_total", "counter", "Bytes of request bodies.", self.received),
                *one("convoscope_sent_bytes_total", "counter", "Bytes of answers.", self.sent),
            ]
        for name, (kind, what, read) in self.gauges.items():
            lines += one(name, kind, what, read())
        return "\n".join(lines) + "\n"


def head(name: str, kind: str, what: str) -> list[str]:
    """The two lines before the numbers."""
    return [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]


def one(name: str, kind: str, what: str, value: float) -> list[str]:
    """A number by itself."""
    return [*head(name, kind, what), f"{name} {value:.17g}"]


def counted(name: str, what: str, found: Mapping[Labels, int]) -> list[str]:
    """A number for each combination of labels."""
    return [*head(name, "counter", what), *(f"{name}{labelled(k)} {v}" for k, v in sorted(found.items()))]


def timed(name: str, what: str, found: Mapping[Labels, list[float]]) -> list[str]:
    """A histogram for each combination of labels."""
    lines = head(name, "histogram", what)
    for labels, (*classes, total) in sorted(found.items()):
        below = 0.0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), classes, strict=True):
            below += count
            lines.append(f"{name}_bucket{labelled((*labels, ('le', bound)))} {below:.0f}")
        lines += [f"{name}_sum{labelled(labels)} {total:.17g}", f"{name}_count{labelled(labels)} {below:.0f}"]
    return lines


def labelled(labels: Iterable[tuple[str, str]]) -> str:
    """The labels as they stand behind a name. Their values are words of ours: nothing is to be escaped."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}"


def resident() -> float:
    """Bytes of memory that this process has; 0 where the system does not say."""
    file = Path("/proc/self/statm")
    return float(file.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if file.exists() else 0


def open_files() -> float:
    """Files and connections that this process has open; 0 where the system does not say."""
    folder = Path("/proc/self/fd")
    return float(len(list(folder.iterdir()))) if folder.exists() else 0
