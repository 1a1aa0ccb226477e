"""Bits per byte of canonical pages under general compressors, each page alone or after training text: what a model of HTML has to beat.

    pip install -r eval/peers/requirements-compression.txt
    python -m eval.compression TRAIN.parquet VALID.parquet [--primed 1000000] [--jobs 2]
        [-o eval/results/compression.json]
"""

import argparse
import lzma
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import brotli
import pyppmd
import zstandard

from eval.telling import tell
from htmlgen.corpus.preparation import prepare
from htmlgen.markup.writer import write

WITHOUT_DICTIONARY: Final = ("xz -9e", "brotli -q 11", "PPMd (order 6)")


def canonical(source: str, jobs: int) -> list[bytes]:
    """The clean canonical pages, as the generator is trained and measured on them."""
    return [write(page.events).encode() for page in prepare([source], jobs=jobs) if page.events]


def primed(training: Sequence[bytes]) -> Callable[[bytes], bytes]:
    """zstd -19 with the training text as a raw-content dictionary."""
    content = b"".join(training)
    dictionary = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    parameters = zstandard.ZstdCompressionParameters.from_level(19, window_log=27, write_content_size=False, enable_ldm=True)
    dictionary.precompute_compress(compression_params=parameters)
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters).compress


def ppmd(page: bytes) -> bytes:
    return bytes(pyppmd.compress(page, max_order=6, mem_size=64 << 20))


def brotli_11(page: bytes) -> bytes:
    return bytes(brotli.compress(page, quality=11, lgwin=24))


def xz(page: bytes) -> bytes:
    return lzma.compress(page, preset=9 | lzma.PRESET_EXTREME, format=lzma.FORMAT_ALONE)


def shuffled(training: Sequence[bytes], size: int) -> bytes:
    """So many bytes of training pages drawn at random."""
    pages = list(training)
    random.Random(0).shuffle(pages)
    return b"".join(pages)[:size]


def after(compress: Callable[[bytes], bytes], before: bytes) -> Callable[[bytes], int]:
    """The bytes that a page adds to what a compressor makes of a text before it."""
    alone = len(compress(before)) if before else 0
    return lambda page: len(compress(before + page)) - alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("pages")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--primed", type=int, default=1_000_000, help="bytes of training text before a page, where there is no dictionary")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    pages = canonical(options.pages, options.jobs)
    training = canonical(options.train, options.jobs)
    alone: dict[str, Callable[[bytes], bytes]] = {
        "xz -9e": xz,
        "zstd -19": zstandard.ZstdCompressor(level=19).compress,
        "brotli -q 11": brotli_11,
        "PPMd (order 6)": ppmd,
        "zstd -19, training text as dictionary": primed(training),
    }
    before, said = shuffled(training, options.primed), f"after {options.primed:,} bytes of training text"
    measured = {name: after(compress, b"") for name, compress in alone.items()}
    measured |= {f"{name}, {said}": after(alone[name], before) for name in WITHOUT_DICTIONARY}
    size = sum(map(len, pages))
    result = {name: round(8 * sum(map(length, pages)) / size, 4) for name, length in measured.items()}
    tell({"pages": len(pages), "bytes": size, "bits_per_byte": result}, options.output)


if __name__ == "__main__":
    main()
