"""The page, and the files that it is made of."""

from math import prod

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from convoscope.server.answers import FOR_EVER, has
from convoscope.server.errors import Problem
from convoscope.server.pages import ASSETS, page
from convoscope.server.routes.images import image_view
from convoscope.server.services import ServicesDep

router = APIRouter(include_in_schema=False)
AT_ONCE = 4_000_000
"""Numbers of a network that are sent whole, as in static/graph/faces.js; of a larger one what is on the screen."""


@router.get("/", response_class=HTMLResponse)
def read_page(request: Request, services: ServicesDep, network: str = "", image: str = "", edit: str = "") -> Response:
    """Convoscope, open on the network and picture of the address, or else on the first ones that are here.

    Of a network or picture that is gone, the page itself tells; so it must open. What edits make of them, it asks for;
    so for a large network's trace, which takes so long that the page has to say so meanwhile.
    """
    name = image or next(iter(services.library.pictures))
    try:
        model, picture = services.model(network or services.library.models[0]), services.picture(name)
    except Problem:
        return page(request, "index.html")
    view = services.network_view(model)
    later = bool(edit) or sum(prod(node.shape) for node in view.nodes) > AT_ONCE
    return page(
        request,
        "index.html",
        network=view,
        image=image_view(name, picture),
        trace=None if later else services.trace_view(model, picture, name),
        edited=bool(edit),
    )


@router.get("/static/{name:path}")
async def read_static(request: Request, name: str) -> Response:
    """A file of static/."""
    version, slash, rest = name.partition("/")
    versioned = version.startswith("~") and slash
    asset = ASSETS.get(rest if versioned else name)
    if asset is None:
        raise Problem("not_found", "There is no such file.")
    current = versioned and version == f"~{ASSETS.version}"
    headers = {
        "ETag": f'W/"{asset.tag}"',
        "Cache-Control": f"public, {FOR_EVER if current else 'no-cache'}",
        "Vary": "Accept-Encoding",
    }
    if has(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.zipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media)
    return Response(asset.body, headers=headers, media_type=asset.media)
