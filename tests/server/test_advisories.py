"""What went wrong elsewhere does not go wrong here: each advisory by its name, and each attack seen to succeed.

An attack is a function that fails where it succeeds; it does, against a naive server. Several advisories are about one
attack. Where a whole part is missing here (forms, data in other files, other decoders), the advisories about that part
stand together, whatever each was about.
"""

import io
import json
import re
import socket
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper
from PIL import Image

from tests.live import LiveServer
from tests.server.naive_server import CANARY_FILE, naive_server, place

CANARY = b"planted-canary-5d1c"
EVIL = "evil.example"
SCRIPT = "<script>alert(1)</script>"
IMAGES, NETWORKS = "/api/images", "/api/networks"
Attack = Callable[[httpx.Client], None]


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(out, "PNG")
    return out.getvalue()


def raw(client: httpx.Client, request: str) -> bytes:
    """What is said to these bytes, as much as comes at once."""
    with socket.create_connection(place(str(client.base_url)), 10) as connection:
        connection.sendall(request.encode())
        return connection.recv(65_536)


def refused(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:200])
    assert CANARY not in answer.content


# -- the web


def redirect(client: httpx.Client) -> None:
    for target in (f"//{EVIL}/..", f"//{EVIL}", f"/\\{EVIL}", f"/%2f%2f{EVIL}/..", f"//{EVIL}/%2e%2e"):
        said = raw(client, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"\r\nlocation:" not in said.lower(), target


def reflected(client: httpx.Client) -> None:
    for path in (f"/{SCRIPT}", f"/?_trace={SCRIPT}", f"/api/networks/{SCRIPT}", f"/api/docs?url={SCRIPT}"):
        for accept in ("text/html", "*/*"):
            assert SCRIPT not in client.get(path, headers={"Accept": accept}).text


def rebinding(client: httpx.Client) -> None:
    for agent in ("Mozilla/5.0", "curl/8", ""):
        refused(client.get("/", headers={"Host": EVIL, "User-Agent": agent}), 421)


def odd_host(client: httpx.Client) -> None:
    for host in (f"localhost/{EVIL}", f"localhost?{EVIL}", f"localhost#{EVIL}", f"{EVIL}#localhost", f"a@{EVIL}"):
        assert b" 421 " in raw(client, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").splitlines()[0]


def origins(client: httpx.Client) -> None:
    host = str(client.base_url.netloc, "ascii")
    for origin in (
        f"http://{host}.{EVIL}",
        f"http://{EVIL}/{host}",
        f"http://{EVIL}?{host}",
        "null",
        f"http://x{host}",
    ):
        for method in ("PUT", "POST", "DELETE", "PATCH"):
            refused(client.request(method, IMAGES, content=png(), headers={"Origin": origin}), 403)


def cors(client: httpx.Client) -> None:
    for headers in ({"Origin": f"http://{EVIL}"}, {"Origin": f"http://{EVIL}", "Host": EVIL}, {"Origin": "null"}):
        found = client.get("/api/limits", headers=headers).headers
        assert not [name for name in found if name.startswith("access-control")]


def socket_of_another_site(client: httpx.Client) -> None:
    head = (
        f"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://{EVIL}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    )
    said = raw(client, f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    assert not said.startswith(b"HTTP/1.1 101")


def unknown_methods(client: httpx.Client) -> None:
    for method in ("DELETE", "PATCH", "POST"):
        refused(client.request(method, "/api/networks/example-cnn", content=b"x"), 403, 404, 405)


def referrer(client: httpx.Client) -> None:
    for path in ("/", "/nowhere", "/static/icon.svg"):
        assert client.get(path).headers.get("referrer-policy") == "no-referrer"


def ranges(client: httpx.Client) -> None:
    many = "bytes=" + ",".join(f"{k}-{k}" for k in range(800))
    answer = client.get("/static/main.js", headers={"Range": many})
    assert "multipart" not in answer.headers["content-type"]


def foreign_script(client: httpx.Client) -> None:
    page = client.get("/api/docs").text
    assert not re.search(r"(src|href)=[\"']?https?://", page)


# -- paths and places


def paths_in_json(client: httpx.Client) -> None:
    for body in ({"path": CANARY_FILE}, {"input": CANARY_FILE}, {"data": f"../{CANARY_FILE}"}):
        for method, path in (("PUT", IMAGES), ("PUT", NETWORKS), ("POST", "/api/convolve")):
            refused(client.request(method, path, content=json.dumps(body)), 415, 422)


def traversal(client: httpx.Client) -> None:
    for name in (
        CANARY_FILE,
        f"..%2f{CANARY_FILE}",
        f"%2e%2e/{CANARY_FILE}",
        "%5c%5cevil%5cshare",
        "..%5c..%5cx",
        "C:%5cx",
    ):
        for folder in ("/static/", "/api/images/", "/", "/api/networks/"):
            refused(client.get(folder + name), 404)


def addresses(client: httpx.Client) -> None:
    """No address that a request names is ever asked."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        for path in (IMAGES, NETWORKS):
            client.put(path, content=json.dumps({"url": url}), params={"url": url, "title": url})
        with suppress(TimeoutError):
            listening.accept()[0].close()
            pytest.fail("the address was asked")


# -- pictures


def other_types(client: httpx.Client) -> None:
    for body in (SCRIPT.encode(), b"%!PS-Adobe-3.0", b"\0" * 64, b'<svg xmlns="http://www.w3.org/2000/svg"/>'):
        refused(client.put(IMAGES, content=body, headers={"Content-Type": "image/png"}), 415)


def other_decoders(client: httpx.Client) -> None:
    files = [b"SIMPLE  =                    T", b"\0\0\x02" + bytes(20), b"\xff\x4f\xff\x51" + bytes(60), b"8BPS\0\x01"]
    for format in ("TIFF", "JPEG2000", "TGA", "PPM", "ICO", "PCX", "DDS"):
        out = io.BytesIO()
        with suppress(Exception):
            Image.new("RGB", (16, 16)).save(out, format)
            files.append(out.getvalue())
    assert len(files) > 8
    for data in files:
        refused(client.put(IMAGES, content=data), 415)


def stored_script(client: httpx.Client) -> None:
    answer = client.put(IMAGES, content=png() + SCRIPT.encode())
    where = answer.headers.get("location", "/stored")
    for path in (where, f"{where}/picture"):
        told = client.get(path)
        assert SCRIPT.encode() not in told.content
        assert told.headers["x-content-type-options"] == "nosniff"


def broken_webp(client: httpx.Client) -> None:
    """A lossless WebP whose Huffman tables are noise."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        noise = rng.integers(0, 256, 200, np.uint8).tobytes()
        chunk = b"VP8L" + struct.pack("<I", 205) + b"\x2f\x0f\xc0\x03\0" + noise + b"\0"
        refused(client.put(IMAGES, content=b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk), 422)


def bombs(client: httpx.Client) -> None:
    gif = (
        b"GIF89a"
        + struct.pack("<HHBBB", 60_000, 60_000, 0xF0, 0, 0)
        + bytes(6)
        + b",\0\0\0\0"
        + b"\x60\xea\x60\xea\0\x02\0;"
    )
    head = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    for body in (gif, data + struct.pack(">I", 0) + b"IDAT"):
        refused(client.put(IMAGES, content=body), 422)


# -- bodies


def forms(client: httpx.Client) -> None:
    for path in (IMAGES, NETWORKS):
        answer = client.put(path, files={"file": ("../../x", png())}, data={f"f{k}": "x" for k in range(50)})
        refused(answer, 415, 422)
    head = "Content-Type: multipart/form-data; boundary=" + "x" * 2000
    answer = client.post("/api/convolve", content=b"--x\r\n" * 1000, headers=dict([head.split(": ", 1)]))
    refused(answer, 415, 422)


def large_json(client: httpx.Client) -> None:
    for body in (b"[" * 200_000, b'{"input": ' + b"1" * 4000 + b"}", b'{"input": [[' + b"1," * 400_000):
        refused(client.post("/api/convolve", content=body), 413, 422)


# -- networks


def onnx_file(nodes: list[NodeProto], tensors: list[TensorProto], shape: tuple[int, ...] = (1, 3, 8, 8)) -> bytes:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    model = helper.make_model(
        helper.make_graph(nodes, "g", [x], [y], tensors), opset_imports=[helper.make_opsetid("", 17)]
    )
    return bytes(model.SerializeToString())


def external_data(client: httpx.Client) -> None:
    for location in (
        CANARY_FILE,
        f"./{CANARY_FILE}",
        f"../{CANARY_FILE}",
        "/etc/passwd",
        "//evil/share",
        f"{CANARY_FILE}\0",
    ):
        weight = TensorProto(name="w", dims=[4], data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", location), ("offset", "0"), ("length", "16")):
            weight.external_data.add(key=key, value=value)
        answer = client.put(NETWORKS, content=onnx_file([helper.make_node("Add", ["x", "w"], ["y"])], [weight]))
        refused(answer, 422)
        assert answer.json()["code"] == "external_data_refused"


def grown_tensor(client: httpx.Client) -> None:
    """152 bytes that ask for petabytes."""
    size = numpy_helper.from_array(np.array([1 << 40, 1 << 12], np.int64), "s")
    refused(client.put(NETWORKS, content=onnx_file([helper.make_node("ConstantOfShape", ["s"], ["y"])], [size])), 422)


def absurd_attributes(client: httpx.Client) -> None:
    weight = numpy_helper.from_array(np.ones((1, 3, 3, 3), np.float32), "w")
    for how in ({"dilations": [1 << 40] * 2}, {"pads": [1 << 40] * 4}, {"group": 0}, {"strides": [0, 0]}):
        node = helper.make_node("Conv", ["x", "w"], ["y"], **how)
        refused(client.put(NETWORKS, content=onnx_file([node], [weight])), 422)


def noise_as_model(client: httpx.Client) -> None:
    rng = np.random.default_rng(1)
    for k in range(4):
        refused(client.put(NETWORKS, content=b"\x08\x07" + rng.integers(0, 256, 50 << k, np.uint8).tobytes()), 415, 422)


def odd_safetensors(client: httpx.Client) -> None:
    entry = '"dtype":"F32","shape":[{}],"data_offsets":[0,{}]'
    heads = [
        "{" + ",".join(f'"a":{{{entry.format(1, 4)}}}' for _ in range(2)) + "}",
        f'{{"a":{{{entry.format(1 << 62, 0)}}}}}',
        "{" + ",".join(f'"a{k}":{{{entry.format(0, 0)}}}' for k in range(30_000)) + "}",
    ]
    for head in heads:
        data = struct.pack("<Q", len(head)) + head.encode() + bytes(4)
        refused(client.put(NETWORKS, content=data), 422)


ADVISORIES: dict[Attack, str] = {
    redirect: "simonw/datasette#2429 simonw/datasette#2680 GHSA-r726-vmfq-j9j3 gradio-app/gradio#13593",
    reflected: "simonw/datasette#1360",
    rebinding: "jupyter/notebook#1830 jupyter/notebook#2254 CVE-2025-62593",
    odd_host: "CVE-2026-48710 CVE-2026-54282",
    origins: "PYSEC-2026-3472 CVE-2026-27482 streamlit/streamlit#16386 CVE-2023-48022",
    cors: "gradio-app/gradio#13594",
    socket_of_another_site: "GHSA-793v-589g-574v NousResearch/hermes-agent#30221",
    unknown_methods: "CVE-2024-34511",
    referrer: "GHSA-c3mw-737p-c7g2 simonw/datasette#918",
    ranges: "CVE-2025-62727",
    foreign_script: "fastapi/fastapi#16253",
    paths_in_json: "CVE-2023-51449 CVE-2024-1561 CVE-2024-51751 CVE-2026-28414 GHSA-j36p-7w88-g82j "
    "gradio-app/gradio#11162 AUTOMATIC1111/stable-diffusion-webui#12822",
    traversal: "CVE-2026-33682 CVE-2026-48818 streamlit/streamlit#13733",
    addresses: "CVE-2026-28416",
    other_types: "CVE-2025-1684",
    other_decoders: "CVE-2026-40192 python-pillow/Pillow#9475 PYSEC-2026-3494 PYSEC-2026-3496 GHSA-45hq-cxwh-f6vc",
    stored_script: "CVE-2026-44727",
    broken_webp: "CVE-2023-4863",
    bombs: "CVE-2022-45198",
    forms: "GHSA-f96h-pmfr-66vw CVE-2025-54121 CVE-2024-53981 CVE-2026-24486 CVE-2026-40347 CVE-2026-42561 "
    "GHSA-5rvq-cxj2-64vf GHSA-v9pg-7xvm-68hf",
    large_json: "depth-and-digits",
    external_data: "onnx/onnx#3991 CVE-2022-25882 CVE-2024-27318 CVE-2024-5187 CVE-2025-51480 CVE-2026-27489 "
    "CVE-2026-28500 CVE-2026-34445 CVE-2026-34446",
    grown_tensor: "microsoft/onnxruntime#28730 microsoft/onnxruntime#28055",
    absurd_attributes: "microsoft/onnxruntime#28731 onnx/onnx#8100 onnx/onnx#7802 onnx/onnx#8474",
    noise_as_model: "microsoft/onnxruntime#4585",
    odd_safetensors: "google-ai-edge/LiteRT#9254 QuintinShaw/openasr#73",
}
"""What each attack was an attack on, once."""
EACH = [(attack, name) for attack, names in ADVISORIES.items() for name in names.split()]


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Iterator[httpx.Client]:
    """Our server, with a secret in its working directory."""
    (server.data / CANARY_FILE).write_bytes(CANARY)
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False, verify=False) as found:
        yield found


@pytest.fixture(scope="module")
def naive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The naive server, with the same secret."""
    folder: Path = tmp_path_factory.mktemp("naive")
    (folder / CANARY_FILE).write_bytes(CANARY)
    with naive_server(folder) as url, httpx.Client(base_url=url, timeout=30, trust_env=False, verify=False) as found:
        yield found


@pytest.fixture(scope="module")
def outcomes() -> dict[Attack, tuple[str, str]]:
    """What came of the attacks so far."""
    return {}


def outcome(attack: Attack, client: httpx.Client) -> str:
    """What an attack came to: nothing, or how it succeeded."""
    try:
        attack(client)
    except (AssertionError, pytest.fail.Exception) as success:
        return str(success) or "it succeeded"
    return ""


@pytest.mark.parametrize(("attack", "name"), EACH, ids=[name for _, name in EACH])
def test_the_attack_fails_here_and_succeeds_against_a_naive_server(
    client: httpx.Client,
    naive: httpx.Client,
    server: LiveServer,
    outcomes: dict[Attack, tuple[str, str]],
    attack: Attack,
    name: str,
) -> None:
    if attack not in outcomes:
        outcomes[attack] = outcome(attack, client), outcome(attack, naive)
    ours, theirs = outcomes[attack]
    assert not ours
    assert theirs, "an attack that succeeds nowhere shows nothing"
    assert "Traceback" not in server.said()


def test_each_advisory_is_named_once() -> None:
    names = [name for _, name in EACH]
    assert len(set(names)) == len(names)
    assert len(names) >= 60
