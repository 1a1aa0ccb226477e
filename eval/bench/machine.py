"""What the machine can do at best, measured beside whatever is compared with it."""

import time
from collections.abc import Callable
from statistics import median

import jax
import jax.numpy as jnp


def seconds(work: Callable[[], object], *, repeats: int = 5) -> float:
    """The median of several runs, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def matrix_peak(size: int = 2048) -> float:
    """Floating-point operations a second of a large float32 product through JAX, all cores."""
    left = jax.random.normal(jax.random.key(0), (size, size))
    product = jax.jit(jnp.matmul)
    return 2 * size**3 / seconds(lambda: product(left, left).block_until_ready())
