"""The training loop: one step after another, and a state from which it goes on as if it had never stopped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from convoscope.engine.errors import ConvoscopeError
from convoscope.engine.kernels import Plan
from convoscope.engine.losses import softmax_cross_entropy
from convoscope.engine.network import Network
from convoscope.engine.training.data import Data, batches, enlarged
from convoscope.engine.training.flat import Flat
from convoscope.engine.training.recipe import Recipe
from convoscope.engine.types import Array


@dataclass(frozen=True)
class Step:
    """What one step did. number counts from 1 to total; loss and accuracy are those of its batch, before the step."""

    number: int
    total: int
    epoch: int
    epochs: int
    loss: float
    accuracy: float
    rate: float

    @property
    def ends_epoch(self) -> bool:
        """Whether it is the last step of its epoch."""
        return self.number * self.epochs % self.total == 0


class Training:
    """A network that learns from data by a recipe. Same seed, data, recipe and machine: the same bits.

    Random numbers are drawn anew for every epoch from (seed, epoch), so the only memory besides the arrays of
    `state()` is how many steps were made.
    """

    def __init__(self, network: Network, recipe: Recipe, data: Data, seed: int = 0) -> None:
        self.network, self.recipe, self.data, self.seed, self.done = network, recipe, data, seed, 0
        if network.preprocessing is None:
            raise ConvoscopeError(f"{network.name} does not say how pictures become its input; training needs that.")
        self.preprocessing = network.preprocessing
        self.per_epoch = len(data.x_train) // recipe.batch
        if self.per_epoch == 0:
            raise ConvoscopeError(f"{len(data.x_train)} training pictures make no batch of {recipe.batch}.")
        self.parameters, self.gradient, self.average = Flat(network), Flat(network), Flat(network)
        self.parameters.take(recipe.first_params(network, np.random.default_rng(seed)))
        self.average.vector[:] = self.parameters.vector
        self.memories = {name: np.zeros_like(self.parameters.vector) for name in recipe.optimizer.memories}
        source = network.inputs[0].name
        shapes = {source: (recipe.batch, *network.input_shape)}
        self.plan = Plan(network, shapes, params=self.parameters.params)
        self.frame, self.source, self.logits = self.plan.frame(), source, logits_of(network)
        self.backward = self.frame.backward(self.logits, inputs=False)

    @property
    def total(self) -> int:
        """How many steps the whole training has."""
        return self.per_epoch * self.recipe.epochs

    def steps(self) -> Iterator[Step]:
        """The steps still to be made. Between two of them the training may be saved, or stopped."""
        while self.done < self.total:
            epoch, made = divmod(self.done, self.per_epoch)
            chosen = batches(len(self.data.x_train), self.recipe.batch, self.seed, epoch)
            for number, (which, draws) in enumerate(chosen):
                if number >= made:
                    yield self._step(epoch, which, draws)

    def _step(self, epoch: int, which: Array, draws: Array) -> Step:
        pictures = enlarged(self.data.x_train[which], self.preprocessing.size)
        x = self.recipe.augmentation.apply(self.preprocessing.apply(pictures), draws)
        labels = self.data.y_train[which]
        self.plan.refresh()
        self.frame.forward({self.source: x})
        logits = np.ascontiguousarray(self.frame.slots[self.logits].natural)
        loss, dlogits = softmax_cross_entropy(logits, labels)
        if not np.isfinite(loss):
            raise ConvoscopeError(
                f"The loss of step {self.done + 1} is {loss}: the training diverged. A smaller learning rate may help."
            )
        self.backward.run(dlogits)
        self.gradient.take(self.backward.grads)
        rate = self.recipe.schedule.rate(self.done, self.total)
        self.done += 1
        p = self.parameters.vector
        self.recipe.optimizer.update(p, self.gradient.vector, self.memories, self.done, rate)
        if self.recipe.average is not None:
            self.recipe.average.update(self.average.vector, p, self.done)
        accuracy = float((logits.argmax(axis=1) == labels).mean())
        return Step(self.done, self.total, epoch + 1, self.recipe.epochs, loss, accuracy, rate)

    def learnt(self) -> Network:
        """The network with what has been learnt so far."""
        best = self.parameters if self.recipe.average is None else self.average
        return self.network.with_params(best.copies())

    def state(self) -> dict[str, Array]:
        """Everything that the next step depends on, apart from `done`, seed, data and recipe."""
        return {name: a.copy() for name, a in self._kept().items()}

    def _kept(self) -> dict[str, Array]:
        return {"parameters": self.parameters.vector, "average": self.average.vector} | self.memories

    def restore(self, state: Mapping[str, Array], done: int) -> None:
        """Goes back to what `state()` said after `done` steps. Raises ConvoscopeError for another network's state."""
        for name, into in self._kept().items():
            if name not in state or state[name].shape != into.shape:
                raise ConvoscopeError(
                    f"The checkpoint has no {name!r} of {into.size} numbers: it is of another network or optimizer."
                )
            np.copyto(into, state[name])
        self.done = done


def logits_of(network: Network) -> str:
    """The node before a final softmax, else the output: where the loss is put in."""
    last = network.node(network.output)
    return last.inputs[0] if last.layer.kind == "softmax" else last.name
