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

import brotli
import pyppmd
import zstandard

from eval.telling import tell
from htmlgen.corpus.preparation import prepare
from htmlgen.markup.writer import write


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


def ppmd_primed(training: Sequence[bytes], size: int) -> Callable[[bytes], bytes]:
    """PPMd after so many bytes of training pages drawn at random; of what it writes, the part that the page adds is given."""
    pages = list(training)
    random.Random(0).shuffle(pages)
    before = b"".join(pages)[:size]
    alone = len(ppmd(before))
    return lambda page: ppmd(before + page)[alone:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("pages")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--primed", type=int, default=1_000_000, help="bytes of training text that PPMd reads first")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    pages = canonical(options.pages, options.jobs)
    training = canonical(options.train, options.jobs)
    compressors: dict[str, Callable[[bytes], bytes]] = {
        "xz -9e": lambda page: lzma.compress(page, preset=9 | lzma.PRESET_EXTREME, format=lzma.FORMAT_ALONE),
        "zstd -19": zstandard.ZstdCompressor(level=19).compress,
        "brotli -q 11": lambda page: brotli.compress(page, quality=11, lgwin=24),
        "PPMd (order 6)": ppmd,
        "zstd -19, training text as dictionary": primed(training),
        f"PPMd (order 6), after {options.primed:,} bytes of training text": ppmd_primed(training, options.primed),
    }
    size = sum(map(len, pages))
    result = {name: round(8 * sum(len(compress(page)) for page in pages) / size, 4) for name, compress in compressors.items()}
    tell({"pages": len(pages), "bytes": size, "bits_per_byte": result}, options.output)


if __name__ == "__main__":
    main()
