"""How the threads of a server share their interpreter, so that a refusal or a small answer never waits for a large one.

A thread that computes in Python lets another one in after a while; the event loop needs its turn several times for an
answer, so that while is made short. And once in a while Python looks through all objects for rings of garbage, which
stops every thread for a tenth of a second with what a server keeps. It makes no such rings, so it looks when nobody
waits for an answer, and at the latest after some minutes. Memory that was let go is given back meanwhile (heap.py).
"""

import gc
import sys
from collections.abc import Callable
from threading import Thread
from time import sleep

from convoscope.server.heap import give_back_gaps

TURN = 0.0005
"""Seconds; Python's own choice is ten times as long."""
STARTED = 15.0
"""Seconds after which what is here is here to stay: it is never looked through again."""
EVERY, LATEST, PAUSE = 60.0, 600.0, 0.5
"""Seconds from one look to the next, at the latest, and between two tries to find a moment without a request."""
NEVER = 1_000_000


def share(is_busy: Callable[[], bool]) -> None:
    """Makes the threads of this process share it so. is_busy: whether somebody waits for an answer."""
    sys.setswitchinterval(TURN)
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)
    Thread(target=look_now_and_then, args=(is_busy,), daemon=True).start()


def look_now_and_then(is_busy: Callable[[], bool], wait: Callable[[float], None] = sleep) -> None:
    """Looks for garbage, for ever. wait: lets time pass."""
    wait(STARTED)
    look(is_busy, wait)
    gc.freeze()
    while True:
        wait(EVERY)
        look(is_busy, wait)


def look(is_busy: Callable[[], bool], wait: Callable[[float], None]) -> None:
    """Looks for garbage as soon as nobody waits, and at the latest after LATEST."""
    waited = 0.0
    while is_busy() and waited < LATEST:
        if waited % EVERY == 0:
            give_back_gaps()
        wait(PAUSE)
        waited += PAUSE
    gc.collect()
    give_back_gaps()
