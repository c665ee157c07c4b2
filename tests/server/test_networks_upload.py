"""A person's own network: opened, named, fed in another way, or refused by what is wrong with it."""

import gzip
import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from convoscope.engine import Network, load_onnx
from convoscope.engine.errors import ConvoscopeError
from convoscope.server import reading
from convoscope.server.errors import Problem
from convoscope.server.limits import Limits
from convoscope.server.models import EXPORT, Reader
from tests.server import network_files as files
from tests.server.conftest import photograph

REFERENCE = Path(__file__).parents[1] / "reference"
EXPORTED = REFERENCE / "exported_legacy_13.onnx"


@pytest.fixture(scope="module")
def exported(client: httpx.Client) -> httpx.Response:
    """What the server says of a file that PyTorch exported."""
    return client.put("/api/networks", params={"title": "my  net.onnx"}, content=EXPORTED.read_bytes())


def as_the_file_says(picture: Image.Image, side: int) -> np.ndarray:
    """The centre square as numbers from 0 to 1."""
    short = min(picture.size)
    x, y = (picture.width - short) // 2, (picture.height - short) // 2
    cut = picture.crop((x, y, x + short, y + short)).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(cut, np.float32).transpose(2, 0, 1) / np.float32(255)


def test_an_onnx_file_is_a_network_with_an_address(client: httpx.Client, exported: httpx.Response) -> None:
    view = exported.json()
    assert exported.status_code == 201, exported.text
    assert exported.headers["location"] == f"/api/networks/{view['id']}"
    assert client.get(exported.headers["location"]).json() == view
    assert (view["title"], view["labels"], view["unsupported"]) == ("my net", [], [])
    assert view["preprocessing"]["guessed"] is True
    assert view["id"] not in {n["id"] for n in client.get("/api/networks").json()["networks"]}
    assert client.get(exported.headers["location"]).headers["cache-control"].startswith("private")


def test_its_numbers_on_a_photograph_are_the_engines(client: httpx.Client, exported: httpx.Response) -> None:
    base = f"/api/traces/{exported.json()['id']}/cat-photo"
    network = load_onnx(EXPORTED)
    trace = network.trace(as_the_file_says(photograph("chelsea.png"), 16))
    found = load(client.get(f"{base}/activations.safetensors").content)
    for name in (network.inputs[0].name, *(n.name for n in network.nodes)):
        wanted = np.atleast_1d(trace.activations[name])
        np.testing.assert_allclose(found[name].ravel(), wanted.ravel(), rtol=1e-4, atol=1e-5, err_msg=name)
    assert client.get(base).json()["prediction"]["probabilities"] == pytest.approx(trace.output[0].tolist(), rel=1e-6)
    assert client.get(base).headers["cache-control"].startswith("private")


def test_equal_files_have_equal_ids_and_another_title_another(client: httpx.Client, exported: httpx.Response) -> None:
    again = client.put("/api/networks", params={"title": "my net.onnx"}, content=EXPORTED.read_bytes())
    assert again.json()["id"] == exported.json()["id"]


def test_labels_make_another_network_of_it(client: httpx.Client, exported: httpx.Response) -> None:
    base = exported.headers["location"]
    named = client.put(f"{base}/labels", content='{"0": "ant", "1": "bee", "2": "cow", "3": "dog", "4": "elk"}')
    assert named.status_code == 201, named.text
    assert named.json()["id"] != exported.json()["id"]
    assert client.get(base).json()["labels"] == []
    top = client.get(f"/api/traces/{named.json()['id']}/cat-photo").json()["prediction"]["top"]
    assert {t["label"] for t in top} == {"ant", "bee", "cow", "dog", "elk"}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (b"a\nb\nc\nd", "labels_do_not_fit", "The file names 4 classes; my net tells 5 apart. Give each one name"),
        (b"a\nb\nc\nd\ne\nf", "labels_do_not_fit", "(Some lists begin with a name for the background"),
        (b"\xff\xfe\x00", "bad_format", "The labels file is no text in UTF-8."),
        (b"[1, 2]", "bad_format", "Label 0 is no text."),
    ],
)
def test_labels_that_do_not_fit_are_refused_in_words(
    client: httpx.Client, exported: httpx.Response, text: bytes, code: str, said: str
) -> None:
    answer = client.put(f"{exported.headers['location']}/labels", content=text)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("form", ["save", "to_onnx", "to_json"])
def test_the_example_network_comes_back_from_each_form_that_it_is_written_in(
    client: httpx.Client, network: Network, form: str
) -> None:
    data = getattr(network, form)()
    view = client.put("/api/networks", content=data if isinstance(data, bytes) else data.encode()).json()
    assert (view["labels"], view["preprocessing"]["guessed"]) == (list(network.labels), False)
    assert view["parameters"] == network.parameter_count
    if form != "to_json":  # which has no weights
        said = client.get(f"/api/traces/{view['id']}/cat-photo").json()["prediction"]["logits"]
        shipped = client.get("/api/traces/example-cnn/cat-photo").json()["prediction"]["logits"]
        assert said == pytest.approx(shipped, abs=1e-4)


# -- how pixels become numbers


def test_another_preprocessing_is_another_address_of_any_network(client: httpx.Client) -> None:
    base = "/api/traces/example-cnn~-1..1,crop=0.5/cat-photo"
    whole = photograph("chelsea.png")
    side = min(whole.size) // 2
    x, y = (whole.width - side) // 2, (whole.height - side) // 2
    small = whole.crop((x, y, x + side, y + side)).resize((32, 32), Image.Resampling.BILINEAR)
    wanted = (np.asarray(small, np.float32).transpose(2, 0, 1) / np.float32(255) - np.float32(0.5)) / np.float32(0.5)
    found = load(client.get(f"{base}/activations.safetensors", params={"nodes": "input"}).content)["input"]
    np.testing.assert_array_equal(found, wanted)
    trace = client.get(base).json()
    assert trace["network"] == "example-cnn~-1..1,crop=0.5"
    assert trace["crop"] == {"x": x, "y": y, "width": side, "height": side}
    how = client.get("/api/networks/example-cnn~-1..1,crop=0.5").json()["preprocessing"]
    assert (how["preset"], how["crop"], how["guessed"]) == ("-1..1", 0.5, False)


@pytest.mark.parametrize(
    ("place", "x", "y"), [("0:0", 0, 0), ("1:1", 451 - 150, 300 - 150), ("0.5:0.5", 150, 75), ("0.2:0.9", 270, 30)]
)
def test_the_crop_lies_where_its_place_says(client: httpx.Client, place: str, x: int, y: int) -> None:
    crop = client.get(f"/api/traces/example-cnn~crop=0.5,place={place}/cat-photo").json()["crop"]
    assert crop == {"x": x, "y": y, "width": 150, "height": 150}


def test_the_same_preprocessing_said_in_two_ways_gives_each_its_own_name(client: httpx.Client) -> None:
    for name in ("example-cnn~0..1", "example-cnn~mean=0:0:0,std=1:1:1"):
        assert client.get(f"/api/traces/{name}/cat-drawn").json()["network"] == name
        assert client.get(f"/api/networks/{name}").json()["preprocessing"]["preset"] == "0..1"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("nonsense", "item 1 is none of the presets 0..1, -1..1, imagenet, 0..255, caffe."),
        ("0..1,colour=blue", "item 2 is not of the form mean=…"),
        ("mean=1:2", "mean has 2 numbers; the network reads 3 channels, one for each."),
        ("std=0:1:1", "std and scale are divided by: they are larger than 0."),
        ("mean=1e9:0:0", "item 1 is not of the form mean=…"),
        ("channels=L", "A network that reads 3 channels takes them as RGB or BGR."),
        ("place=0:2", "place says where the crop lies, down and across"),
        ("crop=2", "crop is the share of the picture's shorter side"),
        ("size=64x64", "this network reads 32 × 32 pixels and no other size"),
        ("size=4096x1", "a side of it may have at most 2048"),
        (",".join(["0..1"] * 60), "it takes at most 240 characters."),
    ],
)
def test_a_preprocessing_that_cannot_be_is_refused_by_its_item(client: httpx.Client, how: str, said: str) -> None:
    answer = client.get(f"/api/networks/example-cnn~{how}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_value")
    assert said in answer.json()["detail"]


def test_a_network_that_reads_any_size_reads_another(client: httpx.Client) -> None:
    view = client.put("/api/networks", content=files.small(side=8)).json()
    larger = client.get(f"/api/networks/{view['id']}~size=12x20").json()
    assert [n["shape"] for n in larger["nodes"][:3]] == [[3, 12, 20], [5, 12, 20], [5, 12, 20]]
    trace = client.get(f"/api/traces/{view['id']}~size=12x20/cat-photo").json()
    assert trace["crop"]["width"] / trace["crop"]["height"] == pytest.approx(20 / 12, abs=0.01)


@pytest.mark.parametrize(
    ("made", "preset", "size"),
    [
        (files.small(3, 96), "imagenet", [96, 96]),
        (files.small(3, 32), "0..1", [32, 32]),
        (files.small(1), "0..1", [8, 8]),
    ],
)
def test_what_a_file_does_not_say_is_guessed_from_its_input(
    tmp_path: Path, made: bytes, preset: str, size: list[int]
) -> None:
    model = files.opened(tmp_path, made)
    how = model.network.preprocessing
    assert how is not None
    assert (how.preset, list(how.size), model.guessed) == (preset, size, True)


def test_what_a_file_says_is_kept_and_what_cannot_be_is_left_out_and_said(tmp_path: Path) -> None:
    own = {"size": [8, 8], "mean": [0.1, 0.2, 0.3], "std": [1, 2, 4], "scale": 255, "channels": "BGR", "crop": 0.9}
    good = files.opened(tmp_path, files.small(metadata={"convoscope.preprocessing": json.dumps(own)}))
    assert good.network.preprocessing is not None
    assert (good.network.preprocessing.mean, good.guessed, good.notes) == ((0.1, 0.2, 0.3), False, ())
    for change, said in (
        ({"std": [1, 0, 1]}, "divided by"),
        ({"size": [9, 9]}, "9 × 9 pixels"),
        ({"crop": 7}, "crop"),
    ):
        bad = files.opened(tmp_path, files.small(metadata={"convoscope.preprocessing": json.dumps(own | change)}))
        assert bad.guessed
        assert any("own preprocessing was left out" in note and said in note for note in bad.notes)


def test_labels_of_the_file_that_do_not_fit_are_left_out_and_said(tmp_path: Path) -> None:
    good = files.opened(tmp_path, files.small(metadata={"labels": '["a", "b", "c", "\\ud800"]'}))
    assert good.network.labels == ("a", "b", "c", "?")
    bad = files.opened(tmp_path, files.small(metadata={"labels": '["a", "b"]'}))
    assert bad.network.labels == ()
    assert bad.notes == ("The file's 2 labels were left out: the network tells 4 classes apart.",)


def test_a_grey_picture_in_colour_and_a_colour_picture_in_grey_are_said(client: httpx.Client) -> None:
    grey = client.put("/api/networks", content=files.small(1)).json()["id"]
    notes = client.get(f"/api/traces/{grey}/cat-photo").json()["notes"]
    assert notes == ["The network reads grey: each pixel is 0.299 red + 0.587 green + 0.114 blue."]
    scan = files_png("L", 20)
    sent = client.put("/api/images", content=scan).json()["id"]
    notes = client.get(f"/api/traces/example-cnn/{sent}").json()["notes"]
    assert notes == [
        "The picture is grey: its one number a pixel stands for red, green and blue.",
        "The picture is small, 20 × 20 pixels: it is enlarged to what the network reads.",
    ]
    assert client.get(f"/api/traces/{grey}/{sent}").json()["notes"] == []


def files_png(mode: str, side: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert(mode).save(out, "PNG")
    return out.getvalue()


# -- what cannot be shown


def test_a_network_that_cannot_be_run_in_full_is_traced_as_far_as_it_goes(client: httpx.Client) -> None:
    view = client.put("/api/networks", content=files.unsupported()).json()
    (lost,) = view["unsupported"]
    assert (lost["node"], lost["operator"]) == ("strange", "com.example.Fancy")
    assert "Operators of 'com.example' are not read" in lost["why"]
    assert [n["name"] for n in view["nodes"]] == ["x", "conv"]
    trace = client.get(f"/api/traces/{view['id']}/cat-photo").json()
    assert [n["name"] for n in trace["nodes"]] == ["x", "conv"]
    assert trace["prediction"] is None
    answer = client.get(f"/api/traces/{view['id']}/cat-photo/nodes/conv/at/0,1,2")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (files.two_pictures, "The network reads 2 inputs (left (1, 3, 8, 8), right (1, 3, 8, 8))"),
        (files.a_row, "The network reads no picture: its input is x (1, 10). A picture is (N, C, H, W)."),
        (files.channels_last, "It looks as if channels came last; export it with channels first."),
        (
            lambda: files.small(4),
            "The network reads 4 channels (x (1, 4, 8, 8)); a picture has 3, or 1 when it is grey.",
        ),
    ],
)
def test_a_network_that_reads_no_picture_is_refused_by_its_inputs(
    tmp_path: Path, made: Callable[[], bytes], said: str
) -> None:
    with pytest.raises(Problem) as caught:
        files.opened(tmp_path, made())
    assert caught.value.code == "network_inputs"
    assert said in str(caught.value.detail)


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", "network_format", f"The file is empty. {EXPORT}"),
        (b"PK\x03\x04" + bytes(50), "network_format", "This is an archive. (A PyTorch checkpoint is one, too.)"),
        (b"\x80\x02}q\x00.", "network_format", "reading one would run code from it"),
        (gzip.compress(b"x", mtime=0), "network_format", "This is a compressed file."),
        (b"\x89PNG\r\n\x1a\n", "network_format", "This is a picture."),
    ],
)
def test_what_is_known_to_be_no_network_is_called_by_its_name(
    client: httpx.Client, data: bytes, code: str, said: str
) -> None:
    answer = client.put("/api/networks", content=data)
    assert (answer.status_code, answer.json()["code"]) == (415, code)
    assert said in answer.json()["detail"]


def test_half_a_file_is_damaged_and_the_server_lives(client: httpx.Client) -> None:
    answer = client.put("/api/networks", content=EXPORTED.read_bytes()[:7000])
    assert (answer.status_code, answer.json()["code"]) == (422, "network_corrupt")
    assert answer.json()["detail"].startswith("The file is damaged, or no ONNX network: ")
    assert client.get("/api/limits").status_code == 200


def test_no_flipped_byte_is_a_bug(tmp_path: Path) -> None:
    """In this process, since the process that reads would only say that it crashed."""
    rng = np.random.default_rng(3)
    for _ in range(150):
        data = bytearray(files.small())
        for _ in range(int(rng.integers(1, 6))):
            data[int(rng.integers(len(data)))] = int(rng.integers(256))
        try:
            files.opened(tmp_path, bytes(data), network_activations=1 << 22, network_macs=1 << 24)
        except (ConvoscopeError, Problem):
            continue


def test_a_reader_that_is_gone_before_it_is_asked_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given").write_bytes(files.small())
    gone = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    gone.wait()
    monkeypatch.setattr(reading.Helpers, "_started", lambda helpers: gone)
    with pytest.raises(Problem, match="crashed its reader"):
        Reader(Limits()).model(tmp_path, "")


def test_a_reader_that_crashes_or_does_not_end_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given").write_bytes(files.small())
    monkeypatch.setattr(reading, "START", "import os; os.abort()  # {path} {limits}")
    with pytest.raises(Problem, match="crashed its reader"):
        Reader(Limits()).model(tmp_path, "")
    monkeypatch.setattr(reading, "WALL_TIMES_CPU", 0.1)
    monkeypatch.setattr(reading, "START", "import time; time.sleep(60)  # {path} {limits}")
    with pytest.raises(Problem, match="took more than 1 seconds"):
        Reader(Limits(network_seconds=1)).model(tmp_path, "")


@pytest.mark.skipif(not reading.FORKS, reason="processes cannot fork here")
def test_a_reader_that_is_ended_hurts_nobody_who_reads_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The helper lives on: the file after one whose reader swells until it is killed is read by the same process."""
    (tmp_path / "given").write_bytes(files.small())
    harm = "models_child.read = lambda file, limits: os.abort() if file.stat().st_size == 3 else read(file, limits)"
    start = reading.START.replace(
        "models_child.serve", f"import os; read = models_child.read; {harm}\nmodels_child.serve"
    )
    monkeypatch.setattr(reading, "START", start)
    reader = Reader(Limits(), keeps=True)
    reader.helpers.start()
    reader.helpers.start()
    helpers = list(reader.helpers._idle)
    assert len(helpers) == 1
    first = reader.model(tmp_path, "first")
    assert reader.helpers._idle == helpers, "what was started early is what reads"
    (tmp_path / "given").write_bytes(b"abc")
    with pytest.raises(Problem, match="crashed its reader"):
        reader.model(tmp_path, "")
    (tmp_path / "given").write_bytes(files.small())
    assert reader.model(tmp_path, "last").network.shapes == first.network.shapes
    assert reader.helpers._idle == helpers
    (tmp_path / "given").write_bytes(files.small(side=30_000))
    with pytest.raises(Problem) as caught:
        reader.model(tmp_path, "")
    with pytest.raises(reading.Ended):
        reader.helpers.read(tmp_path / "gone", threading.Event())
    large, most = caught.value, Limits().network_activations
    assert (large.code, large.limit, (large.value or 0) > most) == ("model_too_large", most, True)
    (tmp_path / "given").write_bytes(files.small())
    helpers[0].kill()
    helpers[0].wait()
    assert reader.model(tmp_path, "last").network.shapes == first.network.shapes, "nor does the helper's end"
    reader.helpers.close()


def test_reading_stops_when_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given").write_bytes(files.small())
    monkeypatch.setattr(reading, "START", "import time; time.sleep(60)  # {path} {limits}")
    gone = threading.Event()
    gone.set()
    start = time.monotonic()
    with pytest.raises(Problem, match="nobody waited"):
        Reader(Limits()).model(tmp_path, "", gone)
    assert time.monotonic() - start < 20
