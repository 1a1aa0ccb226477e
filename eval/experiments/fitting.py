"""Training of the small models of experiments, which need no corpus, no checkpoints and no budget in minutes."""

from collections.abc import Callable, Iterator
from typing import Any

import htmlgen.models  # noqa: F401  before keras: chooses its backend

# isort: split
import jax
import jax.numpy as jnp
import keras

Array = Any
Loss = Callable[..., Array]  #: (the model with given weights, the arrays of a batch) → what is to be made small


def fit(
    model: keras.Model, loss: Loss, batches: Iterator[tuple[Array, ...]], *, steps: int, rate: float, clip_norm: float | None = 1.0
) -> None:
    """Adam with a short warm-up and a cosine down to nothing; leaves the weights in the model."""
    schedule = keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=rate, warmup_steps=max(1, steps // 20))
    optimizer = keras.optimizers.Adam(schedule, global_clipnorm=clip_norm)
    optimizer.build(model.trainable_variables)

    @jax.jit
    def step(weights: Any, other: Any, moments: Any, arrays: tuple[Array, ...]) -> Any:
        def of(values: Any) -> Any:
            after = [other]  # dropout draws anew each step

            def call(*given: Array) -> Array:
                said, changed = model.stateless_call(values, after.pop(), *given, training=True)
                after.append(changed)
                return said

            return loss(call, *arrays), after[0]

        gradients, changed = jax.grad(of, has_aux=True)(weights)
        weights, moments = optimizer.stateless_apply(moments, gradients, weights)
        return weights, changed, moments

    groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
    weights, other, moments = ([variable.value for variable in group] for group in groups)
    for _ in range(steps):
        weights, other, moments = step(weights, other, moments, tuple(map(jnp.asarray, next(batches))))
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)


def cross_entropy(logits: Array, targets: Array) -> Array:
    """Nats of each target; logits (…, classes), targets (…)."""
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), targets[..., None], axis=-1)[..., 0]
