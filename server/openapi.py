"""The description of the interface: what FastAPI finds out, with our one error shape for every refusal."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from convoscope.server.errors import CODES
from convoscope.server.wire import PROBLEM, ProblemView
from convoscope.server.work import PROGRESS

ABOUT = (
    "Structure travels as JSON, arrays as safetensors; the addresses of arrays also take the ending .json, for small "
    "scripts. Every answer is a function of what its address names. Every refusal is a problem (RFC 9457) with a code."
)
PLACES = {
    "net": ("A network's name or content id.", "example-cnn"),
    "image": ("A picture's name or content id.", "cat-drawn"),
    "images": ("Names or content ids of pictures, with commas between them.", "cat-drawn,dog-drawn"),
    "node": ("A node's or an input's name.", "conv1"),
    "param": ("A parameter's name.", "weight"),
    "address": ("A number of an input, a parameter or an activation.", "conv1.weight@3,0,1,1"),
    "at": ("A cell, its indices with commas between them.", "3,1,2"),
}
"""What the parts of an address are, and an example of each."""
OF_PARAMETER = {"at": ("A cell of the parameter, its indices with commas between them.", "3,0,1,1")}
"""What is otherwise in the address of a parameter."""
EVERYWHERE = (400, 403, 408, 413, 421, 431, 500, 503)
ANEW = ("/api/sandbox", "/api/convolve")
"""What is computed for each request, without an ETag; as is how far work has come."""
UNCHANGED = {"description": "The answer has the ETag that If-None-Match names."}
READING, WRITING = (404, 410, 422), (404, 410, 415, 422, 507)


def description(app: FastAPI) -> dict[str, Any]:
    """The interface as OpenAPI. Made once."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
        problem = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = schema["components"]["schemas"]
        schemas["ProblemView"] = problem
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path, methods in schema["paths"].items():
            for method, operation in methods.items():
                operation["parameters"] = parameters(path, operation.get("parameters", []))
                if method == "get" and (whole := example(path, operation["parameters"])):
                    operation["x-example"] = whole
                operation["responses"] |= {
                    str(s): refusal(s) for s in (*EVERYWHERE, *(READING if method == "get" else WRITING))
                }
                if method == "get" and not path.startswith(ANEW) and not path.endswith(PROGRESS):
                    operation["responses"]["304"] = UNCHANGED
        app.openapi_schema = schema
    return app.openapi_schema


def parameters(path: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parameters of an operation in the order of its address, each with what it is."""
    ordered = sorted(found, key=lambda p: path.find(f"{{{p['name']}}}") % (len(path) + 1))
    places = PLACES | OF_PARAMETER if "{param}" in path else PLACES
    told = {name: {"description": what, "example": example} for name, (what, example) in places.items()}
    return [{"description": "", **told.get(p["name"], {}), **p} for p in ordered]


def example(path: str, found: list[dict[str, Any]]) -> str | None:
    """An address that works: its parts, and what it asks for; None where a part has no example."""
    asked = [p for p in found if p["in"] == "path" or p.get("required")]
    given = {p["name"]: p.get("example", (p["schema"].get("examples") or [None])[0]) for p in asked}
    if any(value is None for value in given.values()):
        return None
    query = "&".join(f"{p['name']}={given[p['name']]}" for p in asked if p["in"] == "query")
    return path.format(**given) + (f"?{query}" if query else "")


def refusal(status: int) -> dict[str, Any]:
    """What an operation says about a status: the codes that it may carry."""
    codes = ", ".join(code for code, kind in CODES.items() if kind.status == status)
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemView"}}}
    return {"description": f"Refused: {codes}", "content": content}
