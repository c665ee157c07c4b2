"""`convoscope train`, without the terminal: an iterator of steps that leaves weights and a card behind."""

import json
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace as changed
from pathlib import Path

from convoscope.engine import zoo
from convoscope.engine.formats.safetensors import pack
from convoscope.engine.training.card import card
from convoscope.engine.training.checkpoint import resume as put_back
from convoscope.engine.training.checkpoint import save
from convoscope.engine.training.data import Data
from convoscope.engine.training.evaluation import evaluate
from convoscope.engine.training.files import replace
from convoscope.engine.training.loop import Step, Training
from convoscope.engine.training.sources import read_data


def train(
    name: str,
    data: Data | Path,
    out: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    resume: bool = False,
    version: str = "",
) -> Generator[Step, None, None]:
    """Trains a network of the zoo and yields its steps; at the end `out` holds NAME.safetensors and NAME.json.

    A checkpoint is written at every epoch, and when the iterator is closed between two steps; with `resume` the
    training goes on from it, to the same bits as if it had never been stopped.
    Raises FormatError for data that do not fit, ConvoscopeError for a checkpoint of another training.
    """
    network, recipe = zoo.architecture(name), zoo.recipe(name)
    if epochs is not None:
        recipe = changed(recipe, epochs=epochs)
    pictures = read_data(data) if isinstance(data, Path) else data
    pictures.fit(network.input_shape, network.shapes[network.output][1])
    training = Training(network, recipe, pictures, seed)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / f"{name}.checkpoint"
    if resume:
        put_back(checkpoint, training)
    try:
        for step in training.steps():
            if step.ends_epoch:
                save(checkpoint, training)
            yield step
    except GeneratorExit:
        save(checkpoint, training)
        raise
    given = "FILE.npz" if isinstance(data, Path) and data.is_file() else "FOLDER"
    finish(training, out, f"convoscope train {name} --data {given}" + _options(seed, epochs), version)
    with suppress(FileNotFoundError):
        checkpoint.unlink()


def finish(training: Training, out: Path, command: str, version: str) -> None:
    """Measures the network on the test pictures, and writes its weights and its card."""
    network = training.learnt()
    result = evaluate(network, training.data.x_test, training.data.y_test)
    weights = {f"{node}.{k}": a for node, p in network.params.items() for k, a in p.items()}
    replace(out / f"{network.name}.safetensors", pack(weights))
    text = json.dumps(card(training, network, result, command, version), indent=1, ensure_ascii=False)
    replace(out / f"{network.name}.json", (text + "\n").encode())


def _options(seed: int, epochs: int | None) -> str:
    return (f" --seed {seed}" if seed else "") + ("" if epochs is None else f" --epochs {epochs}")
