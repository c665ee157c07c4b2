"""The card of a learnt network: how it was made, how well it does, and enough numbers to notice when code drifts."""

import hashlib
from typing import Any

import numpy as np

from convoscope.engine.network import Network
from convoscope.engine.training.evaluation import Evaluation, predict
from convoscope.engine.training.loop import Training, logits_of
from convoscope.engine.types import Array

CHECKED = 3
"""Made-up pictures whose results the card keeps."""


def card(training: Training, network: Network, result: Evaluation, command: str, version: str) -> dict[str, Any]:
    """Everything about a finished training, as JSON values."""
    data, preprocessing = training.data, training.preprocessing
    return {
        "network": network.name,
        "command": command,
        "version": version,
        "seed": training.seed,
        "data": {
            "sha256": data.sha256,
            "training_pictures": len(data.x_train),
            "test_pictures": len(data.x_test),
            "picture_shape": list(data.x_train.shape[1:]),
        },
        "epochs": training.recipe.epochs,
        "recipe": training.recipe.described(),
        "parameters": network.parameter_count,
        "weights_sha256": fingerprint(network),
        "accuracy": result.accuracy,
        "per_class_accuracy": result.per_class,
        "confusion_matrix": result.confusion.tolist(),
        "classes": list(data.classes or network.labels),
        "preprocessing": {
            "size": list(preprocessing.size),
            "mean": list(preprocessing.mean),
            "std": list(preprocessing.std),
            "scale": preprocessing.scale,
            "channels": preprocessing.channels,
            "crop": preprocessing.crop,
        },
        "check": check(network),
    }


def fingerprint(network: Network) -> str:
    """SHA-256 over all parameters, in the order of the nodes."""
    digest = hashlib.sha256()
    for node, params in network.params.items():
        for name, a in params.items():
            digest.update(f"{node}.{name}{a.shape}".encode())
            digest.update(np.ascontiguousarray(a, "<f4").tobytes())
    return digest.hexdigest()


def made_up_pictures(network: Network, seed: int = 0) -> Array:
    """(CHECKED, C, H, W) uint8: soft noise, the same for everybody."""
    rng = np.random.default_rng(seed)
    c, h, w = network.input_shape
    coarse = rng.integers(0, 256, (CHECKED, c, -(-h // 4), -(-w // 4)))
    return coarse.repeat(4, axis=2).repeat(4, axis=3)[:, :, :h, :w].astype(np.uint8)


def check(network: Network, seed: int = 0) -> dict[str, Any]:
    """What the network makes of the made-up pictures: predictions, logits, and each activation's mean and spread."""
    assert network.preprocessing is not None
    pictures = made_up_pictures(network, seed)
    trace = network.trace(network.preprocessing.apply(pictures))
    return {
        "seed": seed,
        "predictions": predict(network, pictures).tolist(),
        "logits": np.round(trace.activations[logits_of(network)].astype(float), 6).tolist(),
        "activations": {
            name: {"mean": round(float(a.mean(dtype=float)), 7), "std": round(float(a.std(dtype=float)), 7)}
            for name, a in trace.activations.items()
        },
    }
