"""How faithfully pages are read, written and encoded: a measurement over a Parquet file of pages.

    python eval/roundtrip.py ../shared/corpus/test.parquet

For each page: does reading what was written give the same events; does decoding what was encoded; does html5lib, which shares no
code with the writer, build the same tree from source and canonical page, white space and comments aside? What differs is counted by
cause: the loss that the reader names, `a fault of html5lib` (its mended tree agrees),
or `unnamed`.
"""

import argparse
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import html5lib

from htmlgen.corpus.pages import read_pages
from htmlgen.markup.parser import parse
from htmlgen.markup.reader import Reading, container_of, read
from htmlgen.markup.writer import write
from htmlgen.tokens.learning import VocabularyConfig, learn
from htmlgen.tokens.tokenizer import Tokenizer

ROOT = Path(__file__).parents[1]
_SPACE = re.compile(r"[ \t\n\f\r]+")


@dataclass(frozen=True)
class Verdict:
    """What holds for one page; `cause` is why the trees differ, '' where they do not."""

    read_again: bool
    decoded: bool
    cause: str
    losses: tuple[str, ...] = ()


def outline(root: Any) -> Iterator[tuple[str, ...]]:
    """A tree as rows, without comments and white space; texts joined over the comments between them."""
    text = ""
    pending: list[Any] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            text += _SPACE.sub("", node)
            continue
        if isinstance(node, tuple) or isinstance(node.tag, str):
            yield from [("text", text)] if text else []
            text = ""
        if isinstance(node, tuple):
            yield node
            continue
        following: list[Any] = []
        if isinstance(node.tag, str):
            yield (node.tag, *(f"{name}={value}" for name, value in sorted(node.attrib.items())))
            following = [node.text or "", *(part for child in node for part in (child, child.tail or "")), ("end", node.tag)]
            if node.tag == "<!DOCTYPE>":
                following = []
        pending.extend(reversed(following))
    yield from [("text", text)] if text else []


def html5lib_tree(page: str, *, fragment: bool) -> Any:
    """The tree that html5lib builds, as it is published."""
    page = page.lstrip("\ufeff")
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree", fullTree=True), namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parser.parseFragment(page, container=container_of(page)) if fragment else parser.parse(page)


def mended_tree(page: str, *, fragment: bool) -> Any:
    """The tree that the reader sees."""
    page = page.lstrip("\ufeff")
    return parse(page, container_of(page) if fragment else None)


def same_tree(build: Any, page: str, reading: Reading) -> bool:
    """Whether source and canonical page have one outline."""
    rows = (outline(build(text, fragment=reading.fragment)) for text in (page, write(reading.events)))
    return all(one == other for one, other in zip_longest(*rows))


def judge(page: str, tokenizer: Tokenizer) -> Verdict:
    """Reads, writes, encodes and decodes one page, and compares html5lib's trees."""
    reading = read(page)
    again = read(write(reading.events)).events == reading.events
    decoded = tokenizer.decode(tokenizer.encode(reading.events)) == list(reading.events)
    causes = tuple(dict.fromkeys(loss.cause for loss in reading.losses))
    cause = ""
    if not same_tree(html5lib_tree, page, reading):
        cause = causes[0] if causes else "a fault of html5lib" if same_tree(mended_tree, page, reading) else "unnamed"
    return Verdict(again, decoded, cause, causes)


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Shares of pages, and counts by cause."""
    pages = len(verdicts)
    return {
        "pages": pages,
        "read again equal": sum(verdict.read_again for verdict in verdicts) / pages,
        "decoded equal": sum(verdict.decoded for verdict in verdicts) / pages,
        "html5lib trees equal": sum(not verdict.cause for verdict in verdicts) / pages,
        "trees differ by cause": dict(Counter(verdict.cause for verdict in verdicts if verdict.cause)),
        "losses by cause": dict(Counter(cause for verdict in verdicts for cause in verdict.losses)),
    }


def sample_tokenizer() -> Tokenizer:
    """A small tokenizer, learned from the project's own sample pages."""
    samples = read_pages([str(ROOT / "corpora" / "samples")])
    return Tokenizer(learn(((page.site, read(page.html).events) for page in samples), VocabularyConfig(size=2048, sites=1)))


def main() -> None:
    """Prints the summary and writes it to eval/results/roundtrip.json."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", help="a Parquet file, folder or glob of pages")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "eval" / "results" / "roundtrip.json")
    arguments = parser.parse_args()
    tokenizer = sample_tokenizer()
    found = {"corpus": Path(arguments.corpus).name, **summary([judge(page.html, tokenizer) for page in read_pages([arguments.corpus])])}
    text = json.dumps(found, indent=2)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
