"""Several processes on one socket, as the command runs them."""

import os
import socket
import subprocess
import sys

import pytest

DRAINS = """
import os, signal, socket, sys
from convoscope.server import workers

listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen()

def serve():
    told, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    signal.set_wakeup_fd(tells)  # whichever thread it reaches, and whenever
    print(listening.getsockname()[1], flush=True)
    os.read(told, 1)
    listening.close()
    print("drains", flush=True)
    sys.stdin.read()

workers.run(2, serve, listening.close)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
def test_while_the_last_answers_go_out_nobody_new_is_left_waiting() -> None:
    started = subprocess.Popen([sys.executable, "-c", DRAINS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with started:
        assert started.stdin is not None
        assert started.stdout is not None
        place = "127.0.0.1", int({started.stdout.readline(), started.stdout.readline()}.pop())
        socket.create_connection(place, 5).close()
        started.terminate()
        assert [started.stdout.readline() for _ in range(2)] == ["drains\n"] * 2
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place, 5)
        assert started.poll() is None
        started.stdin.close()
    assert started.returncode == 0
