"""Agreement with jing: random grammars, random documents, two verdicts on each.

    python eval/bench/jing_agreement.py --grammars 300                   compare (needs Java and jing)
    python eval/bench/jing_agreement.py --grammars 60 --record FILE      and keep grammars, documents and jing's verdicts as JSON

Grammars that jing refuses (restrictions of RELAX NG, section 7, that htmlgen does not need) are left out, and counted. Exit status 1
where the verdicts differ.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from htmlgen.errors import GrammarError
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng import Automaton, compile_grammar, load_grammar, validate
from htmlgen.relaxng.attributes import AttributeClass, bits

NAMES = ("a", "b", "c")
ATTRIBUTES = ("x", "y")
VALUES = ('"1"', '"2"', '("1" | "2")', "text", 'xsd:string { pattern = "[0-9]+" }', 'list { ("1" | "2")+ }')


def random_grammar(rng: random.Random) -> str:
    """Three elements of two or three names, with attributes and content at random."""
    lines = ["start = e0"]
    for number in range(3):
        attributes = ", ".join(attribute_part(rng) for _ in range(rng.randint(0, 2)))
        content = pattern(rng, 3) if rng.random() < 0.9 else rng.choice(VALUES)
        body = f"{attributes}, ({content})" if attributes else content
        lines.append(f"e{number} = element {rng.choice(NAMES)} {{ {body} }}")
    return "\n".join(lines)


def attribute_part(rng: random.Random) -> str:
    one = f"attribute {rng.choice(ATTRIBUTES)} {{ {rng.choice(VALUES)} }}"
    two = f"attribute {rng.choice(ATTRIBUTES)} {{ {rng.choice(VALUES)} }}"
    return rng.choice((one, f"{one}?", f"({one} | {two})", f"({one} | {two})?", f"({one} | (e{rng.randrange(3)}))"))


def pattern(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(("e1", "e2", "e2?", "e1*", "empty", "text"))
    kind = rng.choice((",", "|", "&", "?", "*", "+", "mixed"))
    if kind in "?*+":
        return f"({pattern(rng, depth - 1)}){kind}"
    if kind == "mixed":
        return f"mixed {{ {pattern(rng, depth - 1)} }}"
    return "(" + f" {kind} ".join(pattern(rng, depth - 1) for _ in range(rng.randint(2, 3))) + ")"


def random_document(rng: random.Random, automaton: Automaton, depth: int = 0) -> list[Event]:
    """A document that follows the automaton most of the time."""
    return element(rng, automaton, automaton.start, depth)[0]


def element(rng: random.Random, automaton: Automaton, state: int, depth: int) -> tuple[list[Event], int]:
    columns = [column for column in automaton.live(state) if automaton.element_of(column) is not None]
    if not columns or rng.random() < 0.03:
        name = rng.choice(NAMES)
        return [StartTag(name, attributes(rng, automaton, None)), EndTag(name)], state
    column = rng.choice(columns)
    kind = automaton.elements[column - 1]
    form = rng.choice(kind.forms)
    here = form.start
    events: list[Event] = [StartTag(str(kind.names), attributes(rng, automaton, automaton.attributes[form.attributes]))]
    for _ in range(8):
        if (automaton.nullable[here] and rng.random() < 0.4) or depth > 9 or not automaton.live(here):
            break
        if automaton.next[here, 0] and rng.random() < 0.5 and not isinstance(events[-1], Text):
            events.append(Text(rng.choice(("t", " ", "1", "1 2"))))
            here = int(automaton.next[here, 0])
        else:
            inside, here = element(rng, automaton, here, depth + 1)
            events.extend(inside)
    if here in column_states(automaton) and not isinstance(events[-1], Text):
        events.append(Text(rng.choice(("1", "2", "1 2", "3"))))
    elif rng.random() < 0.05 and not isinstance(events[-1], Text):
        events.append(Text(rng.choice(("t", " ", "1", "2 1"))))
    return [*events, EndTag(str(kind.names))], int(automaton.next[state, column])


def column_states(automaton: Automaton) -> set[int]:
    """The states in which a datatype may stand."""
    return {state for state, row in enumerate(automaton.rows) if any(row[1 + len(automaton.elements) :])}


def attributes(rng: random.Random, automaton: Automaton, kind: AttributeClass | None) -> tuple[tuple[str, str], ...]:
    """Attributes that the class allows, most of the time."""
    if kind is None or rng.random() < 0.1:
        return tuple((name, rng.choice(("1", "2", "1 2", "z"))) for name in ATTRIBUTES if rng.random() < 0.4)
    state, found = kind.start(), []
    while not kind.complete(state) or rng.random() < 0.4:
        wanted = [i for missing in kind.missing(state) for i in bits(missing)] or list(bits(kind.open(state)))
        if not wanted:
            break
        use = kind.uses[rng.choice(wanted)]
        values = [value for value in ("1", "2", "1 2", "z") if automaton.datatypes[use.datatype].accepts(value)]
        value = rng.choice(values)
        hits = kind.hits(use.names.name, value, lambda datatype, text: automaton.datatypes[datatype].accepts(text))
        state = kind.step(state, use.names.name, hits) or state
        found.append((use.names.name, value))
    return tuple(found)


def to_xml(events: list[Event]) -> str:
    """The document as XML; names and texts here need no escaping."""
    written = []
    for event in events:
        if isinstance(event, StartTag):
            written.append(f"<{event.name}" + "".join(f' {name}="{value}"' for name, value in event.attributes) + ">")
        elif isinstance(event, EndTag):
            written.append(f"</{event.name}>")
        elif isinstance(event, Text):
            written.append(event.data)
    return "".join(written)


def jing(grammar: str, documents: list[str]) -> list[bool] | None:
    """jing's verdict on each document, None where it refuses the grammar."""
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.rnc"
        schema.write_text(grammar)
        files = [Path(folder) / f"{number}.xml" for number in range(len(documents))]
        for file, document in zip(files, documents, strict=True):
            file.write_text(document)
        run = subprocess.run(["jing", "-c", schema, *files], capture_output=True, text=True, check=False)
    if re.search(r"schema\.rnc:\d+:\d+: (fatal|error)", run.stdout):
        return None
    failed = set(re.findall(r"/(\d+)\.xml:\d+:\d+: error", run.stdout))
    return [str(number) not in failed for number in range(len(documents))]


def cases(seed: int, count: int, documents: int, report: Callable[[str], None]) -> list[dict[str, object]]:
    rng = random.Random(seed)
    found: list[dict[str, object]] = []
    refused = {"htmlgen": 0, "jing": 0}
    while len(found) < count:
        text = random_grammar(rng)
        try:
            automaton = compile_grammar(load_grammar(text))
        except GrammarError:
            refused["htmlgen"] += 1
            continue
        events = [random_document(rng, automaton) for _ in range(documents)]
        pages = [to_xml(each) for each in events]
        verdicts = jing(text, pages)
        if verdicts is None:
            refused["jing"] += 1
            continue
        ours = [not validate(each, automaton) for each in events]
        for page, one, two in zip(pages, ours, verdicts, strict=True):
            if one != two:
                report(f"DIFFER: htmlgen {one}, jing {two}\n{text}\n{page}\n")
        found.append({"grammar": text, "documents": pages, "jing": verdicts, "htmlgen": ours})
    report(f"refused by htmlgen: {refused['htmlgen']}, by jing only: {refused['jing']}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grammars", type=int, default=100)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    found = cases(options.seed, options.grammars, options.documents, lambda line: print(line, file=sys.stderr))
    pairs = [(one, two) for case in found for one, two in zip(case["htmlgen"], case["jing"], strict=True)]  # type: ignore[call-overload]
    agree = sum(one == two for one, two in pairs)
    print(f"{agree} of {len(pairs)} verdicts agree, {sum(two for _, two in pairs)} documents are valid")
    if options.record:
        kept = [{name: case[name] for name in ("grammar", "documents", "jing")} for case in found]
        options.record.write_text("[\n" + ",\n".join(map(json.dumps, kept)) + "\n]\n")
    return 0 if agree == len(pairs) else 1


if __name__ == "__main__":
    sys.exit(main())
