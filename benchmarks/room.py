"""A room in a process of its own, and what it takes of the machine: processor time, memory, files, threads."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

COMMAND = (sys.executable, "-m", "convoscope.server", "--no-browser", "--port", "0", "--host", "127.0.0.1")


@dataclass
class Server:
    """A running server. key: of the room, empty on one's own machine."""

    pid: int
    host: str
    port: int
    key: str

    def processes(self) -> list[int]:
        """The server and those that it started."""
        found = [self.pid]
        for pid in found:
            file = Path(f"/proc/{pid}/task/{pid}/children")
            found += map(int, file.read_text().split()) if file.exists() else ()
        return found

    def cpu(self) -> float:
        """Seconds of processor time that all of them have used."""
        return sum(cpu_of(pid) for pid in self.processes())

    def memory(self) -> int:
        """Resident bytes of the server itself."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def files(self) -> int:
        """What it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def threads(self) -> int:
        """Its threads."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def counters(self) -> dict[str, float]:
        """Its own numbers without labels."""
        connection = HTTPConnection(self.host, self.port, timeout=60)
        connection.request("GET", "/metrics", headers={"Host": "localhost"})
        text = connection.getresponse().read().decode()
        connection.close()
        return {name: float(value) for name, value in re.findall(r"^(\w+) ([-+.e\d]+)$", text, flags=re.MULTILINE)}


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process; 0 when it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(**variables: str) -> Iterator[Server]:
    """A room that has just been opened."""
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"CONVOSCOPE_DATA": data, "CONVOSCOPE_LOG": "off", "CONVOSCOPE_PUBLIC": "true"}
        process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, env=environment | variables)
        assert process.stdout is not None
        found = re.search(r"(http://[\d.:]+)/\?key=(\w+)", process.stdout.readline())
        try:
            assert found, "the server did not start"
            place = urlsplit(found[1])
            yield Server(process.pid, str(place.hostname), int(place.port or 0), found[2])
        finally:
            process.terminate()
            process.communicate(timeout=15)
