"""What a training is made of, each part by itself: batches, augmentation, optimizers, schedules, files."""

import os
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine.errors import FormatError
from convoscope.engine.training import SGD, Adam, Augmentation, Average, Cosine, Data, OneCycle, read_npz
from convoscope.engine.training.data import batches
from convoscope.engine.training.files import replace
from convoscope.engine.types import Array

X, Y = np.zeros((4, 3, 8, 8), np.uint8), np.array([0, 1, 0, 1])


# ---- data ----------------------------------------------------------------------------------------------------


def test_an_epoch_sees_every_example_once_in_a_fresh_order() -> None:
    orders = [np.concatenate([which for which, _ in batches(20, 5, seed=1, epoch=e)]) for e in (0, 1)]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(20))
    assert (orders[0] != orders[1]).any()


def test_an_epoch_is_a_function_of_its_seed_and_number_alone() -> None:
    one, two = ([(w.tolist(), d.tolist()) for w, d in batches(12, 4, 7, 3)] for _ in range(2))
    assert one == two
    assert one != [(w.tolist(), d.tolist()) for w, d in batches(12, 4, 8, 3)]


def test_what_makes_no_whole_batch_is_left_out() -> None:
    assert [len(which) for which, _ in batches(11, 4, 0, 0)] == [4, 4]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((X.astype(np.float32), Y, X, Y), r"^x_train is float32 of shape \(4, 3, 8, 8\); it must be uint8 of shape"),
        ((X[0], Y, X, Y), r"^x_train is uint8 of shape \(3, 8, 8\); it must be uint8 of shape \(N, C, H, W\)"),
        ((X, Y[:3], X, Y), r"^y_train is int64 of shape \(3,\); it must be integers of shape \(4,\)\.$"),
        ((X, Y, X, Y - 1), r"^y_test holds the label -1; labels count from 0\.$"),
        ((X, Y, X[:, :1], Y), r"^x_train holds pictures of shape \(3, 8, 8\), x_test of \(1, 8, 8\)"),
    ],
)
def test_data_that_do_not_fit_are_refused(parts: tuple[Array, Array, Array, Array], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        Data(*parts)


def test_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^A label is 1; the network has 1 classes, 0 to 0\.$"):
        Data(X, Y, X, Y).fit((3, 8, 8), 1)


def test_an_archive_without_a_part_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=X, y_train=Y, x_test=X)
    with pytest.raises(FormatError, match=r"^d\.npz holds no 'y_test'; a data file holds x_train, y_train, x_test"):
        read_npz(tmp_path / "d.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "d.npz").write_bytes(content)
    with pytest.raises(FormatError, match=r"^d\.npz is no NumPy archive \(\.npz\) of plain arrays\.$"):
        read_npz(tmp_path / "d.npz")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"^d\.npz cannot be read: No such file or directory\.$"):
        read_npz(tmp_path / "d.npz")


def test_the_name_of_the_data_changes_with_any_number() -> None:
    other = X.copy()
    other[3, 2, 7, 7] = 1
    names = {Data(X, Y, X, Y).sha256, Data(other, Y, X, Y).sha256, Data(X, 1 - Y, X, Y).sha256}
    assert len(names) == 3
    assert Data(X, Y.astype(np.uint8), X, Y).sha256 == Data(X, Y, X, Y).sha256


# ---- augmentation --------------------------------------------------------------------------------------------


def test_half_of_the_pictures_are_mirrored() -> None:
    x = np.arange(2 * 3 * 2 * 4, dtype=np.float32).reshape(2, 3, 2, 4)
    out = Augmentation(flip=True).apply(x.copy(), np.array([[0.4, 0, 0], [0.5, 0, 0]]))
    np.testing.assert_array_equal(out[0], x[0, :, :, ::-1])
    np.testing.assert_array_equal(out[1], x[1])


def test_a_shift_moves_by_whole_cells_and_uncovers_zeros() -> None:
    x = np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)
    shifted = {d: Augmentation(shift=1).apply(x.copy(), np.array([[0, d, 0.5]]))[0, 0].tolist() for d in (0, 0.5, 0.99)}
    assert shifted[0] == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert shifted[0.5] == x[0, 0].tolist()
    assert shifted[0.99] == [[4, 5, 6], [7, 8, 9], [0, 0, 0]]


# ---- optimizers, schedules, average --------------------------------------------------------------------------


def test_nesterov_looks_ahead_by_its_momentum() -> None:
    p, state = np.array([1.0]), {"velocity": np.zeros(1)}
    rule = SGD(momentum=0.5)
    rule.update(p, np.array([2.0]), state, 1, 0.1)
    assert p[0] == pytest.approx(1 - 0.1 * (2 + 0.5 * 2))
    before = p[0]
    rule.update(p, np.array([4.0]), state, 2, 0.1)
    assert p[0] == pytest.approx(before - 0.1 * (4 + 0.5 * (0.5 * 2 + 4)))


def test_adam_follows_its_equation_for_two_steps() -> None:
    p, state = np.array([1.0]), {"mean": np.zeros(1), "square": np.zeros(1)}
    rule, m, v, expected = Adam(0.8, 0.9), 0.0, 0.0, 1.0
    for step, g in ((1, 3.0), (2, -1.0)):
        rule.update(p, np.array([g]), state, step, 0.1)
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g * g
        expected -= 0.1 * (m / (1 - 0.8**step)) / (np.sqrt(v / (1 - 0.9**step)) + 1e-8)
        assert p[0] == pytest.approx(expected)


def test_decay_pulls_towards_zero_without_a_gradient() -> None:
    p = np.array([1.0])
    Adam(decay=0.1).update(p, np.zeros(1), {"mean": np.zeros(1), "square": np.zeros(1)}, 1, 0.5)
    assert p[0] == pytest.approx(0.95)


def test_a_memory_that_faded_to_nothing_is_forgotten() -> None:
    state = {"velocity": np.array([1e-30, 1.0], np.float32)}
    SGD().update(np.zeros(2, np.float32), np.zeros(2, np.float32), state, 1, 0.1)
    assert state["velocity"].tolist() == [0.0, np.float32(0.9)]


def test_the_cosine_warms_up_and_ends_near_nothing() -> None:
    rates = [Cosine(2.0, warm_up=0.2).rate(s, 100) for s in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == 2.0 == rates[20]
    assert rates[19] == pytest.approx(2.0)
    assert rates[60] == pytest.approx(1.0)
    assert 0 < rates[-1] < 0.001
    assert rates[20:] == sorted(rates[20:], reverse=True)


def test_one_cycle_rises_to_its_peak_and_falls_far_below_its_start() -> None:
    rates = [OneCycle(1.0, rise=0.3).rate(s, 100) for s in range(100)]
    assert rates[0] == pytest.approx(1 / 25)
    assert rates[29] == pytest.approx(1.0) == max(rates)
    assert rates[-1] == pytest.approx(1 / 25e4)


def test_the_average_follows_quickly_at_first_and_slowly_later() -> None:
    a, p = np.zeros(1), np.ones(1)
    Average(0.999).update(a, p, 1)
    assert a[0] == pytest.approx(1 - 2 / 11)
    a[:] = 0
    Average(0.999).update(a, p, 10**6)
    assert a[0] == pytest.approx(0.001)


# ---- files ---------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights"
    replace(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace(path, b"new and longer")
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    replace(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["weights"]
