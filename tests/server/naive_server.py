"""A server that makes the mistakes of others, one after the other: what our attacks must be seen to succeed against."""

import io
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import onnx
from onnx import external_data_helper, numpy_helper
from PIL import Image

CANARY_FILE = "canary.txt"


class Naive(BaseHTTPRequestHandler):
    """Believes everything that it is told."""

    protocol_version = "HTTP/1.1"
    folder: Path
    stored: bytes = b""

    def tell(self, status: int, body: bytes, kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        found = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
        if "Origin" in self.headers:
            found |= {"Access-Control-Allow-Origin": self.headers["Origin"]}
        for name, value in found.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer(self) -> None:
        path = unquote(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Upgrade"):
            self.tell(101, b"")
        elif path.startswith("//") or path.endswith("/.."):
            self.tell(302, b"", Location=path)
        elif self.headers.get("Range"):
            parts = self.headers["Range"].count(",") + 1
            self.tell(206, b"--x\r\n" * parts, "multipart/byteranges; boundary=x")
        elif body:
            self.took(body)
        elif path.startswith("/stored"):
            self.tell(200, type(self).stored)
        else:
            with suppress(OSError, ValueError):
                self.tell(200, (self.folder / path.lstrip("/").rpartition("static/")[2]).read_bytes())
                return
            docs = b"<script src=https://cdn.example/docs.js></script>" if path.startswith("/api/docs") else b""
            self.tell(200, f"<p>There is no {path} here</p>".encode() + docs)

    def took(self, body: bytes) -> None:
        """Opens whatever has been sent."""
        type(self).stored = body
        said = b"kept"
        with suppress(Exception):
            place = next(iter(json.loads(body).values()))
            if str(place).startswith("http"):
                urllib.request.urlopen(place, timeout=1)
            said = (self.folder / str(place)).read_bytes()
        with suppress(Exception):
            Image.open(io.BytesIO(body)).load()
        with suppress(Exception):
            model = onnx.load_model_from_string(body)
            external_data_helper.load_external_data_for_model(model, str(self.folder))
            said = b"".join(numpy_helper.to_array(t).tobytes() for t in model.graph.initializer)
        self.tell(201, said)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def naive_server(folder: Path) -> Iterator[str]:
    """The server, in a thread, and its address."""
    methods = {f"do_{method}": Naive.answer for method in ("GET", "PUT", "POST", "DELETE", "PATCH")}
    handler = type("Handler", (Naive,), {"folder": folder, **methods})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def place(url: str) -> tuple[str, int]:
    """Host and port."""
    found = urlsplit(url)
    return str(found.hostname), int(found.port or 0)
