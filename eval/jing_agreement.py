"""Agreement with jing on pages: structural verdicts of `htmlgen.relaxng.validate` and of jing, on the same documents and grammar.

    python -m eval.jing_agreement PAGES.parquet … --documents 6000
    python -m eval.jing_agreement --record

Documents are real pages (as they are, canonical; and clean), the grammars' cases, the samples, random walks, and seeded mutations of
all these: elements and attributes dropped, doubled, swapped, renamed. jing reads XML, so a document is written as XML in the namespaces
that `grammars/html.rnc` names: custom elements and `data-*` attributes go to theirs, SVG to its own. Annotations of `urn:htmlgen:grammar`
are not RELAX NG: only structural rules count. With `--record`, jing's verdicts on pages of our own (cases, samples, walks, and mutations)
are written for `tests/test_relaxng_jing.py`, which needs neither Java nor jing. Exit status 1 below 99.9 %.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from htmlgen.corpus.cleaning import clean
from htmlgen.corpus.pages import read_pages
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import own_vocabulary, walks
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.relaxng import Automaton, load_automaton, validate
from htmlgen.relaxng.violations import STRUCTURAL

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "eval" / "results" / "jing_agreement.json"
RECORD = ROOT / "tests" / "data" / "jing_pages.json"
XHTML, SVG, DATA, CUSTOM = "http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "urn:htmlgen:data", "urn:htmlgen:custom"
XLINK = "http://www.w3.org/1999/xlink"
MATHML = "http://www.w3.org/1998/Math/MathML"
HEAD = f'xmlns="{XHTML}" xmlns:svg="{SVG}" xmlns:m="{MATHML}" xmlns:d="{DATA}" xmlns:c="{CUSTOM}" xmlns:xlink="{XLINK}"'
WALK_TOKENS = (64, 128, 256)
RECORDED, RECORDED_EVENTS = 600, 220  # documents, and the events of each at most
ROOTS = {"svg": "svg", "math": "m"}  # where a namespace begins, and its prefix
INTEGRATION = ("foreignObject", "desc", "title", "mtext", "annotation-xml")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAME = re.compile(r"[A-Za-z_\u00c0-\u02ff\u0370-\u1fff][\w.\-]*")
Events = Sequence[Event]


# Events as XML ----------------------------------------------------------------------------------------------------------------------


class NotXmlError(Exception):
    """A document that XML cannot spell; jing cannot judge it."""


def to_xml(events: Events, automaton: Automaton) -> str:
    """The document as XML. Raises: NotXmlError."""
    written: list[str] = []
    around: list[tuple[str, str]] = []  # spelled name, the prefix of children: of SVG, of MathML, or none
    for event in events:
        if isinstance(event, StartTag):
            prefix = ROOTS.get(event.name, around[-1][1] if around else "")
            name = element_name(event.name, prefix, automaton)
            written.append(f"<{name}{'' if around else ' ' + HEAD}{xml_attributes(event, automaton)}>")
            around.append((name, "" if event.name in INTEGRATION else prefix))
            if event.name in VOID_IN_PARSER and not prefix:
                written.append(f"</{around.pop()[0]}>")
        elif isinstance(event, EndTag):
            written.append(f"</{around.pop()[0]}>")
        elif isinstance(event, Text):
            written.append(text(event.data))
    return "".join(written)


def element_name(name: str, prefix: str, automaton: Automaton) -> str:
    if not NAME.fullmatch(name):
        raise NotXmlError(f"element name {name!r}")
    if prefix:
        return f"{prefix}:{name}"
    custom = name not in automaton.names and automaton.named(name)  # a wildcard's, by `h:custom`
    return f"c:{name}" if custom else name


def xml_attributes(tag: StartTag, automaton: Automaton) -> str:
    """Values that `h:case` compares without regard to case are written in lower case, as RELAX NG knows no such thing."""
    kinds = {form.attributes for each in automaton.named(tag.name) for form in automaton.elements[each].forms}
    uses = [use for kind in kinds for use in automaton.attributes[kind].uses]
    named = {use.names.name for use in uses}
    folded = {use.names.name for use in uses if use.notes.insensitive}
    pairs = ((name, value.lower() if name in folded else value) for name, value in tag.attributes)
    return "".join(f' {attribute_name(name, named)}="{text(value, True)}"' for name, value in pairs)


def attribute_name(name: str, named: set[str]) -> str:
    prefix, _, local = name.rpartition(":")
    if not NAME.fullmatch(local) or prefix not in ("", "xlink", "xml") or local == "xmlns":
        raise NotXmlError(f"attribute name {name!r}")
    if name.startswith("data-") and name not in named:
        if not NAME.fullmatch(name[5:]):
            raise NotXmlError(f"attribute name {name!r}")
        return f"d:{name[5:]}"
    return name


def text(data: str, value: bool = False) -> str:
    if NOT_XML.search(data):
        raise NotXmlError("a character that XML does not allow")
    written = escape(data, {'"': "&quot;"}).replace("\r", "&#13;")
    return written.replace("\n", "&#10;").replace("\t", "&#9;") if value else written


# Documents --------------------------------------------------------------------------------------------------------------------------


def originals(sources: Sequence[str], walked: int, real: int) -> Iterator[tuple[str, Events]]:
    """(kind, events): cases and samples, walks, real pages."""
    for kind in ("accept", "reject"):
        for file in sorted((ROOT / "grammars" / kind).rglob("*.html")):
            yield f"{kind} case", read(file.read_text("utf-8")).events
    for file in sorted((ROOT / "corpora" / "samples").glob("*.html")):
        yield "sample", read(file.read_text("utf-8")).events
    page = load_automaton("page")
    guide = GrammarGuide(page, own_vocabulary(page))
    for number in range(walked):
        for walk in walks(guide, [number], WALK_TOKENS[number % len(WALK_TOKENS)]):
            yield "walk", read(walk).events
    for each in islice(read_pages(list(sources)) if sources else (), real):
        events = read(each.html).events
        yield "real page", events
        yield "clean page", clean(events)[0]


def documents(sources: Sequence[str], automaton: Automaton, count: int, seed: int, longest: int = 1 << 30) -> list[tuple[str, Events]]:
    """`count` documents of at most `longest` events, a third of them originals, the others mutations of those that one can mutate."""
    rng = random.Random(seed)
    found = [each for each in originals(sources, count // 6, count // 8) if len(each[1]) <= longest]
    rng.shuffle(found)
    found = found[: max(1, count // 3)]
    names, attributes = automaton.names, sorted({name for kind in automaton.attributes for name in kind.names if name.isalpha()})
    bases = [each for each in found if len(each[1]) < 3000]
    while bases and len(found) < count:
        kind, events = rng.choice(bases)
        mutated = list(events)
        for _ in range(rng.randint(1, 3)):
            mutated = rng.choice(MUTATIONS)(mutated, rng, (names, attributes))
        found.append((f"mutated {kind}", mutated))
    return found


Words = tuple[Sequence[str], Sequence[str]]


def spans(events: Events) -> dict[int, int]:
    """For each start tag the index of its end tag; itself for void elements."""
    found, ahead = {}, []
    for index, event in enumerate(events):
        if isinstance(event, StartTag):
            ahead.append(index)
            if index + 1 == len(events) or (event.name in VOID_IN_PARSER and events[index + 1] != EndTag(event.name)):
                found[ahead.pop()] = index
        elif isinstance(event, EndTag) and ahead:
            found[ahead.pop()] = index
    return found


def some_span(events: Events, rng: random.Random) -> tuple[int, int]:
    return rng.choice([(start, end) for start, end in spans(events).items() if start > 0] or [(0, 0)])


def drop(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    start, end = some_span(events, rng)
    return events[:start] + events[end + 1 :] if end else events


def unwrap(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    start, end = some_span(events, rng)
    return events[:start] + events[start + 1 : end] + events[end + 1 :] if end > start else events


def double(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    start, end = some_span(events, rng)
    return events[: end + 1] + events[start : end + 1] + events[end + 1 :] if end else events


def move(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    """Put a copy of an element behind another one."""
    start, end = some_span(events, rng)
    _, place = some_span(events, rng)
    return events[: place + 1] + events[start : end + 1] + events[place + 1 :] if end and place else events


def rename(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    start, end = some_span(events, rng)
    tag, name = events[start] if end else None, rng.choice(words[0])
    if end <= start or not isinstance(tag, StartTag) or name in VOID_IN_PARSER or name == "svg" or tag.name == "svg":
        return events
    return [*events[:start], StartTag(name, tag.attributes), *events[start + 1 : end], EndTag(name), *events[end + 1 :]]


def attribute(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    """Drop, rename, empty or add an attribute."""
    places = [index for index, event in enumerate(events) if isinstance(event, StartTag)]
    if not places:
        return events
    place = rng.choice(places)
    tag = events[place]
    assert isinstance(tag, StartTag)
    kept = dict(tag.attributes)
    name = rng.choice(list(kept)) if kept and rng.random() < 0.7 else ""
    value = kept.pop(name, "") if name else ""
    new = {0: {}, 1: {rng.choice(words[1]): value}, 2: {name or "title": ""}, 3: {name or "id": value, rng.choice(words[1]): "x y"}}
    kept.update(new[rng.randrange(4)])
    return [*events[:place], StartTag(tag.name, tuple(kept.items())), *events[place + 1 :]]


def add_text(events: list[Event], rng: random.Random, words: Words) -> list[Event]:
    place = rng.randrange(1, len(events)) if len(events) > 1 else 0
    return [*events[:place], Text(rng.choice((" ", "x"))), *events[place:]] if 0 < place < len(events) - 1 else events


MUTATIONS = (drop, unwrap, double, move, rename, attribute, attribute, add_text)


# Verdicts ---------------------------------------------------------------------------------------------------------------------------


def jing(schema: Path, pages: Iterable[str], at_once: int = 200) -> list[str]:
    """jing's first error on each page, empty where it finds none."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, page in enumerate(pages):
            files.append(Path(folder) / f"{number}.xml")
            files[-1].write_text(page, "utf-8")
        for first in range(0, len(files), at_once):
            batch = files[first : first + at_once]
            run = subprocess.run(["jing", "-i", "-c", schema, *batch], capture_output=True, text=True, check=False)
            if "rnc:" in run.stdout or "fatal:" in run.stdout:
                raise SystemExit(f"jing cannot go on: {run.stdout[-500:]}")
            errors: dict[str, str] = {}
            for number, message in re.findall(r"/(\d+)\.xml:\d+:\d+: (.*)", run.stdout):
                errors.setdefault(number, message)
            found.extend(errors.get(file.stem, "") for file in batch)
    return found


def explained(ours: Sequence[str], theirs: str) -> str:
    """The kind of a difference, names left out."""
    side = f"jing alone: {theirs}" if theirs else f"htmlgen alone: {ours[0]}"
    return re.sub(r'["\'<][^"\'<>]*["\'>]', "…", side)[:140]


def as_xml(found: Sequence[tuple[str, Events]], automaton: Automaton) -> tuple[list[tuple[str, Events, str]], Counter[str]]:
    """(kind, events, XML) of the documents that XML can spell, and why the others cannot be."""
    kept: list[tuple[str, Events, str]] = []
    unspelled: Counter[str] = Counter()
    for kind, events in found:
        try:
            page = to_xml(events, automaton)
            ElementTree.fromstring(page)  # jing stops at what is not well-formed
        except (NotXmlError, ElementTree.ParseError) as error:
            unspelled[re.sub(r"['\"].*|: line.*", "", str(error))] += 1
        else:
            kept.append((kind, events, page))
    return kept, unspelled


def compare(found: Sequence[tuple[str, Events]], automaton: Automaton, schema: Path) -> dict[str, object]:
    kept, unspelled = as_xml(found, automaton)
    verdicts = jing(schema, (page for _, _, page in kept))
    totals: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    valid = 0
    differences: dict[str, list[str]] = {}
    for (kind, events, page), theirs in zip(kept, verdicts, strict=True):
        ours = [each.message for each in validate(events, automaton) if each.rule in STRUCTURAL]
        totals[kind] += 1
        valid += not theirs
        agreed[kind] += bool(ours) == bool(theirs)
        if bool(ours) != bool(theirs):
            differences.setdefault(explained(ours, theirs), []).append(f"{(ours or [theirs])[0]} | {page[-300:]}")
    return {
        "documents": len(kept),
        "agree": sum(agreed.values()),
        "agreement": sum(agreed.values()) / max(1, len(kept)),
        "valid for jing": valid,
        "not spelled in XML": dict(unspelled),
        "by kind": {kind: [agreed[kind], totals[kind]] for kind in sorted(totals)},
        "differences": {what: {"documents": len(each), "example": each[0]} for what, each in sorted(differences.items())},
    }


def record(automaton: Automaton, schema: Path, seed: int) -> str:
    """What jing says of pages of our own, one a line; the namespaces of each are those of the first line."""
    kept, _ = as_xml(documents([], automaton, RECORDED, seed, RECORDED_EVENTS), automaton)
    verdicts = jing(schema, (page for _, _, page in kept))
    lines = (json.dumps([kind, not error, page.replace(f" {HEAD}", "", 1)]) for (kind, _, page), error in zip(kept, verdicts, strict=True))
    return "[\n" + ",\n".join([json.dumps(HEAD), *lines]) + "\n]\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", help="Parquet files or folders of real pages")
    parser.add_argument("--grammar", default="html")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    parser.add_argument("--record", action="store_true", help=f"write jing's verdicts on pages of our own to {RECORD.relative_to(ROOT)}")
    options = parser.parse_args()
    automaton, schema = load_automaton(options.grammar), ROOT / "grammars" / f"{options.grammar}.rnc"
    if options.record:
        RECORD.write_text(record(automaton, schema, options.seed), "utf-8")
        return 0
    found = documents(options.sources, automaton, options.documents, options.seed)
    result = {"grammar": options.grammar, "seed": options.seed, **compare(found, automaton, schema)}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(f"{result['agree']} of {result['documents']} verdicts agree, {result['valid for jing']} documents are valid for jing")
    for what, each in result["differences"].items():
        print(f"{each['documents']:5} {what}\n      {each['example']}", file=sys.stderr)
    return 0 if float(result["agreement"]) >= 0.999 else 1


if __name__ == "__main__":
    sys.exit(main())
