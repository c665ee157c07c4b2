"""Learning: batches from a seed, optimizers, schedules, checkpoints, and the card that says how it went."""

from convoscope.engine.optimizers import SGD, Adam
from convoscope.engine.training.averaging import Average
from convoscope.engine.training.command import train
from convoscope.engine.training.data import Data, read_npz
from convoscope.engine.training.evaluation import Evaluation, evaluate, predict
from convoscope.engine.training.loop import Step, Training
from convoscope.engine.training.recipe import Augmentation, Recipe
from convoscope.engine.training.schedule import Cosine, OneCycle
from convoscope.engine.training.sources import read_data

__all__ = [
    "SGD",
    "Adam",
    "Augmentation",
    "Average",
    "Cosine",
    "Data",
    "Evaluation",
    "OneCycle",
    "Recipe",
    "Step",
    "Training",
    "evaluate",
    "predict",
    "read_data",
    "read_npz",
    "train",
]
