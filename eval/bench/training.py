"""Training throughput: the hoisted LSTM layer against Keras' own, and the whole model against the matrix peak, in one run.

python -m eval.bench.training [--batches 4 8 16 32] [--length 128] [--units 512] [-o eval/results/training.json]
"""

import argparse
from pathlib import Path

import htmlgen.models  # noqa: F401  before keras: chooses its backend

# isort: split
import jax
import jax.numpy as jnp
import keras

from eval.bench.machine import matrix_peak, seconds
from eval.telling import tell
from htmlgen.models.generator import create
from htmlgen.models.layers import HoistedLSTM
from htmlgen.models.losses import token_nats
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.tokens.context import reading_sizes


def layer_seconds(hoisted: bool, batch: int, length: int, units: int) -> float:
    """One forward and backward pass of two stacked layers of `units`."""
    layers = [HoistedLSTM(units) if hoisted else keras.layers.LSTM(units, return_sequences=True) for _ in range(2)]
    for layer in layers:
        layer.build((batch, length, units))
    keep, state = jnp.ones((batch, length)), (jnp.zeros((batch, units)), jnp.zeros((batch, units)))

    def loss(weights: list[list[jax.Array]], x: jax.Array) -> jax.Array:
        for layer, values in zip(layers, weights, strict=True):
            other = [variable.value for variable in layer.non_trainable_variables]
            x = layer.stateless_call(values, other, x, state, keep)[0][0] if hoisted else layer.stateless_call(values, other, x)[0]
        return (x * x).mean()

    step = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
    weights = [[weight.value for weight in layer.trainable_variables] for layer in layers]
    x = jax.random.normal(jax.random.key(1), (batch, length, units))
    return seconds(lambda: jax.block_until_ready(step(weights, x)))  # type: ignore[no-untyped-call]


def model_seconds(config: GeneratorConfig, batch: int, length: int) -> float:
    """One training step of the generator, without the optimizer and the masks of a grammar."""
    model = create(config)
    ids = jax.random.randint(jax.random.key(2), (batch, length + 1), 4, config.vocab_size)
    sizes = jnp.asarray([*config.context, config.vocab_size])
    features = jax.random.randint(jax.random.key(3), (batch, length, len(sizes)), 0, sizes)
    other = [variable.value for variable in model.non_trainable_variables]

    def loss(weights: list[jax.Array], ids: jax.Array) -> jax.Array:
        said, _ = model.stateless_call(weights, other, ids[:, :-1], features, model.empty_state(batch), training=True)
        nats: jax.Array = token_nats(said, features[..., -1], ids[:, 1:])[0]
        return nats.mean()

    step = jax.jit(jax.value_and_grad(loss))
    weights = [variable.value for variable in model.trainable_variables]
    return seconds(lambda: jax.block_until_ready(step(weights, ids)))  # type: ignore[no-untyped-call]


def products(config: GeneratorConfig) -> int:
    """Multiply-adds of the matrices for one token, forward."""
    layers = sum(4 * width * (width + features) for width, features in zip(config.widths, config.inputs, strict=True))
    return layers + config.vocab_size * config.embedding


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[4, 8, 16, 32])
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--units", type=int, default=512)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    peak = matrix_peak()
    layers = {}
    for batch in options.batches:
        tokens = batch * options.length
        times = {name: layer_seconds(name == "hoisted", batch, options.length, options.units) for name in ("keras", "hoisted")}
        operations = 6 * 2 * 8 * options.units**2 * tokens  # forward and twice that backward, two layers of 8 units² multiply-adds
        layers[f"batch_{batch}"] = {
            **{f"{name}_tokens_per_second": round(tokens / value) for name, value in times.items()},
            **{f"{name}_share_of_peak": round(operations / value / peak, 3) for name, value in times.items()},
            "hoisted_over_keras": round(times["keras"] / times["hoisted"], 2),
        }
    config, batch = GeneratorConfig(vocab_size=8192, context=reading_sizes(130, 252)), options.batches[-1]
    whole = batch * options.length / model_seconds(config, batch, options.length)
    result = {
        "length": options.length,
        "units": options.units,
        "matrix_peak_gflops": round(peak / 1e9, 1),
        "two_layers": layers,
        "model_batch": batch,
        "model_tokens_per_second": round(whole),
        "model_share_of_peak": round(6 * products(config) * whole / peak, 3),
    }
    tell(result, options.output)


if __name__ == "__main__":
    main()
