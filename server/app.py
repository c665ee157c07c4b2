"""The app: wiring only."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp

from convoscope import __version__
from convoscope.server import handlers
from convoscope.server.guards import Guards
from convoscope.server.routes import images, limits, networks, pages, traces
from convoscope.server.services import Services
from convoscope.server.settings import Settings


def create_app(settings: Settings) -> ASGIApp:
    """The whole server as one ASGI app."""
    app = FastAPI(
        title="Convoscope", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    app.state.services = Services(settings)
    handlers.install(app)
    for routes in (networks, images, traces, limits, pages):
        app.include_router(routes.router)
    pages.mount_static(app)
    zipped = GZipMiddleware(app, compresslevel=4)
    return Guards(zipped, settings.allowed_hosts)
