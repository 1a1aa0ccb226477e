"""`htmlgen grammar`: look at a grammar, try it, hold pages against it, learn one from pages."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from htmlgen.cli_console import tell
from htmlgen.errors import BundleError, InputError, OutputError, PromptError, VocabularyError

if TYPE_CHECKING:
    from htmlgen.decoding.explaining import Answer, Beginning
    from htmlgen.decoding.grammar_guide import GrammarGuide
    from htmlgen.relaxng import Automaton, Violation
    from htmlgen.tokens.tokenizer import Tokenizer

GRAMMAR = click.argument("name", metavar="NAME|FILE.rnc")
BUNDLE = click.option("--bundle", type=click.Path(), help="Bundle whose vocabulary spells pages.  [default: the one that ships]")
AMPLE = 1 << 14  # tokens: a budget that forbids nothing


@click.group()
def grammar() -> None:
    """Check, walk, explain and learn grammars, and hold pages against them."""


def _origin(name: str) -> str | Path:
    """A file, or the name of a packaged grammar; a text is none on the command line."""
    return Path(name) if "/" in name or "{" in name or Path(name).is_file() else name


def _automaton(name: str) -> "Automaton":
    from htmlgen.relaxng import load_automaton

    return load_automaton(_origin(name))


def _tokenizer(bundle: str | None) -> "Tokenizer | None":
    """A bundle's tokenizer; none where no bundle is named and none ships."""
    from htmlgen.runtime.bundle import load

    try:
        return load(bundle).tokenizer
    except (BundleError, ModuleNotFoundError):  # a checkout that is not installed has no package of bundles
        if bundle is not None:
            raise
        return None


def _guide(automaton: "Automaton", bundle: str | None) -> "GrammarGuide":
    """The grammar met with a bundle's vocabulary; with one of its own names, where none ships or it has not the grammar's names."""
    from htmlgen.decoding.grammar_guide import GrammarGuide
    from htmlgen.decoding.walking import own_vocabulary

    tokenizer = _tokenizer(bundle)
    if tokenizer is not None:
        try:
            return GrammarGuide(automaton, tokenizer.vocabulary)
        except VocabularyError as error:
            if bundle is not None:
                raise
            tell(f"{error}; here the grammar's own names are used")
    return GrammarGuide(automaton, own_vocabulary(automaton))


# check ------------------------------------------------------------------------------------------------------------------------------


@grammar.command()
@GRAMMAR
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the random pages.")
@click.option("--max-tokens", type=click.IntRange(min=1), default=128, show_default=True, help="Most tokens of a random page.")
@BUNDLE
def check(name: str, seed: int, max_tokens: int, bundle: str | None) -> None:
    """Lint a grammar, measure it, and judge twenty random pages of it: htmlgen grammar check site.rnc"""
    from htmlgen.relaxng import load_automaton

    origin = _origin(name)
    cold, automaton = _timed(lambda: load_automaton(origin, cache=False))
    load_automaton(origin)
    cached, _ = _timed(lambda: load_automaton(origin))
    for warning in automaton.warnings:
        click.echo(f"warning: {warning}")
    click.echo(f"{automaton.name}: {_size(automaton)}")
    click.echo(f"loads in {cold:.2f} s, from the cache in {cached:.3f} s")
    guide = _guide(automaton, bundle)
    faults = _tried(automaton, guide, seed, max_tokens)
    click.get_current_context().exit(1 if faults or automaton.warnings else 0)


def _timed(load: Any) -> "tuple[float, Automaton]":
    start = time.perf_counter()
    automaton = load()
    return time.perf_counter() - start, automaton


def _size(automaton: "Automaton") -> str:
    forms = sum(len(element.forms) for element in automaton.elements)
    numbers = {
        "elements": len(automaton.elements),
        "forms": forms,
        "content states": len(automaton.next) - 1,
        "attribute classes": len(automaton.attributes),
        "datatypes": len(automaton.datatypes),
        "warnings": len(automaton.warnings),
    }
    return ", ".join(f"{count:,} {what}" for what, count in numbers.items())


def _tried(automaton: "Automaton", guide: "GrammarGuide", seed: int, max_tokens: int) -> int:
    """Says what the least page is, and how many of twenty random pages are at fault."""
    from htmlgen.decoding.walking import least_page, spelled, walks

    ids = least_page(guide)
    click.echo(f"least page, {len(ids)} tokens: {spelled(guide.vocabulary, ids)}")
    faults = 0
    for number, page in enumerate(walks(guide, range(seed, seed + 20), max(max_tokens, len(ids)))):
        if found := _faults(page, automaton):
            faults += 1
            click.echo(f"fault: page of seed {seed + number}: {found[0]}\n    {page}")
    click.echo(f"20 random pages, {faults} at fault")
    return faults


def _faults(page: str, automaton: "Automaton") -> list[str]:
    """What html5lib and the grammar find of a page."""
    from htmlgen.evaluation.parsing import parse_errors

    return [*(finding.message for finding in parse_errors(page)), *(each.message for each in _violations(page, automaton))]


def _violations(page: str, automaton: "Automaton") -> "list[Violation]":
    from htmlgen.markup.reader import read
    from htmlgen.relaxng import validate

    return validate(read(page).events, automaton)


# walk -------------------------------------------------------------------------------------------------------------------------------


@grammar.command()
@GRAMMAR
@click.option("-n", "--n", "count", type=click.IntRange(min=0), default=1, show_default=True, help="How many pages.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the first page; the next has the next number.")
@click.option("--max-tokens", type=click.IntRange(min=1), default=128, show_default=True, help="Most tokens of a page.")
@BUNDLE
def walk(name: str, count: int, seed: int, max_tokens: int, bundle: str | None) -> None:
    """Write random valid pages without a model, one a line: htmlgen grammar walk page --n 100 > seeds.txt"""
    from htmlgen.decoding.walking import walks

    for page in walks(_guide(_automaton(name), bundle), range(seed, seed + count), max_tokens):
        click.echo(page)


# explain ----------------------------------------------------------------------------------------------------------------------------


@grammar.command()
@GRAMMAR
@click.argument("prefix", metavar="PREFIX|FILE|-")
@click.option("--max-tokens", type=click.IntRange(min=1), default=AMPLE, help="Say what would not fit into that many.  [default: no limit]")
@BUNDLE
def explain(name: str, prefix: str, max_tokens: int, bundle: str | None) -> None:
    """Say what may follow a page's beginning, and why the rest may not: htmlgen grammar explain page '<ul><li>'"""
    from htmlgen.decoding.explaining import explain_content, explain_tag, read_beginning
    from htmlgen.decoding.walking import least_events

    automaton = _automaton(name)
    beginning = read_beginning(_text(prefix), automaton, least_events(automaton))
    answer = explain_tag(automaton, beginning) if beginning.tag else explain_content(automaton, beginning)
    _print_answer(answer, _unwritten(automaton, beginning, bundle, max_tokens))


def _text(prefix: str) -> str:
    if prefix == "-":
        return sys.stdin.read()
    try:
        return Path(prefix).read_text("utf-8") if "<" not in prefix and prefix and Path(prefix).is_file() else prefix
    except UnicodeDecodeError as error:
        raise InputError(f"{prefix}: not UTF-8 (byte {error.start})") from error


def _unwritten(automaton: "Automaton", beginning: "Beginning", bundle: str | None, max_tokens: int) -> dict[str, str]:
    """What the grammar allows in content and yet is never generated here, with the reason; nothing without a bundle."""
    from htmlgen.decoding.grammar_guide import GrammarGuide

    tokenizer = _tokenizer(bundle)
    if tokenizer is None or beginning.tag is not None:
        return {}
    ids = tokenizer.encode(beginning.events)
    try:
        guide = GrammarGuide(automaton, tokenizer.vocabulary)
        state: Any = guide.start()
        for token in ids:
            state = guide.advance(state, token)
    except (VocabularyError, PromptError):
        if bundle is not None:
            raise
        return {}  # the bundle that ships cannot spell this grammar's names, and was not asked for
    ample, fitting = (_names(guide, guide.allowed(state, each)) for each in (AMPLE, max_tokens - len(ids)))
    found = {}
    for each in automaton.names:
        if f"<{each}>" not in fitting:
            spelt = any(tokenizer.vocabulary.find(text) is not None for text in (f"<{each}", f"<{each}>"))
            never = "no generated page holds it here" if spelt else "no token spells its name"
            found[f"<{each}>"] = f"would not fit into {max_tokens} tokens" if f"<{each}>" in ample else never
    return found


def _names(guide: "GrammarGuide", allowed: Any) -> set[str]:
    from htmlgen.tokens.vocabulary import Kind

    tokens = (token for token, may in zip(guide.vocabulary, allowed, strict=True) if may)
    return {f"<{token.name}>" for token in tokens if token.kind in (Kind.START, Kind.OPEN)}


def _print_answer(answer: "Answer", unwritten: dict[str, str]) -> None:
    click.echo(f"{answer.where}\nmay come:")
    for kind, names in _kinds(answer).items():
        click.echo(f"  {kind}: {' '.join(names)}")
    for each in (each for each in answer.allowed if each in unwritten):
        click.echo(f"  {each} is never generated here: {unwritten[each]}")
    if not answer.allowed:
        click.echo("  nothing")
    if answer.forbidden:
        click.echo("may not come:")
    grouped: dict[str, list[str]] = {}
    for each, reason in answer.forbidden:
        grouped.setdefault(reason, []).append(each)
    for reason, names in grouped.items():
        click.echo(f"  {reason}: {' '.join(names)}")


def _kinds(answer: "Answer") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in answer.allowed:
        markup = "end tag" if each.startswith("</") else "start tags"
        kind = markup if each.startswith("<") else {"text": "text", ">": "end of the tag"}.get(each, "attributes")
        found.setdefault(kind, []).append(each)
    return found


# validate ---------------------------------------------------------------------------------------------------------------------------


@grammar.command("validate")
@GRAMMAR
@click.argument("pages", nargs=-1, required=True, metavar="FILE|FOLDER|GLOB|-…")
@click.option("--lines", is_flag=True, help="Every line is a page, fragments too.")
@click.option("--all", "every", is_flag=True, help="Show every violation of a page, not the first ten.")
def validate_pages(name: str, pages: tuple[str, ...], lines: bool, every: bool) -> None:
    """Hold pages against a grammar: htmlgen grammar validate html site/"""
    from htmlgen.evaluation.running.inputs import UnreadablePage, read_pages

    automaton = _automaton(name)
    counts: Counter[str] = Counter()
    for page in read_pages(pages, lines=lines):
        if isinstance(page, UnreadablePage):
            tell(str(page.error))
            counts["unreadable"] += 1
            continue
        found = _violations(page.text, automaton)
        counts["pages"] += 1
        counts["faulty"] += bool(found)
        for line in _shown(page.name, found, None if every else 10):
            click.echo(line)
    click.echo(f"{counts['pages']:,} {'page' if counts['pages'] == 1 else 'pages'}, {counts['faulty']:,} not of {automaton.name}")
    click.get_current_context().exit(2 if counts["unreadable"] else 1 if counts["faulty"] else 0)


def _shown(name: str, violations: "list[Violation]", most: int | None) -> Iterator[str]:
    for each in violations[:most]:
        yield f"{name}: {each.path or 'top'}: {each.rule}: {each.message}"
    if most is not None and len(violations) > most:
        yield f"{name}: {len(violations) - most:,} more; show them with --all"


# learn ------------------------------------------------------------------------------------------------------------------------------


@grammar.command()
@click.argument("pages", nargs=-1, required=True, metavar="CORPUS…")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Grammar file to write.")
@click.option("--base", default="page", show_default=True, metavar="NAME|FILE.rnc", help="Grammar to prune.")
@click.option("--support", type=click.IntRange(min=1), default=1, show_default=True, help="Pages that must use what is kept.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that read pages.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def learn(pages: tuple[str, ...], output: Path, base: str, support: int, jobs: int, force: bool) -> None:
    """Learn the grammar of a site, a base pruned to what its pages use: htmlgen grammar learn mysite/ -o site.rnc"""
    from htmlgen.corpus.grammar_learning import learn_grammar
    from htmlgen.corpus.preparation import prepare

    if output.exists() and not force:
        raise OutputError(f"{output}: is there already; choose another -o, or --force to write over it")
    origin = _origin(base)
    read = (page.events for page in prepare(pages, jobs=jobs) if not page.problem)
    learned = learn_grammar(read, origin, href=_href(origin, output), support=support)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(learned.text, "utf-8")
    noun = "page" if learned.pages == 1 else "pages"
    click.echo(f"{learned.pages:,} {noun}; {len(learned.elements)} elements kept: {' '.join(learned.elements)}")
    click.echo(f"{len(learned.left_out)} left out: {' '.join(learned.left_out)}")
    tell(f"wrote {output}; look at it with: htmlgen grammar check {output}")


def _href(base: str | Path, output: Path) -> str:
    """How the learned file names its base: a packaged grammar by name, a file relative to itself."""
    if isinstance(base, str):
        return f"{base.removesuffix('.rnc')}.rnc"
    return Path(os.path.relpath(base, output.parent)).as_posix()
