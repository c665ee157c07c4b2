"""`convoscope` without a command: the server, and a browser that is open on it."""

import argparse
import os
import socket
import sys
import threading
import webbrowser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convoscope.server import workers
from convoscope.server.link import EVERYWHERE, bracketed, link
from convoscope.server.scratch import scratch

if TYPE_CHECKING:
    import uvicorn

    from convoscope.server.library import Library
    from convoscope.server.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS_TRIED = 100
BEYOND = """Convoscope listens on {host} only with --public: others get in by a link with a key, which it prints.
Without it, it listens on 127.0.0.1, where only this machine can reach it."""
STOP_SECONDS = 10
OTHER_FILES = 256


def options(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("--labels", metavar="FILE", help="names of the network's classes, one a line or as JSON")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on, or the next free one (8000); 0 for any")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="answer to this name, too")
    parser.add_argument("--public", action="store_true", help="let others in: by a link with a key, which is printed")
    parser.add_argument(
        "--embed-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this site show it in a frame",
    )
    parser.add_argument("--workers", type=int, metavar="N", help="processes that answer (1)")
    browser = parser.add_mutually_exclusive_group()
    browser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    browser.add_argument("--open", action="store_true", help="open a browser even where there seems to be no screen")


def run(args: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    settings = settings_from(args)
    if not settings.public and not is_loopback(settings.host):
        sys.exit(BEYOND.format(host=settings.host))
    library = opened(args, settings)
    listening = listen(settings.host, settings.port)
    settings = settings.model_copy(update={"allowed_hosts": names(settings, args.allow_host)})
    start(settings, listening, library, opens=args.open or (not args.no_browser and has_screen()))
    return 0


def opened(args: argparse.Namespace, settings: "Settings") -> "Library":
    """What is here, the files of the command line first. Ends the program when one cannot be opened."""
    from convoscope.server.library import Library

    if not args.files and args.labels is None:
        return Library()
    from convoscope.server.opening import library_of

    return library_of(args.files, args.labels, settings.limits)


def settings_from(args: argparse.Namespace) -> "Settings":
    """The settings of command line and environment. Ends the program when one makes no sense."""
    from pydantic import ValidationError

    from convoscope.server.settings import Settings

    embed = tuple(args.embed_origin) or None
    named = {"host": args.host, "port": args.port, "public": args.public or None, "embed_origins": embed}
    named["workers"] = args.workers
    given = {name: value for name, value in named.items() if value is not None}
    try:
        return completed(Settings(**given))
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}, not {e['input']!r}." for e in error.errors()]
        sys.exit("Convoscope cannot start.\n" + "\n".join(wrong))


def completed(settings: "Settings") -> "Settings":
    """The settings with what follows from them: a room listens everywhere unless told where, and has its own limits."""
    from convoscope.server.limits import Limits

    host = "0.0.0.0" if settings.public and "host" not in settings.model_fields_set else settings.host
    limits = Limits.in_force(settings.public, settings.limits)
    return settings.model_copy(update={"host": host, "limits": limits})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in LOOPBACK or host.startswith("127.")


def names(settings: "Settings", more: list[str]) -> tuple[str, ...]:
    """The host names to answer to: the listed ones, and the address itself where it is one."""
    own = () if settings.host in EVERYWHERE else (bracketed(settings.host),)
    return (*settings.allowed_hosts, *own, *more)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the port, or on the next free one. Ends the program when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason: OSError | None = None
    for candidate in range(port, min(port + PORTS_TRIED, 65_536)):
        found = socket.socket(
            family, proto=socket.IPPROTO_TCP
        )  # asyncio sends small answers at once only if it says TCP
        if os.name != "nt":  # there it would share the port with whoever has it
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, candidate))
            found.listen(2048)
        except OSError as error:
            found.close()
            reason = error
        else:
            return found
    why = reason.strerror if reason else "there is none"
    sys.exit(f"Convoscope cannot listen on {bracketed(host)}, port {port} or the {PORTS_TRIED} after it: {why}.")


def served(settings: "Settings", library: "Library") -> "uvicorn.Server":
    """The server, to be run on a socket."""
    import uvicorn

    from convoscope.server.app import create_app
    from convoscope.server.protocol import protocol

    config = uvicorn.Config(
        create_app(settings, library),
        http=protocol(settings.limits),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.limits.keep_alive_seconds,
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=settings.limits.header_bytes,
    )
    return uvicorn.Server(config)


def start(settings: "Settings", listening: socket.socket, library: "Library", opens: bool) -> None:
    """Runs the server on the socket, and says where it is."""
    make_room(settings.limits.connections)
    port = listening.getsockname()[1]
    url = link(settings, port)
    taken = f" (port {settings.port} is taken)" if settings.port not in (0, port) else ""
    where = "open to everybody who has this link:" if settings.public else "at"
    print(f"Convoscope is {where} {url}{taken}. Press Ctrl-C to stop it.", flush=True)
    if opens:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    with shared_folder(settings.workers) as folder:
        settings = settings.model_copy(update={"shared": str(folder or "")})
        workers.run(settings.workers, lambda: answer(settings, library, listening), listening.close)


def shared_folder(count: int) -> AbstractContextManager[Path | None]:
    """A folder for so many processes, as long as they run; nothing for one."""
    return scratch() if count > 1 else nullcontext()


def answer(settings: "Settings", library: "Library", listening: socket.socket) -> None:
    """Answers on the socket, in a process that is there for nothing else."""
    from convoscope.server.heap import give_back_large
    from convoscope.server.threads import share

    give_back_large()
    server = served(settings, library)
    app: Any = server.config.app
    share(lambda: app.waiting > 0)
    server.run(sockets=[listening])


def make_room(connections: int) -> None:
    """Lets this process open as many files as connections need, where the system's first limit is lower."""
    if os.name == "nt":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def has_screen() -> bool:
    """Whether a browser would have a screen to open on."""
    local = os.name == "nt" or sys.platform == "darwin"
    return local or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
