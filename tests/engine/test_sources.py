"""Training data in the files that people have, written here byte by byte."""

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import zoo
from convoscope.engine.errors import FormatError
from convoscope.engine.layers.resize import Resize
from convoscope.engine.training import Data, read_data
from convoscope.engine.training.data import enlarged
from convoscope.engine.training.recipe import fan_in
from convoscope.engine.training.sources import CIFAR, IDX


def idx(*shape: int) -> bytes:
    """An idx file of the numbers 0, 1, 2, … modulo 256."""
    count = int(np.prod(shape))
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(i % 256 for i in range(count))


def digits(folder: Path) -> None:
    for name, shape in zip(IDX, ((3, 4, 5), (3,), (2, 4, 5), (2,)), strict=True):
        (folder / name).write_bytes(idx(*shape))


def test_mnists_idx_files_become_pictures_of_one_channel(tmp_path: Path) -> None:
    digits(tmp_path)
    (tmp_path / f"{IDX[0]}.gz").write_bytes(gzip.compress((tmp_path / IDX[0]).read_bytes()))
    (tmp_path / IDX[0]).unlink()
    data = read_data(tmp_path)
    assert data.x_train.shape == (3, 1, 4, 5)
    assert data.x_train[1, 0, 2, 3] == 20 + 2 * 5 + 3
    assert data.y_test.tolist() == [0, 1]


def test_cifars_binary_batches_are_read_in_their_order(tmp_path: Path) -> None:
    for k, name in enumerate(CIFAR):
        planes = np.arange(3072).reshape(3, 32, 32) % 251
        (tmp_path / name).write_bytes(bytes([k]) + planes.astype(np.uint8).tobytes())
    data = read_data(tmp_path)
    assert (data.y_train.tolist(), data.y_test.tolist()) == ([0, 1, 2, 3, 4], [5])
    assert data.x_train[4, 2, 1, 7] == (2 * 1024 + 32 + 7) % 251


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (IDX[1], None, f"holds no {IDX[1]}; it needs {IDX[0]}, "),
        (IDX[1], b"GIF8", f"{IDX[1]} is no idx file of unsigned bytes: it begins with 47 49 46 38."),
        (IDX[1], idx(3)[:-1], f"{IDX[1]} says that it holds an array of shape (3,), but has 2 numbers."),
        (IDX[1], idx(4), "y_train is uint8 of shape (4,); it must be integers of shape (3,)."),
    ],
)
def test_a_folder_of_idx_files_that_lacks_something_says_what(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    digits(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=re.escape(says)):
        read_data(tmp_path)


def test_other_folders_are_told_what_would_be_right(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"holds neither MNIST's idx files .* nor CIFAR-10's binary batches"):
        read_data(tmp_path)
    (tmp_path / "data_batch_1").touch()
    with pytest.raises(FormatError, match=r"as pickles, which can run code; take its binary version \(\.bin\)"):
        read_data(tmp_path)
    for name in CIFAR:
        (tmp_path / name).write_bytes(bytes(3072))
    with pytest.raises(FormatError, match=r"data_batch_1\.bin has 3072 bytes; CIFAR-10's records have 3073 each"):
        read_data(tmp_path)


def test_small_pictures_are_enlarged_between_the_centres_of_their_cells() -> None:
    row = np.array([[[[0, 100]]]], np.uint8).repeat(2, axis=2)
    assert enlarged(row, (4, 4))[0, 0].tolist() == [[0, 25, 75, 100]] * 4
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 5, 6)).astype(np.uint8)
    assert (
        enlarged(x, (10, 12)) == np.rint(Resize(sizes=(10, 12), mode="linear").forward({}, x.astype(float))[0])
    ).all()
    assert enlarged(x, (5, 6)) is x


def test_data_fit_a_network_whose_input_is_a_whole_multiple_of_them() -> None:
    def data(*shape: int) -> Data:
        return Data(
            np.zeros((1, *shape), np.uint8), np.zeros(1, int), np.zeros((1, *shape), np.uint8), np.zeros(1, int)
        )

    data(3, 32, 32).fit((3, 64, 64), 10)
    for shape in ((3, 24, 24), (3, 32, 16), (1, 32, 32), (3, 128, 128)):
        with pytest.raises(
            FormatError, match=re.escape(f"The pictures have shape {shape}; the network reads (3, 64, 64)")
        ):
            data(*shape).fit((3, 64, 64), 10)


def test_the_fan_in_counts_what_one_output_adds_up() -> None:
    net = zoo.architecture("example-cnn")
    assert [fan_in(net, n) for n in ("conv1", "conv2", "fc")] == [27, 90, 160]
