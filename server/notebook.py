"""`convoscope.show(model, image)`: Convoscope beside the code, in a notebook or a Python prompt.

One server is started in this process at the first call, in a thread, on this machine's own address alone; every call
puts its network and its picture into it and gives the link.
"""

import html
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

from convoscope.server.handed import model_of, picture_of
from convoscope.server.library import Library, Model
from convoscope.server.pictures import Picture
from convoscope.server.serve import listen, served
from convoscope.server.settings import Settings

EMBEDDED = ("http://localhost:*", "http://127.0.0.1:*", "vscode-webview:")
"""Who may show the page in a frame: notebooks on this machine."""
HEIGHT = 720
STARTS = 20.0  # seconds until the server must answer
TRY = 0.02


class Desk(Library):
    """A library to which networks and pictures are added while it serves."""

    def put(self, model: Model) -> str:
        """Adds a network and gives its name."""
        self._models[model.name] = model
        self._brought = tuple(dict.fromkeys((model.name, *self._brought)))
        return model.name

    def put_picture(self, picture: Picture) -> str:
        """Adds a picture and gives its name."""
        self._pictures[picture.content] = picture
        return picture.content

    @cached_property
    def shipped(self) -> Mapping[str, Picture]:
        """The pictures that Convoscope comes with."""
        return super().pictures

    @property
    def pictures(self) -> Mapping[str, Picture]:
        """The pictures by name, the person's first."""
        return {**self._pictures, **self.shipped}


@dataclass(frozen=True)
class Shown:
    """Where a network is shown: its link as text, and in a notebook the page itself."""

    url: str

    def __repr__(self) -> str:
        return f"Convoscope is at {self.url}"

    def _repr_html_(self) -> str:
        url = html.escape(self.url, quote=True)
        frame = f'<iframe src="{url}" width="100%" height="{HEIGHT}" style="border:0" title="Convoscope"></iframe>'
        return f'{frame}<div><a href="{url}" target="_blank" rel="noopener">Open Convoscope in a tab</a></div>'


def show(model: Any = None, image: Any = None, *, input_shape: tuple[int, ...] | None = None) -> Shown:
    """Opens a network on a picture; `convoscope.show` says what it takes."""
    desk, base = server()
    asked = {}
    if model is not None:
        asked["network"] = desk.put(model_of(model, input_shape))
    if image is not None:
        shipped = isinstance(image, str) and image in desk.shipped
        asked["image"] = image if shipped else desk.put_picture(picture_of(image))
    return Shown(f"{base}/?{urlencode(asked)}" if asked else f"{base}/")


@cache
def server() -> tuple[Desk, str]:
    """The server of this process and its address, started by the first call."""
    settings = Settings(port=0).model_copy(update={"embed_origins": EMBEDDED})
    desk, listening = Desk(), listen(settings.host, 0)
    running = served(settings, desk)
    threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True, name="convoscope").start()
    end = time.monotonic() + STARTS
    while not running.started and time.monotonic() < end:
        time.sleep(TRY)
    return desk, f"http://{settings.host}:{listening.getsockname()[1]}"
