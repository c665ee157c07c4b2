"""Whether the server is alive, whether it can do its work, and what it has counted: for whoever runs it."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from convoscope.server.errors import Problem
from convoscope.server.metrics import MEDIA, Metrics
from convoscope.server.services import Services, ServicesDep
from convoscope.server.sessions import is_operator

router = APIRouter(include_in_schema=False)
NOBODY = Problem("not_found", "Nothing is at this address. /api/docs lists those that there are.")


def only_for_the_operator(request: Request, services: Services) -> None:
    """Raises Problem for everybody who does not run the server."""
    if not is_operator(request.scope, services.lock):
        raise NOBODY


@router.get("/healthz")
async def is_alive(request: Request, services: ServicesDep) -> Response:
    """The event loop answers."""
    only_for_the_operator(request, services)
    return Response("alive\n", media_type="text/plain")


@router.get("/readyz")
async def is_ready(request: Request, services: ServicesDep) -> Response:
    """The store can be written, pictures can be decoded, and the queue has room; 503 with what is missing."""
    only_for_the_operator(request, services)
    missing = await run_in_threadpool(services.missing)
    work = request.app.state.work
    if work.queue.waiting >= services.limits.queue_length:
        missing.append("room in the queue")
    text = f"not ready: no {', no '.join(missing)}\n" if missing else "ready\n"
    return Response(text, 503 if missing else 200, media_type="text/plain")


@router.get("/metrics")
async def read_metrics(request: Request, services: ServicesDep) -> Response:
    """Counters and gauges of this process for Prometheus."""
    only_for_the_operator(request, services)
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), headers={"Content-Type": MEDIA})
