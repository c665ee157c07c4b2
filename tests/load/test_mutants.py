"""Thousands of wrong files: each is opened or refused by name. `python3 dev.py soak` has a million."""

import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import onnx
import pytest

from benchmarks.mutants import asked, opened, seeds_of
from benchmarks.wrong_files import mutants, network
from convoscope.engine import errors, from_config
from convoscope.server.errors import Problem
from tests.live import LiveServer
from tests.server.network_files import opened as network_of

PICTURES, NETWORKS, SENT = 20_000, 5_000, 12

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="files are opened in forks")


def bad(found: dict[str, int]) -> list[str]:
    return [word for word in found if word.startswith(("bug", "slow"))]


def test_a_wrong_picture_is_opened_or_refused() -> None:
    found = opened("pictures", list(mutants(seeds_of("pictures"), PICTURES, 0)))
    assert found.total() == PICTURES
    assert set(found) <= {"opened", "image_corrupt", "image_format", "image_side_too_long", "image_too_many_pixels"}
    assert min(found["opened"], found["image_corrupt"]) > PICTURES / 5


def test_a_wrong_network_is_opened_or_refused() -> None:
    found = opened("networks", list(mutants(seeds_of("networks"), NETWORKS, 0)))
    assert found.total() == NETWORKS, found
    assert not bad(found), found
    assert found["opened"] > NETWORKS / 20
    assert len(found) > 6, "refused for many reasons"


def test_the_server_answers_wrong_files_in_words(server: LiveServer) -> None:
    place = urlsplit(server.url)
    for what in ("pictures", "networks"):
        found = asked(str(place.hostname), int(place.port or 0), what, list(mutants(seeds_of(what), SENT, 1)))
        assert (found.total(), bad(found)) == (SENT, []), found
    assert "Traceback" not in server.said()


def test_a_file_that_ends_its_process_is_told_from_one_that_is_refused() -> None:
    def look(data: bytes) -> str:
        if data == b"abort":
            os.kill(os.getpid(), signal.SIGKILL)
        return data.decode()

    files = [b"first", b"abort", b"second", b"abort"]
    assert opened("pictures", files, look) == {"first": 1, "decoder_crashed": 2, "second": 1}
    assert opened("networks", files, look) == {"first": 1, "bug: the process ended with 9": 2, "second": 1}


def test_what_a_wrong_network_once_broke_is_refused_in_words() -> None:
    resize = from_config({"kind": "resize", "sizes": (4, 4), "axes": (2, 3)})
    with pytest.raises(
        errors.ShapeError, match=r"an input of shape \(1, 3, 0, 4\) has nothing that could be enlarged\."
    ):
        resize.output_shape((1, 3, 0, 4))


def test_a_network_that_leaves_no_number_is_refused_in_words(tmp_path: Path) -> None:
    a, e, k = (np.array([n], np.int64) for n in (5, 5, 2))
    with pytest.raises(Problem, match=r"'y0' has the shape \(1, 3, 0, 6\), which holds no number\.") as caught:
        network_of(tmp_path, network(["Slice x a e k"], a=a, e=e, k=k))
    assert caught.value.code == "network_inputs"


def test_a_node_without_an_output_is_refused_in_words(tmp_path: Path) -> None:
    made = onnx.load_from_string(network([("Constant", {"value_float": 1.0}), "Mul x _"]))
    del made.graph.node[0].output[:], made.graph.node[1].input[1:]
    with pytest.raises(errors.BadGraph, match=r"Constant.* has no output\. Export the network anew\."):
        network_of(tmp_path, made.SerializeToString())
