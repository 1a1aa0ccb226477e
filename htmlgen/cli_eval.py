"""`htmlgen eval`: parse, judge, print, and say by the exit code how it went."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

import click
from click.core import ParameterSource

from htmlgen.cli_console import tell
from htmlgen.errors import OutputError
from htmlgen.evaluation.reports.formats import FORMATS

if TYPE_CHECKING:
    from htmlgen.cli_config import ConfigFile
    from htmlgen.evaluation.bits import Measuring
    from htmlgen.evaluation.result import Evaluation
    from htmlgen.evaluation.running.comparing import Comparing, Comparison
    from htmlgen.evaluation.running.inputs import Read, UnreadablePage
    from htmlgen.evaluation.running.judging import Judged
    from htmlgen.evaluation.running.manner import Manner
    from htmlgen.evaluation.screening.baseline import Baseline, Recording
    from htmlgen.evaluation.screening.kept import Screen
    from htmlgen.evaluation.selecting import Failing, Paths, Selection

_STREAMING: Final = ("jsonl", "github")  # forms that are written page by page
_COLLECTED: Final = ("table", "json")  # forms that say something of pages that are not judged
_NO_CONFIG: Final = "htmlgen.no_config"
_RULES_TABLE: Final = "rules"
_PATHS_TABLE: Final = "ignore-in"
_TABLES: Final = (_RULES_TABLE, _PATHS_TABLE)
_EXCLUDED: Final = (".git", "node_modules", ".venv")  # of folders, where nothing else is said
_NOT_IN_FILES: Final = ("config", "no_config", "explain", "watch", "write_baseline", "help")


def _explain(context: click.Context, _: click.Parameter, rule: str | None) -> None:
    """Prints what a rule says instead of judging pages."""
    if rule is None or context.resilient_parsing:
        return
    from htmlgen.evaluation.explaining import write_explanation

    write_explanation(rule, sys.stdout)
    context.exit()


def _without_config(context: click.Context, _: click.Parameter, given: bool) -> None:
    if given and context.get_parameter_source("config") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--config and --no-config exclude one another")
    context.meta[_NO_CONFIG] = given


def _configure(context: click.Context, _: click.Parameter, file: Path | None) -> "ConfigFile":
    """Reads the settings, which become the options' defaults."""
    from htmlgen.cli_config import ConfigFile, defaults, find, load

    if context.meta.get(_NO_CONFIG) or context.resilient_parsing:
        if file is not None:
            raise click.UsageError("--config and --no-config exclude one another")
        return ConfigFile()
    config = find("eval") if file is None else load(file, "eval", named=True)
    context.default_map = defaults(config, context.command, tables=_TABLES, left_out=_NOT_IN_FILES)
    return config


EXPLAIN = click.option(
    "--explain", metavar="RULE", is_eager=True, expose_value=False, callback=_explain, help="Explain a rule and exit; all lists the rules."
)
CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    is_eager=True,
    callback=_configure,
    help="File of settings.  [default: the nearest htmlgen.toml or pyproject.toml above]",
)
NO_CONFIG = click.option(
    "--no-config", is_flag=True, is_eager=True, expose_value=False, callback=_without_config, help="Read no file of settings."
)


@click.command("eval")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|GLOB|-…")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there, not to stdout.")
@click.option(
    "--pictures", type=click.IntRange(min=0), default=6, show_default=True, help="Of an HTML report: worst pages pictured, with Chromium."
)
@click.option("--fail-on", multiple=True, metavar="LEVEL|RULE", help="error, warning, never, or a rule.  [default: error, or --min-score]")
@click.option("--min-score", type=click.FloatRange(0, 1), help="Exit 1 if a page's score is below.")
@click.option("--select", multiple=True, metavar="RULE", help="Hear of these rules alone: ids, or globs such as 'aria/*'.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not hear of these rules.")
@click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), help="File of known findings: only others count.")
@click.option("--write-baseline", is_flag=True, help="Write all findings to the file of --baseline, and exit 0.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out, as in a .gitignore.  [default: .git, node_modules, .venv]")
@click.option("--grammar", default="html", show_default=True, help="What pages conform to: html, page, a .rnc file …; none.")
@click.option("--lines", is_flag=True, help="Every line is a page, fragments too.")
@click.option("--fragment/--document", default=None, help="What pages are.  [default: seen from each page]")
@click.option("--max-bytes", type=click.IntRange(min=1), default=20_000_000, show_default=True, help="Refuse larger pages.")
@click.option("--max-seconds", type=click.FloatRange(min=0.01), default=60.0, show_default=True, help="Give up after that processor time.")
@click.option("--reference", multiple=True, metavar="CORPUS", help="Real pages: say how like them the pages are, too.")
@click.option(
    "--parser", type=click.Choice(["full", "fast"]), default="full", show_default=True,
    help="fast: with --reference, see what pages are built of, and judge none (needs turbohtml).",
)
@click.option("--bits", is_flag=True, help="Bits per byte of the pages under a bundle, too: how well it knows such pages.")
@click.option("--bundle", type=click.Path(), metavar="FOLDER", help="The bundle of --bits.  [default: the one that ships with htmlgen]")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that read pages.")
@click.option("--cache/--no-cache", default=True, help="Remember what was found in a page.  [default: --cache]")
@click.option("--watch", is_flag=True, help="Judge again whenever a page changes, until Ctrl-C.")
@CONFIG
@NO_CONFIG
@EXPLAIN
def evaluate(sources: tuple[str, ...], config: "ConfigFile", watch: bool, **options: Any) -> None:
    """Judge pages: one a file, one a line, or JSON lines, recognised by content: htmlgen generate --n 10 | htmlgen eval -"""
    if options["write_baseline"] and options["baseline"] is None:
        raise click.UsageError("--write-baseline writes to the file of --baseline: name it")
    if options["bundle"] is not None and not options["bits"]:
        raise click.UsageError("--bundle is the bundle of --bits; add --bits, or leave it out")
    if options["parser"] == "fast":
        _check_fast(options, watch)
        click.get_current_context().exit(_collect(sources, config, options))
    selection = _selection(config, options)
    failing = _failing(config, options)
    if watch:
        if "-" in sources:
            raise click.UsageError("--watch looks at files, and standard input is none")
        _watch(sources, _excluded(config, options), lambda: _run(sources, selection, failing, config, options))
    click.get_current_context().exit(_run(sources, selection, failing, config, options))


@dataclass(slots=True)
class _Outcome:
    """What came of the pages so far."""

    unreadable: int = 0
    failed: int = 0

    @property
    def code(self) -> int:
        return 2 if self.unreadable else 1 if self.failed else 0


def _run(
    sources: tuple[str, ...], selection: "Selection", failing: "Failing", config: "ConfigFile", options: dict[str, Any]
) -> int:
    """Judges the pages once. Returns: the exit code."""
    from htmlgen.cli_progress import counted
    from htmlgen.evaluation.reports.formats import writer
    from htmlgen.evaluation.running.inputs import read_pages
    from htmlgen.evaluation.screening.baseline import Baseline, Recording
    from htmlgen.evaluation.screening.kept import Screen

    file, outcome = options["baseline"], _Outcome()
    recording = Recording(file) if options["write_baseline"] else None
    baseline = Baseline.load(file) if file and not recording else None
    screen = Screen(selection=selection, baseline=baseline, recording=recording, asked=failing.on)
    comparing = _comparing(options) if options["reference"] or options["bits"] else None
    pages = read_pages(sources, lines=options["lines"], limit=options["max_bytes"], exclude=_excluded(config, options))
    with ExitStack() as stack:
        judged = counted(_judged(pages, config, options, comparing, stack), quiet=options["form"] in _STREAMING)
        kept = _kept(judged, screen, failing, comparing, outcome)
        stream = stack.enter_context(_stream(options["output"]))
        totals = writer(options["form"], pictures=options["pictures"])(kept, stream, compared=_compared(comparing, outcome))
    if options["output"]:
        click.echo(f"{options['output']}: {totals}", err=True)
    _end(baseline, recording)
    return outcome.code


def _check_fast(options: dict[str, Any], watch: bool) -> None:
    """Raises: UsageError, for options that ask for more than the fast parser sees."""
    if not options["reference"]:
        raise click.UsageError("--parser fast sees what pages are built of, beside other pages, and judges none: add --reference CORPUS")
    if options["form"] not in _COLLECTED:
        raise click.UsageError(f"--parser fast judges no page, and has nothing to say in --format {options['form']}; use table or json")
    for name in ("bits", "write_baseline", "min_score", "fail_on", "select", "baseline"):
        if options[name]:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--parser fast judges no page, and {option} is about judged ones; leave out one of them")
    if watch:
        raise click.UsageError("--parser fast judges no page, and --watch judges them again; leave out one of them")


def _collect(sources: tuple[str, ...], config: "ConfigFile", options: dict[str, Any]) -> int:
    """Looks at what pages are built of, without judging them. Returns: the exit code."""
    from htmlgen.cli_progress import counted
    from htmlgen.evaluation.running.collecting import collect, read_reference
    from htmlgen.evaluation.running.inputs import read_pages

    jobs = options["jobs"]
    reference = read_reference(options["reference"], jobs=jobs)
    pages = read_pages(sources, lines=options["lines"], limit=options["max_bytes"], exclude=_excluded(config, options))
    found = collect(counted(pages, quiet=False), reference, jobs=jobs)
    with _stream(options["output"]) as stream:
        (found.write_json if options["form"] == "json" else found.write_table)(stream)
    for problem in found.problems:
        tell(problem)
    return 2 if found.problems else 0


@contextmanager
def _stream(output: Path | None) -> Iterator[TextIO]:
    """Where the report goes: stdout, or a file that is there when it is whole. Raises: OutputError."""
    if output is None:
        yield sys.stdout
        return
    from htmlgen.files import write_atomically

    try:
        with write_atomically(output) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            yield text
            text.detach()
    except OSError as error:
        raise OutputError(f"{output}: cannot write there: {error.strerror or error}") from error


def _judged(
    pages: Iterable["Read"], config: "ConfigFile", options: dict[str, Any], comparing: "Comparing | None", stack: ExitStack
) -> "Iterator[Judged | UnreadablePage]":
    """The pages judged; what is opened for it is closed with the stack."""
    from htmlgen.evaluation.running.caching import Cache, user_cache
    from htmlgen.evaluation.running.judging import judge_pages

    cache = stack.enter_context(Cache(user_cache())) if options["cache"] else None
    structure = comparing.structure_of if comparing else None
    return judge_pages(pages, _manner(config, options), structure=structure, jobs=options["jobs"], cache=cache)


def _kept(
    judged: "Iterable[Judged | UnreadablePage]", screen: "Screen", failing: "Failing", comparing: "Comparing | None", outcome: _Outcome
) -> "Iterator[Evaluation | UnreadablePage]":
    """Evaluations with the findings that count; what comes of them is noted on the way."""
    from htmlgen.evaluation.running.inputs import UnreadablePage

    for page in judged:
        if isinstance(page, UnreadablePage):
            tell(str(page.error))
            outcome.unreadable += 1
            yield page
            continue
        if comparing:
            comparing.add(page.evaluation.name, page.evaluation.page, page.structure)
        evaluation = screen.kept(page.evaluation, page.path)
        outcome.failed += screen.recording is None and failing.fails(evaluation.findings, evaluation.score)
        yield evaluation


def _end(baseline: "Baseline | None", recording: "Recording | None") -> None:
    """Says, and writes, what is known once all pages are judged."""
    if recording:
        recording.write()
        tell(f"wrote {_findings(recording.counts.total())} to {recording.file}")
    if baseline and baseline.gone:
        tell(f"{_findings(baseline.gone)} of {baseline.file} no longer there; --write-baseline writes it anew")


def _selection(config: "ConfigFile", options: dict[str, Any]) -> "Selection":
    """What counts. Rules that are selected on the command line count, whatever the file says of them."""
    from htmlgen.cli_config import table
    from htmlgen.evaluation.selecting import LEVELS, Selection

    levels = table(config, _RULES_TABLE)
    by_path = {path: tuple(rules) if isinstance(rules, list) else (rules,) for path, rules in table(config, _PATHS_TABLE).items()}
    for pattern, level in levels.items():
        if level not in LEVELS:
            raise config.error(pattern, f"a rule is {', '.join(LEVELS)}, not {level!r}")
        _check_rules([pattern], config, key=pattern)
    for path, rules in by_path.items():
        if not all(isinstance(rule, str) for rule in rules):
            raise config.error(path, f"{_PATHS_TABLE!r} gives the rules of a path, each a string, not {list(rules)!r}")
        _check_rules(rules, config, key=path)
    for name in ("select", "ignore"):
        _check_rules(options[name], config if _out_of_file(name) else None, key=name)
    ignore = options["ignore"]
    if options["select"] and not _out_of_file("select"):
        levels = {pattern: level for pattern, level in levels.items() if level != "off"}
        ignore = () if _out_of_file("ignore") else ignore
    return Selection(select=options["select"], ignore=ignore, levels=levels, by_path=by_path, folder=config.folder)


def _failing(config: "ConfigFile", options: dict[str, Any]) -> "Failing":
    from htmlgen.evaluation.selecting import ENDS, Failing

    on = options["fail_on"] or (("error",) if options["min_score"] is None else ("never",))
    if "never" in on and len(on) > 1:
        raise click.UsageError("--fail-on never excludes all others")
    _check_rules([each for each in on if each not in ENDS], config if _out_of_file("fail_on") else None, key="fail-on", other=ENDS)
    return Failing(on=on, min_score=options["min_score"])


def _check_rules(patterns: Sequence[str], config: "ConfigFile | None", *, key: str, other: Iterable[str] = ()) -> None:
    """Raises: ConfigError, UnknownRuleError, for a pattern that no rule fits, with close names.

    Args: config, the file that has the patterns below that key, None for the command line; other, words that are no rules.
    """
    if not patterns:
        return
    from difflib import get_close_matches

    from htmlgen.errors import UnknownRuleError
    from htmlgen.evaluation.rules import FAMILIES, RULES
    from htmlgen.evaluation.selecting import fits

    known = (*RULES, *(f"{family}/" for family in FAMILIES))
    for pattern in patterns:
        if not any(fits(rule, (pattern,)) for rule in known):
            close = get_close_matches(pattern, [*RULES, *other], 3, 0.5)
            meant = f"did you mean {' or '.join(close)}?" if close else "htmlgen eval --explain all lists the rules"
            message = f"no rule fits {pattern!r}; {meant}"
            raise config.error(key, message) if config else UnknownRuleError(message)


def _manner(config: "ConfigFile", options: dict[str, Any]) -> "Manner":
    """How pages are judged; a grammar's file that the settings name lies beside them."""
    from htmlgen.evaluation.running.manner import Manner

    name = options["grammar"]
    file = config.folder / name if _out_of_file("grammar") else Path(name)
    grammar = None if name == "none" else file if "/" in name or name.endswith(".rnc") else name
    bounds = {key: options[key] for key in ("max_bytes", "max_seconds")}
    return Manner(fragment=options["fragment"], grammar=grammar, html5lib=options["form"] in ("json", "jsonl"), **bounds)


def _excluded(config: "ConfigFile", options: dict[str, Any]) -> "Paths":
    from htmlgen.evaluation.selecting import Paths

    return Paths(options["exclude"] or _EXCLUDED, config.folder if _out_of_file("exclude") else Path.cwd())


def _out_of_file(name: str) -> bool:
    """Whether an option has its value out of the file of settings."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.DEFAULT_MAP


def _watch(sources: tuple[str, ...], exclude: "Paths", judge: Callable[[], int]) -> NoReturn:
    """Judges, and again after each change, until Ctrl-C."""
    from htmlgen.evaluation.running.watching import changes

    for _ in changes(sources, exclude):
        judge()
        tell(f"watching {', '.join(sources)}; Ctrl-C ends it")
    raise AssertionError("there is always a next change")


def _comparing(options: dict[str, Any]) -> "Comparing":
    from htmlgen.evaluation.running.comparing import Comparing, read_reference

    reference = read_reference(options["reference"], jobs=options["jobs"]) if options["reference"] else None
    return Comparing(reference, _measuring(options["bundle"], options["jobs"]) if options["bits"] else None)


def _compared(comparing: "Comparing | None", outcome: _Outcome) -> "Callable[[], Comparison] | None":
    """What compares the pages; that there are too few of them is told, and the report has the reason in place of the figures."""

    def compared() -> "Comparison":
        assert comparing is not None
        found = comparing.compared()
        if found.problem:
            tell(found.problem)
            outcome.unreadable += 1
        return found

    return compared if comparing else None


def _measuring(bundle: str | None, threads: int) -> "Measuring":
    from htmlgen.evaluation.bits import Measuring
    from htmlgen.runtime.bundle import load

    return Measuring(load(None if bundle == "default" else bundle), threads)


def _findings(count: int) -> str:
    return f"{count:,} {'finding' if count == 1 else 'findings'}"
