"""Training: the same bits from the same seed, stopped or not; and what it says when it cannot go on."""

import json
from pathlib import Path

import numpy as np
import pytest

from convoscope.engine import zoo
from convoscope.engine.errors import ConvoscopeError, FormatError
from convoscope.engine.formats.safetensors import load_params
from convoscope.engine.layers.conv2d import Conv2d
from convoscope.engine.layers.dense import Dense
from convoscope.engine.layers.flatten import Flatten
from convoscope.engine.layers.max_pool2d import MaxPool2d
from convoscope.engine.layers.relu import ReLU
from convoscope.engine.layers.softmax import Softmax
from convoscope.engine.network import Network
from convoscope.engine.preprocessing import Preprocessing
from convoscope.engine.training import Average, Cosine, Data, Recipe, Training, evaluate, train
from convoscope.engine.training.card import fingerprint
from convoscope.engine.training.checkpoint import resume, save
from convoscope.engine.types import Array
from convoscope.engine.zoo._chain import chain

RECIPE = Recipe(epochs=3, batch=8, schedule=Cosine(0.02), average=Average(0.9))


def small_network() -> Network:
    """One convolution and a dense layer on pictures of 8×8."""
    layers = [
        ("conv", Conv2d(4, (3, 3), padding=(1, 1, 1, 1))),
        ("relu", ReLU()),
        ("pool", MaxPool2d((2, 2), (2, 2))),
        ("flatten", Flatten()),
        ("fc", Dense(2)),
        ("softmax", Softmax()),
    ]
    rng = np.random.default_rng(0)
    return chain("small", (1, 8, 8), layers, rng, ("left", "right"), Preprocessing((8, 8), (0.5,), (0.5,)))


def bright_sides(count: int, size: int = 8, channels: int = 1, seed: int = 0) -> tuple[Array, Array]:
    """Noisy pictures that are bright on the left (0) or on the right (1)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    x = rng.integers(0, 100, (count, channels, size, size))
    x[labels == 0, :, :, : size // 2] += 120
    x[labels == 1, :, :, size // 2 :] += 120
    return x.astype(np.uint8), labels


def small_data() -> Data:
    return Data(*bright_sides(44), *bright_sides(40, seed=1))


def test_a_network_learns_what_can_be_learnt() -> None:
    training = Training(small_network(), RECIPE, small_data())
    steps = list(training.steps())
    result = evaluate(training.learnt(), training.data.x_test, training.data.y_test)
    assert result.accuracy == 1.0
    assert steps[-1].loss < 0.5 * steps[0].loss
    assert (result.confusion.sum(axis=1) == np.bincount(training.data.y_test)).all()


def test_a_step_says_where_the_training_stands() -> None:
    steps = list(Training(small_network(), RECIPE, small_data()).steps())
    assert [s.number for s in steps] == list(range(1, 16))
    assert {s.total for s in steps} == {15}
    assert [s.epoch for s in steps] == [1] * 5 + [2] * 5 + [3] * 5
    assert [s.number for s in steps if s.ends_epoch] == [5, 10, 15]


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    ends = []
    for seed in (3, 3, 4):
        training = Training(small_network(), RECIPE, small_data(), seed)
        list(training.steps())
        ends.append(training.parameters.vector.tobytes())
    assert ends[0] == ends[1]
    assert ends[0] != ends[2]


@pytest.mark.parametrize("stop", [1, 5, 7, 14])
def test_a_resumed_training_ends_with_the_bits_of_an_uninterrupted_one(stop: int, tmp_path: Path) -> None:
    whole = Training(small_network(), RECIPE, small_data())
    losses = [s.loss for s in whole.steps()]
    first = Training(small_network(), RECIPE, small_data())
    steps = first.steps()
    for _ in range(stop):
        next(steps)
    save(tmp_path / "checkpoint", first)
    second = Training(small_network(), RECIPE, small_data())
    resume(tmp_path / "checkpoint", second)
    assert [s.loss for s in second.steps()] == losses[stop:]
    assert {k: a.tobytes() for k, a in second.state().items()} == {k: a.tobytes() for k, a in whole.state().items()}


@pytest.mark.parametrize(
    ("seed", "recipe", "key"), [(1, RECIPE, "seed"), (0, Recipe(epochs=4, batch=8), "recipe")], ids=["seed", "recipe"]
)
def test_a_checkpoint_of_another_training_is_refused(seed: int, recipe: Recipe, key: str, tmp_path: Path) -> None:
    save(tmp_path / "checkpoint", Training(small_network(), RECIPE, small_data()))
    with pytest.raises(ConvoscopeError, match=f"The checkpoint was made with {key} .*Give the same, or start without"):
        resume(tmp_path / "checkpoint", Training(small_network(), recipe, small_data(), seed))


def test_a_file_that_is_no_checkpoint_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(FormatError, match=r"^This file is no checkpoint of a training\.$"):
        resume(tmp_path / "checkpoint", Training(small_network(), RECIPE, small_data()))


def test_a_training_that_diverges_says_so() -> None:
    wild = Recipe(epochs=3, batch=8, schedule=Cosine(1e30, warm_up=0.0))
    with np.errstate(all="ignore"), pytest.raises(ConvoscopeError, match="the training diverged"):
        list(Training(small_network(), wild, small_data()).steps())


# ---- the command ---------------------------------------------------------------------------------------------


def save_parts(path: Path, parts: tuple[Array, Array, Array, Array]) -> None:
    """Writes a data file."""
    np.savez(path, x_train=parts[0], y_train=parts[1], x_test=parts[2], y_test=parts[3])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """128 made-up training pictures of the example network's size."""
    path = tmp_path_factory.mktemp("data") / "sides.npz"
    parts = (*bright_sides(128, 32, 3), *bright_sides(20, 32, 3, seed=1))
    save_parts(path, parts)
    return path


def test_the_command_leaves_weights_and_a_card_that_agree(archive: Path, tmp_path: Path) -> None:
    steps = list(train("example-cnn", archive, tmp_path, seed=2, epochs=2, version="1.2.3"))
    assert (steps[-1].number, steps[-1].total) == (4, 4)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["example-cnn.json", "example-cnn.safetensors"]
    network = zoo.architecture("example-cnn").with_params(load_params(tmp_path / "example-cnn.safetensors"))
    card = json.loads((tmp_path / "example-cnn.json").read_text())
    assert card["weights_sha256"] == fingerprint(network)
    assert card["command"] == "convoscope train example-cnn --data FILE.npz --seed 2 --epochs 2"
    assert (card["version"], card["seed"], card["epochs"], card["parameters"]) == ("1.2.3", 2, 2, 6440)
    confusion = np.array(card["confusion_matrix"])
    assert confusion.sum() == card["data"]["test_pictures"] == 20
    assert card["accuracy"] == np.trace(confusion) / 20
    assert card["classes"] == list(network.labels)


def test_a_command_that_is_stopped_and_resumed_ends_with_the_same_file(archive: Path, tmp_path: Path) -> None:
    list(train("example-cnn", archive, tmp_path / "whole", epochs=2))
    stopped = train("example-cnn", archive, tmp_path / "parts", epochs=2)
    for _ in range(3):
        next(stopped)
    stopped.close()
    assert [p.name for p in (tmp_path / "parts").iterdir()] == ["example-cnn.checkpoint"]
    rest = list(train("example-cnn", archive, tmp_path / "parts", epochs=2, resume=True))
    assert [s.number for s in rest] == [4]
    for name in ("example-cnn.safetensors", "example-cnn.json"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_checkpoint_is_left_at_every_epoch(archive: Path, tmp_path: Path) -> None:
    steps = train("example-cnn", archive, tmp_path, epochs=2)
    seen = [(next(steps), (tmp_path / "example-cnn.checkpoint").exists())[1] for _ in range(2)]
    assert seen == [False, True]
    steps.close()


def test_resuming_without_a_checkpoint_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ConvoscopeError, match=r"^There is no checkpoint example-cnn\.checkpoint to resume from"):
        next(train("example-cnn", archive, tmp_path, resume=True))


def test_pictures_of_another_size_are_refused(tmp_path: Path) -> None:
    parts = (*bright_sides(8), *bright_sides(8))
    save_parts(tmp_path / "d.npz", parts)
    with pytest.raises(FormatError, match=r"^The pictures have shape \(1, 8, 8\); the network reads \(3, 32, 32\)\.$"):
        next(train("example-cnn", tmp_path / "d.npz", tmp_path))
