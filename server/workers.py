"""Several processes that answer on one socket. One that dies is replaced; all end with the one that started them."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

PAUSE = 1.0
"""Seconds before a process that has died is replaced, so that one that cannot live costs little."""


def run(count: int, serve: Callable[[], None], close: Callable[[], None]) -> None:
    """Runs `serve` in this process, or in `count` others until this one is told to stop.

    close: closes what this process holds of theirs, so that nobody new waits for those that are about to end.
    """
    if count == 1:
        serve()
    elif not hasattr(os, "fork"):
        sys.exit("This system has no fork: run one process (--workers 1), or several behind a proxy.")
    else:
        Workers(count, serve, close).run()


class Workers:
    """The processes. They are forked before this one has threads."""

    def __init__(self, count: int, serve: Callable[[], None], close: Callable[[], None]) -> None:
        self.count, self.serve, self.close = count, serve, close
        self.children: set[int] = set()
        self.stopping = False
        self.life, self.end = os.pipe()

    def run(self) -> None:
        """Keeps as many alive as there shall be. Ends as an interrupt does when it was one."""
        told: list[int] = []

        def stop(number: int, frame: FrameType | None) -> None:
            told.append(number)
            self.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        for _ in range(self.count):
            self.start()
        while self.children:
            child, _ = os.wait()
            self.children.discard(child)
            if not self.stopping:
                time.sleep(PAUSE)
                self.start()
        if signal.SIGINT in told:
            raise KeyboardInterrupt

    def start(self) -> None:
        """Starts one."""
        child = os.fork()
        if child == 0:
            self.live()
        self.children.add(child)
        if self.stopping:
            os.kill(child, signal.SIGTERM)

    def live(self) -> NoReturn:
        """What a child does: it serves until it is told to stop, or until its parent is gone."""
        os.close(self.end)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=self.follow, daemon=True).start()
        status = 1
        try:
            self.serve()
            status = 0
        except KeyboardInterrupt:
            status = 130
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def follow(self) -> None:
        """Ends this process when the pipe to its parent does."""
        os.read(self.life, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        """Tells all to stop."""
        self.stopping = True
        self.close()
        for child in self.children:
            os.kill(child, signal.SIGTERM)
