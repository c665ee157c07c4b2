"""Every refusal has one shape, says what would be right, and never repeats what was asked."""

import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from convoscope import engine
from convoscope.server.errors import CODES, from_engine
from convoscope.server.handlers import place
from tests.live import LiveServer, live_server
from tests.server.conftest import CAT, NET

PLANTED = "planted-7f3a"
REFUSALS = [
    (f"/api/{PLANTED}", 404, "not_found", "Nothing is at this address. /api/docs lists those that there are."),
    (f"/static/{PLANTED}.js", 404, "not_found", "There is no such file."),
    ("/static/types.d.ts", 404, "not_found", "There is no such file."),
    (f"/api/networks/{PLANTED}", 404, "unknown_network", "There is no network of that name. Known are: example-cnn"),
    ("/api/networks/example-cmn", 404, "unknown_network", "Known are: example-cnn"),
    ("/api/networks/aaaaaaaaaaaaaaaaaaaaaaaaaa", 404, "unknown_network", "There is no network of that name."),
    ("/api/images/cat-foto", 404, "unknown_image", "There is no picture of that name. Known are: cat-photo"),
    ("/api/images/aaaaaaaaaaaaaaaaaaaaaaaaaa", 404, "unknown_image", "There is no picture of that name."),
    (f"/api/traces/example-cnn/{PLANTED}", 404, "unknown_image", "There is no picture of that name."),
    (f"{NET}/nodes/conv9/filters", 404, "unknown_name", "There is no node of that name. Known are: conv"),
    (f"{NET}/nodes/input/filters", 404, "unknown_name", "There is no node of that name."),
    (f"{CAT}/nodes/{PLANTED}/activations", 404, "unknown_name", "There is no node of that name."),
    (f"{CAT}/activations?nodes=conv1,{PLANTED}", 404, "unknown_name", "There is no node of that name."),
    (f"{CAT}/activations?nodes=", 404, "unknown_name", "There is no node of that name."),
    (f"{CAT}/nodes/conv1/activations?channels=3:3", 422, "bad_value", "first:last with 0 ≤ first < last ≤ 10"),
    (f"{CAT}/nodes/conv1/activations?channels=0:11", 422, "bad_value", "for example 0:1."),
    (f"{CAT}/nodes/conv1/activations?channels={PLANTED}", 422, "bad_value", "channels is written first:last"),
    (f"{CAT}/activations?dtype={PLANTED}", 422, "bad_value", "dtype: Input should be 'float32' or 'float16'."),
    ("/api/images/cat-photo/picture?side=0", 422, "bad_value", "side: Input should be greater than or equal to 1."),
    ("/api/images/cat-photo/picture?side=1e308", 422, "bad_value", "side: Input should be a valid integer"),
    (f"{CAT}/nodes/conv1/at/{PLANTED}", 422, "bad_value", "A cell is written as its indices with commas between them"),
    (f"{CAT}/nodes/conv1/at/-1,0,0", 422, "bad_value", "for example 3,5,7."),
    (f"{CAT}/nodes/conv1/at/0,0,9999999999", 422, "bad_value", "for example 3,5,7."),
    (f"{CAT}/nodes/conv1/at/٣,٥,٧", 422, "bad_value", "for example 3,5,7."),
    (
        f"{CAT}/nodes/conv1/at/0,0,32",
        404,
        "index_outside",
        "conv1 has shape (10, 32, 32); (0, 0, 32) is no cell of it.",
    ),
    (f"{CAT}/nodes/conv1/at/0", 404, "index_outside", "conv1 has shape (10, 32, 32)"),
    (f"{CAT}/nodes/{PLANTED}/at/0,0,0", 404, "unknown_name", "There is no node of that name."),
    (f"{CAT}/nodes/conv1/at/0,0,0?direction={PLANTED}", 422, "bad_value", "direction: Input should be 'forward' or"),
    (f"{CAT}/nodes/conv1/at/0,0,0?direction=backward", 422, "bad_value", "direction=backward needs an objective"),
    (f"{CAT}/nodes/conv1/at/0,0,0?objective={PLANTED}", 422, "bad_value", "An objective is written loss:3"),
    (f"{CAT}/gradients", 422, "bad_value", "objective: Field required."),
    (
        f"{CAT}/gradients?objective={PLANTED}",
        422,
        "bad_value",
        "An objective is written loss:3, logit:5 or unit:conv2@",
    ),
    (f"{CAT}/gradients?objective=loss:10", 422, "bad_shape", "the network has classes 0 to 9."),
    (f"{CAT}/gradients?objective=logit:10", 404, "index_outside", "fc has 10, 0 to 9."),
    (f"{CAT}/gradients?objective=unit:{PLANTED}@0", 404, "unknown_name", "There is nothing of that name. Known are:"),
    (f"{CAT}/nodes/conv1/params/{PLANTED}/gradients?objective=loss:3", 404, "unknown_name", "Known are: weight, bias."),
    (f"{CAT}/nodes/relu1/params/weight/gradients?objective=loss:3", 404, "unknown_name", "Known are: none."),
    (f"{CAT}/nodes/conv1/params/{PLANTED}/at/0?objective=loss:3", 404, "unknown_name", "Known are: weight, bias."),
    (f"{CAT}/nodes/conv1/params/bias/at/10?objective=loss:3", 404, "index_outside", "conv1.bias has shape (10,)"),
    (f"{CAT}/nodes/conv1/windows?channel=10", 404, "index_outside", "conv1 has shape (10, 32, 32)"),
    (f"{CAT}/nodes/conv1/windows?channel=-1", 422, "bad_value", "channel: Input should be greater than or equal to 0."),
]


def shaped(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a problem of this status and code, and says nothing that it should not."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["type"] == f"/api/docs#{code}"
    assert body["title"] == CODES[code].title
    assert body["request_id"] == answer.headers["x-request-id"]
    assert set(body) <= {"type", "title", "status", "code", "detail", "limit", "value", "request_id"}
    assert PLANTED not in answer.text
    assert not re.search(r"Traceback|File \"|\.py\b|/root|/home|/tmp", answer.text)
    return body


@pytest.mark.parametrize(("path", "status", "code", "detail"), REFUSALS)
def test_a_refusal_says_what_would_be_right(
    client: httpx.Client, path: str, status: int, code: str, detail: str
) -> None:
    assert detail in shaped(client.get(path), status, code)["detail"]


IDS = [
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a" * 10_000,
    "%5c%5chost%5cshare",
    "ｅxample-cnn",
    "%ff%fe",
    "%ed%a0%80",
    "~",
]


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("path", ["/api/networks/{}", "/api/images/{}", "/static/{}", CAT + "/nodes/{}/activations"])
def test_a_hostile_name_is_only_an_unknown_one(client: httpx.Client, path: str, name: str) -> None:
    answer = client.get(path.format(name))
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert name not in answer.text or len(name) < 2


def test_a_lone_surrogate_in_a_query_is_no_bug(client: httpx.Client) -> None:
    shaped(client.get(f"{CAT}/activations?dtype=%ed%a0%80"), 422, "bad_value")


@pytest.mark.parametrize("path", ["/", "/api/limits", CAT, f"{CAT}/activations", "/api/images"])
def test_a_method_that_an_address_does_not_take_is_answered_by_those_that_it_takes(
    client: httpx.Client, path: str
) -> None:
    answer = client.post(path)
    assert "Allow lists the methods" in shaped(answer, 405, "method_not_allowed")["detail"]
    assert answer.headers["allow"] == ("GET, PUT, HEAD" if path == "/api/images" else "GET, HEAD")


def test_people_get_a_page_and_programs_a_problem(client: httpx.Client) -> None:
    answer = client.get("/nowhere", headers={"Accept": "text/html,application/xhtml+xml"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address" in answer.text
    shaped(client.get("/nowhere"), 404, "not_found")
    shaped(client.get("/api/nowhere", headers={"Accept": "text/html"}), 404, "not_found")


def test_a_page_on_a_picture_that_is_gone_opens_all_the_same(client: httpx.Client) -> None:
    answer = client.get("/?image=aaaaaaaaaaaaaaaaaaaaaaaaaa", headers={"Accept": "text/html"})
    assert answer.status_code == 200


def test_a_bug_is_a_500_that_tells_nothing_but_to_the_log(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="the server crashed while the tests used it"),
        live_server(tmp_path, (sys.executable, str(Path(__file__).parent / "odd_server.py"))) as live,
    ):
        answer = httpx.get(f"{live.url}/api/networks/broken", trust_env=False)
    assert "That is a bug of ours" in shaped(answer, 500, "internal")["detail"]
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "RuntimeError: a secret" in live.said()


def test_every_refusal_of_the_engine_has_a_code_of_its_own() -> None:
    def kinds(kind: type[engine.errors.ConvoscopeError]) -> list[type[engine.errors.ConvoscopeError]]:
        return [kind, *(k for below in kind.__subclasses__() for k in kinds(below))]

    for kind in kinds(engine.errors.ConvoscopeError):
        assert kind.code in CODES, f"errors.py needs the code {kind.code!r} of {kind.__name__}"
        problem = from_engine(kind("detail"))
        assert problem.code == kind.code
        assert 400 <= problem.status_code < 500


@pytest.mark.parametrize(
    ("loc", "kind", "said"),
    [
        (("query", "side"), "int_parsing", "side"),
        (("body", "input", "list[list[float]]", 0, 3), "float_type", "input.0.3"),
        (("body", PLANTED.replace("-", "_")), "extra_forbidden", "body"),
        (("body", 17), "json_invalid", "17"),
    ],
)
def test_a_wrong_value_is_found_by_our_names_and_never_by_those_of_who_sent_it(
    loc: tuple[str | int, ...], kind: str, said: str
) -> None:
    assert place({"loc": loc, "type": kind}) == said


def test_nothing_of_all_this_was_a_bug(client: httpx.Client, server: LiveServer) -> None:
    for path, *_ in REFUSALS:
        assert client.get(path).status_code < 500
    assert "Exception" not in server.said()
