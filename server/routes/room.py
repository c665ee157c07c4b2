"""The link of a room, for whoever is in it: so a teacher can show it again, and one student lets another in."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from convoscope.server.errors import Problem
from convoscope.server.guards import CROSS_ORIGIN, same_origin
from convoscope.server.link import EVERYWHERE, address_of_this_machine, bracketed
from convoscope.server.services import ServicesDep
from convoscope.server.sessions import is_https, is_loopback
from convoscope.server.wire import RoomView

router = APIRouter(prefix="/api/room", tags=["room"], include_in_schema=False)
NO_ROOM = Problem("not_found", "This server is nobody's room: whoever can reach it is in. Start it with --public.")


@router.get("")
def read_room(request: Request, services: ServicesDep) -> Response:
    """The room's link with its key. Our own pages and programs may ask; no other site's page, and no cache keeps it."""
    if services.lock is None:
        raise NO_ROOM
    host = request.headers["host"]
    if not same_origin(request.headers, host):
        raise CROSS_ORIGIN
    scheme = "https" if is_https(request.scope) else "http"
    place = shared(host) if services.settings.host in EVERYWHERE else host
    view = RoomView(link=f"{scheme}://{place}/?key={services.lock.key}")
    return Response(view.body(), headers={"Cache-Control": "private, no-store"}, media_type="application/json")


def shared(host: str) -> str:
    """A Host header as others reach it: the name by which a machine calls itself is another machine to them."""
    at = urlsplit(f"//{host}")
    if not is_loopback(at.hostname or ""):
        return host
    return f"{bracketed(address_of_this_machine())}{f':{at.port}' if at.port else ''}"
