"""Pictures: those that are here, and uploads."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from convoscope.server import wire
from convoscope.server.answers import answer
from convoscope.server.pictures import Picture
from convoscope.server.services import ServicesDep
from convoscope.server.sessions import OWN, STUDENT

BYTES = {"type": "string", "format": "binary"}
router = APIRouter(prefix="/api/images", tags=["images"])
Side = Annotated[int, Query(ge=1, le=2048, description="The longer side of the answer, at most.")]

FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {f"image/{kind}": {"schema": BYTES} for kind in ("png", "jpeg", "webp", "gif", "bmp")},
    }
}


def image_view(id: str, p: Picture) -> wire.ImageView:
    """What is known about a picture."""
    return wire.ImageView(
        id=id, title=p.title, width=p.width, height=p.height, label=p.label, kind=p.kind, animated=p.animated
    )


@router.get("", response_model=wire.ImageList)
def list_images(request: Request, services: ServicesDep) -> Response:
    """The pictures that are here, the one to open on first."""
    found = services.library.pictures
    body = wire.ImageList(images=[image_view(name, p) for name, p in found.items()])
    return answer(request, [p.content for p in found.values()], body.body)


@router.put("", response_model=wire.ImageView, status_code=201, openapi_extra=FILE)
async def upload_image(request: Request, services: ServicesDep) -> Response:
    """Takes a picture, as raw bytes, and says by which id it is known."""
    data = await request.body()
    student = request.scope.get(STUDENT, OWN)
    picture = await to_thread.run_sync(services.take, data, student, limiter=services.decodes)
    view = image_view(picture.content, picture)
    headers = {"Location": f"/api/images/{view.id}", "Cache-Control": "no-store"}
    return Response(view.body(), 201, headers, wire.JSON)


@router.get("/{image}", response_model=wire.ImageView)
def read_image(request: Request, services: ServicesDep, image: str) -> Response:
    """A picture's size and title."""
    p = services.picture(image)
    return answer(request, [p.content], image_view(image, p).body, private=p.private)


@router.get("/{image}/picture", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def read_picture(request: Request, services: ServicesDep, image: str, side: Side = 192) -> Response:
    """The picture as PNG, shrunk to a side."""
    p = services.picture(image)
    return answer(request, [p.content], lambda: services.preview(p, side), "image/png", private=p.private)
