"""The app: wiring only."""

from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from convoscope import __version__
from convoscope.server import handlers, wire
from convoscope.server.guards import Guards
from convoscope.server.library import Library
from convoscope.server.logs import Observed, log_of
from convoscope.server.operating import metrics_of
from convoscope.server.routes import (
    backward,
    batches,
    checks,
    contributors,
    convolve,
    docs,
    explanations,
    faces,
    gradients,
    health,
    images,
    lessons,
    limits,
    networks,
    pages,
    room,
    saliency,
    steps,
    traces,
)
from convoscope.server.services import Services
from convoscope.server.sessions import entrance
from convoscope.server.settings import Settings
from convoscope.server.work import Work

ROUTES = (
    networks,
    images,
    traces,
    faces,
    gradients,
    saliency,
    backward,
    explanations,
    contributors,
    checks,
    steps,
    batches,
    convolve,
    limits,
    lessons,
    docs,
    health,
    room,
    pages,
)
NOT_ZIPPED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, wire.SAFETENSORS)
"""Numbers shrink by a third only, for five times the work of sending them as they are."""


def create_app(settings: Settings, library: Library | None = None) -> Observed:
    """The whole server as one ASGI app."""
    app = FastAPI(title="Convoscope", version=__version__, openapi_url=None, redirect_slashes=False)
    services = app.state.services = Services(settings, library or Library())
    services.start()
    handlers.install(app)
    for routes in ROUTES:
        app.include_router(routes.router)
    zipped = GZipMiddleware(app, minimum_size=1000, compresslevel=4, exclude_content_types=NOT_ZIPPED)
    work = app.state.work = Work(zipped, settings.limits)
    metrics = app.state.metrics = metrics_of(services, work)
    entered = entrance(Guards(work, settings), services.lock, settings.embed_origins)
    return Observed(entered, metrics, log_of(settings.log, settings.public))
