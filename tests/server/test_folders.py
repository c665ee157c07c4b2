"""Class folders of pictures as training data."""

from pathlib import Path

import pytest
from PIL import Image

from convoscope.engine import Preprocessing
from convoscope.engine.errors import FormatError
from convoscope.server.folders import is_class_folder, read_pictures

HOW = Preprocessing((4, 4), (0.5,) * 3, (0.5,) * 3)


def pictures(folder: Path, **named: int) -> None:
    """So many pictures of 8×4 in each named folder: red on the left half, the rest blue."""
    for name, count in named.items():
        (folder / name).mkdir(parents=True)
        for k in range(count):
            image = Image.new("RGB", (8, 4), (0, 0, 255))
            image.paste((255, 0, 0), (0, 0, 4, 4))
            image.save(folder / name / f"{k}.png")


def test_folders_named_like_classes_keep_their_numbers(tmp_path: Path) -> None:
    pictures(tmp_path / "train", cat=2, ship=1)
    pictures(tmp_path / "test", ship=1)
    data = read_pictures(tmp_path, HOW, ("bird", "cat", "ship"))
    assert data.y_train.tolist() == [1, 1, 2]
    assert data.y_test.tolist() == [2]
    assert data.classes == ("bird", "cat", "ship")
    assert data.x_train.shape == (3, 3, 4, 4)
    assert data.x_train[0, :, 0].tolist() == [[255, 255, 0, 0], [0, 0, 0, 0], [0, 0, 255, 255]]  # the centre, 4×4


def test_other_folders_are_numbered_by_the_alphabet_and_a_share_is_kept_for_the_test(tmp_path: Path) -> None:
    pictures(tmp_path, nut=30, bolt=30)
    assert is_class_folder(tmp_path)
    assert not is_class_folder(tmp_path / "nut")
    data = read_pictures(tmp_path, Preprocessing((2, 2), (0.5,), (0.5,), channels="L"), ("0", "1", "2"))
    assert data.classes == ("bolt", "nut")
    assert len(data.x_train) + len(data.x_test) == 60
    assert 3 <= len(data.x_test) <= 20
    assert (
        data.x_test == read_pictures(tmp_path, Preprocessing((2, 2), (0.5,), (0.5,), channels="L"), ("a", "b")).x_test
    ).all()


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    pictures(tmp_path / "train", a=1, b=1)
    (tmp_path / "test").mkdir()
    with pytest.raises(FormatError, match=r"holds 2 classes; the network has 1\."):
        read_pictures(tmp_path, HOW, ("x",))
    with pytest.raises(FormatError, match="has no picture for the test"):
        read_pictures(tmp_path, HOW, ("a", "b"))
    (tmp_path / "train" / "a" / "notes.txt").write_text("no picture")
    with pytest.raises(FormatError, match=r"a/notes\.txt is no picture that can be read"):
        read_pictures(tmp_path, HOW, ("a", "b"))
