"""The interface is described truly, by a page of our own that needs nobody else."""

import re
from typing import Any

import httpx
import pytest

from convoscope.server.errors import CODES
from convoscope.server.wire import ProblemView
from tests.server.conftest import CAT, NET
from tests.tree import text


@pytest.fixture(scope="module")
def api(client: httpx.Client) -> dict[str, Any]:
    return dict(client.get("/api/openapi.json").json())


RESOURCES = {"networks", "images", "traces", "gradients", "explanations", "checks", "steps", "batches", "limits"}
"""The tags of what docs/wire.md is about."""


def test_every_address_of_the_wire_document_is_described_and_no_other(api: dict[str, Any]) -> None:
    written = set(re.findall(r"^\| `(GET|PUT|POST) ([^`?]+)", text("docs/wire.md"), flags=re.MULTILINE))
    described = {
        (method.upper(), path): set(operation["tags"])
        for path, methods in api["paths"].items()
        for method, operation in methods.items()
    }
    assert written <= set(described)
    assert {place for place, tags in described.items() if tags & RESOURCES} <= written


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/networks", "NetworkList"),
        (NET, "NetworkView"),
        ("/api/images", "ImageList"),
        ("/api/images/cat-photo", "ImageView"),
        (CAT, "TraceView"),
        (f"{CAT}/nodes/conv1/at/0,0,0", "ExplanationView"),
        (f"{CAT}/nodes/pool1/at/0,0,0", "ExplanationView"),
        ("/api/limits", "LimitList"),
        (f"{CAT}/activations.json", "ArraysView"),
        ("/api/batches/example-cnn/cat-drawn,dog-drawn?objective=loss:3,5&of=fc.bias@3", "BatchView"),
        (f"{CAT}/difference?edit=off=conv1@0", "DifferenceView"),
        (f"{CAT}/numbers/conv1.bias@0", "NumberView"),
        (f"{CAT}/check/conv1.bias@0?objective=loss:3", "CheckView"),
        (f"{CAT}/steps?objective=loss:3&of=conv1.bias@0", "StepsView"),
    ],
)
def test_an_answer_has_exactly_the_fields_that_are_described(
    client: httpx.Client, api: dict[str, Any], path: str, name: str
) -> None:
    fits(client.get(path).json(), {"$ref": f"#/components/schemas/{name}"}, api["components"]["schemas"], name)


def test_what_has_an_etag_says_that_it_may_be_unchanged(client: httpx.Client, api: dict[str, Any]) -> None:
    for path, methods in api["paths"].items():
        if (example := methods.get("get", {}).get("x-example")) is None:
            continue
        tag = client.get(example).headers.get("etag")
        again = client.get(example, headers={"If-None-Match": tag} if tag else {})
        assert again.status_code in (200, 304), path
        assert ("304" in methods["get"]["responses"]) is (again.status_code == 304), path


def fits(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str) -> None:
    """The value is what the schema says, and has no field that the schema does not know."""
    if "$ref" in schema:
        fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, where)
    elif "anyOf" in schema:
        assert any(is_one(value, option, schemas, where) for option in schema["anyOf"]), f"{where}: {value!r}"
    elif schema.get("type") == "object" and "properties" in schema:
        assert set(value) == set(schema["properties"]), where
        for field, below in schema["properties"].items():
            fits(value[field], below, schemas, f"{where}.{field}")
    elif schema.get("type") == "array" and "items" in schema:
        for item in value:
            fits(item, schema["items"], schemas, f"{where}[]")
    elif "type" in schema:
        kinds: dict[str, Any] = {
            "string": str,
            "integer": int,
            "number": (int, float),
            "boolean": bool,
            "null": type(None),
        }
        assert isinstance(value, kinds.get(schema["type"], (dict, list))), f"{where}: {value!r}"


def is_one(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str) -> bool:
    try:
        fits(value, schema, schemas, where)
    except (AssertionError, TypeError):
        return False
    return True


def test_the_examples_of_the_description_work_with_edits_and_all(client: httpx.Client, api: dict[str, Any]) -> None:
    done = 0
    for path, methods in api["paths"].items():
        asked = methods.get("get", {"tags": []})
        if not path.startswith(("/api/traces/", "/api/batches/")):
            continue
        given = {p["name"]: p.get("example", (p["schema"].get("examples") or [None])[0]) for p in asked["parameters"]}
        query = {p["name"]: given[p["name"]] for p in asked["parameters"] if p["in"] == "query"}
        known = {k: v for k, v in query.items() if v is not None}
        answer = client.get(path.format(**given), params=known)
        assert answer.status_code == 200, (path, known, answer.text)
        done += 1
        shown = asked["x-example"]
        assert client.get(shown).status_code == 200, shown
    assert done >= 15


def test_every_operation_says_how_it_may_refuse(api: dict[str, Any]) -> None:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            refusals = {
                s for s, r in operation["responses"].items() if "application/problem+json" in r.get("content", {})
            }
            wanted = (
                {"400", "404", "421", "422", "500", "503"} if method == "get" else {"400", "403", "413", "415", "422"}
            )
            assert wanted <= refusals, path
    assert api["components"]["schemas"]["ProblemView"]["title"] == ProblemView.__name__


def test_the_page_holds_every_operation_and_every_code(client: httpx.Client, api: dict[str, Any]) -> None:
    page = client.get("/api/docs").text
    for path in api["paths"]:
        assert f" {path}</code>" in page
    for code in CODES:
        assert f'id="{code}"' in page


@pytest.mark.parametrize("path", ["/", "/api/docs", "/nowhere"])
def test_a_page_has_nothing_that_its_policy_refuses(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).text
    assert not re.search(r"<style|\sstyle=|<script(?![^>]* src=)|\son\w+=|javascript:|https?://", page)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith(("/", "?", "#")), address
        if address.startswith("/static/"):
            assert client.get(address).status_code == 200, address


def test_the_first_page_says_what_the_network_sees(client: httpx.Client) -> None:
    page, trace = client.get("/").text, client.get(CAT).json()
    assert 'data-network="example-cnn" data-image="cat-photo"' in page
    assert trace["prediction"]["top"][0]["label"] in page
    other = client.get("/?image=coffee-photo").text
    assert 'data-image="coffee-photo"' in other
