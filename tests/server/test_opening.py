"""`convoscope net.onnx photo.png --labels names.txt`: what is opened stands first; what is wrong ends in a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convoscope.server.cli import main
from convoscope.server.limits import Limits
from convoscope.server.opening import library_of
from tests.server.network_files import small
from tests.server.test_networks_upload import files_png


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes], str]:
    """Writes a file and gives its path."""

    def write(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return write


def test_a_network_and_a_picture_in_any_order_stand_first(
    file: Callable[[str, bytes], str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = [file("holiday.png", files_png("RGB", 40)), file("net.onnx", small())]
    found = library_of(given, file("names.txt", b"ant\nbee\ncow\ndog"), Limits())
    model, name = found.model(found.models[0]), next(iter(found.pictures))
    assert (model.title, model.network.labels, model.own) == ("net", ("ant", "bee", "cow", "dog"), True)
    assert (found.pictures[name].title, found.pictures[name].width) == ("holiday", 40)
    assert "example-cnn" in found.models
    said = capsys.readouterr().out
    assert said == (
        "net: 5 nodes, 155 parameters, reads pictures of 3 × 8 × 8. How pixels become numbers is a guess: 0..1.\n"
    )


@pytest.mark.parametrize(
    ("files", "labels", "said"),
    [
        (["a.png", "b.png"], None, "Convoscope opens one network and one picture at a time, not a.png and b.png."),
        (["a.png"], "names", "--labels names the classes of a network: give its file, too."),
        (["half.png"], None, "Convoscope cannot open half.png: The picture file is damaged"),
        (["model.pt"], None, "Convoscope cannot open model.pt: This is an archive."),
        (["gone.onnx"], None, "gone.onnx: no such file or directory."),
    ],
)
def test_what_cannot_be_opened_is_said_with_its_name(
    file: Callable[[str, bytes], str], files: list[str], labels: str | None, said: str
) -> None:
    picture = files_png("RGB", 40)
    made = {"a.png": picture, "b.png": picture, "half.png": picture[:60], "model.pt": b"PK\x03\x04" + bytes(40)}
    given = [file(name, made[name]) if name in made else name for name in files]
    with pytest.raises(SystemExit) as caught:
        library_of(given, labels, Limits())
    assert said in str(caught.value)


def test_a_file_over_the_limit_is_refused_before_it_is_read(file: Callable[[str, bytes], str]) -> None:
    with pytest.raises(SystemExit, match="It has 11 bytes; 10 are read"):
        library_of([file("net.onnx", bytes(11))], None, Limits(network_bytes=10))


def test_a_word_that_is_neither_file_nor_command_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["trian"])
    assert caught.value.code == 2
    assert "There is no file 'trian', and no command; the commands are" in capsys.readouterr().err
