"""A server that is killed at any moment, again and again, while students upload, name classes and change weights.

    python -m benchmarks.kills [--kills 1000] [--seed 0]

The server is forked from a process that has loaded all of it, serves as ever, and gets SIGKILL at a random instant.
Meanwhile one student sends pictures, one networks with names for their classes, one looks at what an edit changes.
The next server has to give back all that its predecessor said it has, and at the end the last one all that any did:
the same bytes. Answers about edits are compared with those of a server that nobody killed.
"""

import argparse
import hashlib
import io
import json
import os
import random
import signal
import socket
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image

from convoscope.server import services
from convoscope.server.images import Decoder
from convoscope.server.library import Library
from convoscope.server.limits import Limits
from convoscope.server.serve import listen, served
from convoscope.server.settings import Settings

MOST, LONGEST, PATIENCE = 8, 0.05, 5.0
"""A server dies after 0 to MOST - 1 acknowledgements and up to LONGEST seconds; sooner, when they do not come."""
WHILE_IT_STARTS = 0.1
"""Share of the servers that are killed before they have answered anybody, as it may be."""
NEW_NETWORK = 0.02
"""Share of the names for classes before which the network is sent once more: its reader takes a second to start."""
NETWORK = (Path(__file__).parents[1] / "tests" / "reference" / "exported_dynamo.onnx").read_bytes()
EDITS = [f"/api/traces/example-cnn/cat-drawn?edit=conv1.weight@{k},0,1,1={v}" for k in range(4) for v in (0, 2)]
EDITS += [path.replace("?", "/activations.safetensors?nodes=relu1&") for path in EDITS]
Lost = (OSError, HTTPException)


class Servers:
    """Servers on one socket and one store, one at a time."""

    def __init__(self, data: Path) -> None:
        self.listening = listen("127.0.0.1", 0)
        self.port = self.listening.getsockname()[1]
        self.ours, theirs = socket.socketpair()
        self.nursery = os.fork()
        if self.nursery == 0:
            self.ours.close()
            self.breed(theirs, Settings(data=str(data), log="off", limits=Limits(disk_free=1)))
        theirs.close()

    def breed(self, orders: socket.socket, settings: Settings) -> None:
        """Forks a server whenever it is told to, after the last one has gone. It has no threads itself."""
        library, decoder = Library(), Decoder(settings.limits)
        for name in library.models:
            library.model(name)
        decoder.start()
        setattr(services, "Decoder", lambda _: decoder)  # noqa: B010 -- it takes a second to start: not for each server
        while orders.recv(1):
            child = os.fork()
            if child == 0:
                orders.close()
                served(settings, library).run(sockets=[self.listening])
                os._exit(0)
            orders.sendall(struct.pack(">I", child))
            os.waitpid(child, 0)
        os._exit(0)

    def start(self) -> int:
        """The process of a new server."""
        self.ours.sendall(b".")
        return int(struct.unpack(">I", self.ours.recv(4))[0])

    def close(self) -> None:
        """Ends them."""
        self.ours.close()  # which the nursery takes for an order to end
        os.waitpid(self.nursery, 0)
        self.listening.close()


class Student(Thread):
    """Does one thing after the other until the server is gone; keeps in `told` what was acknowledged, by address."""

    def __init__(self, port: int, act: Callable[["Student"], None]) -> None:
        super().__init__(daemon=True)
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.act, self.told, self.wrong = act, dict[str, bytes](), list[str]()
        self.ends = False

    def run(self) -> None:
        with closing(self.connection), suppress(*Lost):
            while not self.ends:
                self.act(self)

    def asked(self, path: str) -> bytes:
        """The answer to the only thing that is asked."""
        with closing(self.connection):
            return self.ask("GET", path)

    def leave(self) -> dict[str, bytes]:
        """What it was told. Who was not accepted yet would be served by the next server."""
        self.ends = True
        self.join()
        return self.told

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The body of an answer. One that is no success is noted as wrong."""
        self.connection.request(method, path, body, {"Connection": "keep-alive"})
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            self.wrong.append(f"{method} {path}: {answer.status} {said[:200]!r}")
        return said


class Room:
    """What three students do, each thing another than all before. truth: what edits show, from a server left alone."""

    def __init__(self, port: int, seed: int) -> None:
        self.port, self.count, self.truth = port, seed << 24, dict[str, bytes]()
        self.network: dict[str, Any] | None = None

    def fresh(self) -> int:
        """A number that was not there before."""
        self.count += 1
        return self.count

    def sends_pictures(self, student: Student) -> None:
        colour = tuple(self.fresh().to_bytes(4, "big")[1:])
        out = io.BytesIO()
        Image.new("RGB", (6, 5), colour).save(out, "PNG")
        told = json.loads(student.ask("PUT", "/api/images", out.getvalue()))
        student.told[f"/api/images/{told['id']}/picture"] = bytes(colour)

    def names_classes(self, student: Student) -> None:
        if self.network is None or random.random() < NEW_NETWORK:
            said = student.ask("PUT", "/api/networks?title=mine", NETWORK)
            self.network = json.loads(said)
            student.told[f"/api/networks/{self.network['id']}"] = said
        network = self.network
        names = [f"{self.fresh()}" for _ in range(network["nodes"][-1]["shape"][0])]
        said = student.ask("PUT", f"/api/networks/{network['id']}/labels", "\n".join(names).encode())
        student.told[f"/api/networks/{json.loads(said)['id']}"] = said

    def changes_weights(self, student: Student) -> None:
        path = random.choice(EDITS)
        said = student.ask("GET", path)
        if hashlib.sha256(said).digest() != self.truth.setdefault(path, hashlib.sha256(said).digest()):
            student.wrong.append(f"other bytes at {path}")

    def students(self) -> list[Student]:
        """The three."""
        return [Student(self.port, act) for act in (self.sends_pictures, self.names_classes, self.changes_weights)]


def wrongly_kept(port: int, told: dict[str, bytes]) -> list[str]:
    """Of what was acknowledged, what the server does not give back as it was."""
    student, wrong = Student(port, lambda _: None), []
    for path, truth in told.items():
        said = student.ask("GET", path)
        if path.startswith("/api/images/") and not student.wrong:
            with Image.open(io.BytesIO(said)) as image:
                said = bytes(image.convert("RGB").getpixel((2, 2)))  # type: ignore[arg-type]
        if student.wrong or said != truth:
            wrong.append(f"{path}: {student.wrong or said[:99]!r}")
        student.wrong.clear()
    student.connection.close()
    return wrong


def killed(count: int, seed: int = 0, tell: bool = False) -> Counter[str]:
    """What became of all that students did beside so many kills: how often acknowledged, lost or wrong."""
    random.seed(seed)
    with tempfile.TemporaryDirectory() as data:
        servers = Servers(Path(data))
        try:
            return rounds(servers, Room(servers.port, seed), count, tell)
        finally:
            servers.close()


def rounds(servers: Servers, room: Room, count: int, tell: bool) -> Counter[str]:
    """A server after the other."""
    told, found, server = dict[str, bytes](), Counter[str](), servers.start()
    for path in EDITS:
        room.truth[path] = hashlib.sha256(Student(servers.port, print).asked(path)).digest()
    for kill in range(count):
        students = room.students()
        until_some(servers.port, students)
        os.kill(server, signal.SIGKILL)
        server = servers.start()
        last = {path: truth for student in students for path, truth in student.leave().items()}
        wrong = [line for student in students for line in student.wrong] + wrongly_kept(servers.port, last)
        found.update(kills=1, acknowledged=len(last), wrong=len(wrong))
        told.update(last)
        print(*wrong, sep="\n", end="\n" if wrong else "", flush=True)
        if tell and (kill + 1) % 50 == 0:
            print(dict(found), flush=True)
    wrong = wrongly_kept(servers.port, told)
    found["wrong"] += len(wrong)
    print(*wrong, sep="\n", end="\n" if wrong else "", flush=True)
    os.kill(server, signal.SIGKILL)
    return found


def until_some(port: int, students: list[Student]) -> None:
    """Lets the students work until some of it was acknowledged, and for an instant more."""
    if random.random() > WHILE_IT_STARTS:
        Student(port, print).asked("/api/limits")
    for student in students:
        student.start()
    wanted, end = random.randrange(MOST), time.monotonic() + PATIENCE
    while sum(len(student.told) for student in students) < wanted and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(random.random() * LONGEST)


def main() -> int:
    """Prints the counts; status 1 where something acknowledged was lost or other bytes came."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found = killed(given.kills, given.seed, tell=True)
    print(f"{found['kills']} kills: {found['acknowledged']} acknowledged, {found['wrong']} lost or wrong")
    return int(found["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
