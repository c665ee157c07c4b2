"""Servers in processes of their own on one s3:// store: `python3 dev.py soak s3`."""

from pathlib import Path

import httpx
import pytest

from convoscope.server.remote import Remote
from tests.live import live_server
from tests.s3 import s3_place
from tests.server.test_room import picture


def test_servers_on_several_machines_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_place() as place:
        for name, value in place.items():
            monkeypatch.setenv(name, value)
        Remote("s3://room").fs.mkdir("room")
        same_bytes(tmp_path)


def same_bytes(tmp_path: Path) -> None:
    variables = {"CONVOSCOPE_DATA": "s3://room/class", "CONVOSCOPE_PUBLIC": "true"}
    variables |= {"CONVOSCOPE_HOST": "127.0.0.1", "CONVOSCOPE_WORKERS": "2", "CONVOSCOPE_LOG": "off"}
    (tmp_path / "b").mkdir()
    with live_server(tmp_path, **variables) as one, live_server(tmp_path / "b", **variables) as other:
        keys = {live.said().partition("?key=")[2][:26] for live in (one, other)}
        assert len(keys) == 1, "both rooms open with the same link"
        with httpx.Client(base_url=one.url, trust_env=False, timeout=60) as client:
            client.get("/", params={"key": keys.pop()})
            cookie = {"Cookie": f"convoscope={client.cookies['convoscope']}"}
            ids = [client.put("/api/images", content=picture(k)).json()["id"] for k in range(4)]
        paths = [f"/api/images/{id}/picture" for id in ids]
        paths += [f"/api/traces/example-cnn/{id}/activations?nodes=fc" for id in ids]
        for path in paths:
            asked = [
                httpx.get(live.url + path, headers=cookie, trust_env=False, timeout=60) for live in (one, other) * 3
            ]
            assert {answer.status_code for answer in asked} == {200}
            assert len({answer.content for answer in asked}) == 1
