"""Pictures: those that are here, and uploads."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from convoscope.server import library, pictures, wire
from convoscope.server.answers import answer
from convoscope.server.errors import Problem
from convoscope.server.pictures import Picture
from convoscope.server.services import Desk

router = APIRouter(prefix="/api/images", tags=["images"])


def image_view(id: str, p: Picture) -> wire.ImageView:
    """What is known about a picture."""
    return wire.ImageView(
        id=id, title=p.title, width=p.width, height=p.height, label=p.label, kind=p.kind, animated=p.animated
    )


@router.get("", response_model=wire.ImageList)
def list_images(request: Request) -> Response:
    """The pictures that are here, the one to open on first."""
    found = {name: make() for name, make in library.pictures().items()}
    body = wire.ImageList(images=[image_view(name, p) for name, p in found.items()])
    return answer(request, [p.id for p in found.values()], body.body)


@router.put("", response_model=wire.ImageView, status_code=201)
async def upload_image(request: Request, desk: Desk) -> Response:
    """Takes a picture, as raw bytes, and says by which id it is known."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("content_encoding", "Send the picture's bytes as they are, without Content-Encoding.")
    picture = await run_in_threadpool(desk.take, await request.body())
    view = image_view(picture.id, picture)
    headers = {"Location": f"/api/images/{picture.id}", "Cache-Control": "no-store"}
    return Response(view.body(), 201, headers, wire.JSON)


@router.get("/{image}", response_model=wire.ImageView)
def read_image(request: Request, desk: Desk, image: str) -> Response:
    """A picture's size and title."""
    p = desk.picture(image)
    return answer(request, [p.id], image_view(image, p).body, private=p.kind == "upload")


@router.get("/{image}/picture", response_class=Response)
def read_picture(
    request: Request, desk: Desk, image: str, side: Annotated[int, Query(ge=1, le=2048)] = 192
) -> Response:
    """The picture as PNG, its longer side at most `side`."""
    p = desk.picture(image)

    def make() -> bytes:
        return pictures.preview(p, side)

    kept = ("preview", p.id, side)
    return answer(request, [p.id], lambda: desk.kept(kept, make), "image/png", private=p.kind == "upload")
