"""The processes that decode pictures. A picture that crashes, hangs or swells its decoder hurts nothing else.

    server ──▶ nursery   one process, started with the server; Pillow is loaded, no picture is ever opened in it
                  └──▶ keeper    forked per picture (1 ms); waits for the decoder and says how it ended
                         └──▶ decoder   forked per picture; under limits of time, memory and files

The server hands the nursery one end of a socket per picture. Through it the decoder reads a length and the bytes,
and writes a length and a JSON header, then the pixels; the keeper adds one byte: the signal that ended the decoder.
"""

import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import Any

LENGTH = struct.Struct(">Q")
WALL_TIMES_CPU = 4
"""A decoder that waits instead of working is ended after this many times its processor time."""

Decode = Callable[[bytes, Any], Any]


def main(control: int, limits: Mapping[str, int], decoder: str) -> None:
    """Runs the nursery until the server closes its end. decoder: `module:function`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for keepers
    decode = load(decoder)
    with socket.socket(fileno=control) as server:
        while True:
            said, descriptors, _, _ = socket.recv_fds(server, 1, 1)
            if not said:
                return
            if os.fork() == 0:
                server.close()
                keep(socket.socket(fileno=descriptors[0]), limits, decode)
            os.close(descriptors[0])


def load(decoder: str) -> Decode:
    """The decoding function, with the parts of Pillow that it will need."""
    from PIL import Image, ImageChops, ImageOps

    del ImageChops, ImageOps
    Image.preinit()
    for plugin in ("BmpImagePlugin", "GifImagePlugin", "JpegImagePlugin", "PngImagePlugin", "WebPImagePlugin"):
        import_module(f"PIL.{plugin}")
    module, _, function = decoder.partition(":")
    found: Decode = getattr(import_module(module), function)
    return found


def keep(job: socket.socket, limits: Mapping[str, int], decode: Decode) -> None:
    """Waits for a decoder and tells the signal that ended it, 0 for none."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    decoder = os.fork()
    if decoder == 0:
        confine(limits)
        work(job, limits, decode)
    _, status = os.waitpid(decoder, 0)
    with suppress(OSError):
        job.sendall(bytes([os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0]))
    os._exit(0)


def confine(limits: Mapping[str, int]) -> None:
    """Bounds what this process can take: time, memory, files."""
    import resource

    seconds, memory = limits["decode_seconds"], limits["decode_memory"]
    for what, most in (
        (resource.RLIMIT_CPU, (seconds, seconds + 1)),
        (resource.RLIMIT_AS, (memory, memory)),
        (resource.RLIMIT_FSIZE, (0, 0)),
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        with suppress(ValueError, OSError):  # a stricter one is in force already, or the system has none
            resource.setrlimit(what, most)
    signal.setitimer(signal.ITIMER_REAL, WALL_TIMES_CPU * seconds)


def work(job: socket.socket, limits: Mapping[str, int], decode: Decode) -> None:
    """Decodes one picture and ends the process."""
    with suppress(OSError):
        with job.makefile("rb") as stream:
            data = stream.read(LENGTH.unpack(stream.read(LENGTH.size))[0])
        header, pixels = result(data, limits, decode)
        told = json.dumps(header).encode()
        job.sendall(LENGTH.pack(len(told)) + told)
        job.sendall(pixels)
    os._exit(0)


def once(limits: Mapping[str, int], decoder: str) -> None:
    """Decodes one picture from standard input: for systems whose processes cannot fork, and so not be confined."""
    header, pixels = result(sys.stdin.buffer.read(), limits, load(decoder))
    told = json.dumps(header).encode()
    sys.stdout.buffer.write(LENGTH.pack(len(told)) + told + pixels)


def result(data: bytes, limits: Mapping[str, int], decode: Decode) -> tuple[dict[str, Any], bytes]:
    """What decoding came to, as a header and pixels. Pillow may raise nearly anything on a damaged file."""
    from convoscope.server.decode import Refused

    try:
        width, height, pixels, animated = decode(data, SimpleNamespace(**limits))
    except Refused as e:
        return {"refused": e.args}, b""
    except MemoryError:
        return {"refused": ("image_too_much_memory", None, limits["decode_memory"], None)}, b""
    except Exception:
        return {"refused": ("image_corrupt", None, None, None)}, b""
    return {"width": width, "height": height, "animated": animated}, pixels
