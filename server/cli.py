"""The command `convoscope`."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is first imported, so it stands above all

import argparse
import contextlib
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence

NEXT_PORTS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and says how it ended."""
    args = parser().parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        serve(args)
    return 0


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    p = argparse.ArgumentParser("convoscope", description="Step inside a convolutional network.")
    p.add_argument("--host")
    p.add_argument("--port", type=int)
    p.add_argument("--no-browser", action="store_true")
    return p


def serve(args: argparse.Namespace) -> None:
    """Serves until it is told to stop."""
    host, port = args.host or "127.0.0.1", 8000 if args.port is None else args.port
    bound = bind(host, port)
    import uvicorn

    from convoscope.server.app import create_app
    from convoscope.server.settings import Settings

    app = create_app(Settings())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
    url = f"http://{host}:{bound.getsockname()[1]}"
    print(f"Convoscope is at {url}", flush=True)
    if not args.no_browser:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    server.run(sockets=[bound])


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the next free one."""
    for p in range(port, port + NEXT_PORTS):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, p))
        except OSError:
            s.close()
            continue
        s.listen(2048)
        return s
    sys.exit("No free port.")
