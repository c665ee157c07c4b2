"""What is answered to whoever has no key of a room: three bodies, of which the Accept header alone chooses.

No file of the room may be asked for without the key, and the policy of every page forbids a style in the page itself.
So whoever asks for a style sheet, at any address, gets the one sheet of this page.
"""

from collections.abc import Mapping

from starlette.responses import Response

from convoscope.server.errors import Problem
from convoscope.server.handlers import as_json
from convoscope.server.pack import sheet
from convoscope.server.pages import ROOT

LOCKED = Problem("room_key", "This room opens with its link. Ask whoever started Convoscope for it.")
PAGE = (ROOT / "templates" / "locked.html").read_bytes()
SHEET = sheet("css/locked.css", lambda name: (ROOT / "static" / name).read_text(encoding="utf-8"))


def refusal(accept: str, headers: Mapping[str, str]) -> Response:
    """The one answer: as a page, as that page's style sheet, or as problem+json."""
    kept = {**headers, "Cache-Control": "no-store"}
    if accept.startswith("text/html"):
        return Response(PAGE, LOCKED.status_code, kept, "text/html; charset=utf-8")
    if accept.startswith("text/css"):
        return Response(SHEET, 200, kept, "text/css; charset=utf-8")  # browsers take no sheet from a refusal
    return as_json(LOCKED, "", headers)
