"""The address that the command prints: what to open on this machine, or what to share with the room."""

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convoscope.server.settings import Settings

EVERYWHERE = ("0.0.0.0", "::")
SOMEWHERE_ELSE = ("192.0.2.1", 9)  # an address that is nobody's: nothing is sent there, the system only picks a route


def link(settings: "Settings", port: int) -> str:
    """Where the server is; of a room with its key."""
    host = settings.host
    if host in EVERYWHERE:
        host = address_of_this_machine() if settings.public else "localhost"
    return f"http://{bracketed(host)}:{port}{f'/?key={room_key(settings)}' if settings.public else ''}"


def bracketed(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def address_of_this_machine() -> str:
    """The address by which others in the same network reach this machine; localhost where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE_ELSE)
        except OSError:
            return "localhost"
        return str(probe.getsockname()[0])


def room_key(settings: "Settings") -> str:
    """The key of the room. Ends the program where the store cannot be written."""
    from convoscope.server.blobs import files_at
    from convoscope.server.sessions import Lock
    from convoscope.server.uploads import Uploads

    try:
        return Lock(Uploads(files_at(settings.data), settings.limits).secret()).key
    except OSError as error:
        raise SystemExit(
            "Convoscope cannot write its store. Name a folder that it may write in CONVOSCOPE_DATA."
        ) from error
