"""`htmlgen train --pages`: a bundle trained on for one's own site, and how well it came to know it."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from htmlgen.cli_console import command_line, is_given, tell

if TYPE_CHECKING:
    from htmlgen.models.runs import Run
    from htmlgen.runtime.architecture import GeneratorConfig
    from htmlgen.runtime.bundle import Bundle

_MEASURED: Final = "site.json"  # in the run's folder
_BYTES_PER_TOKEN: Final = 2.7  # about, of the default bundle
_READINGS: Final = 40  # of each page at most: more, and a small site is learned by heart
_WINDOWS: Final = 4  # of each lane, at least, in one reading
_LEARNING_RATE: Final = 1e-3
_PAGES: Final = 100
_MAX_TOKENS: Final = 512


def new_site_run(sources: tuple[str, ...], output: Path, options: dict[str, Any], source: "Bundle[GeneratorConfig]") -> "Run":
    """A run that goes on from a bundle on the pages of one site, under the grammar of these pages.

    A setting that is not given fits the size of the site. Raises: InputError, OutputError.
    """
    from htmlgen.corpus.own_site import read_site
    from htmlgen.evaluation.bits import measure, rates
    from htmlgen.models import runs
    from htmlgen.models.training import TrainingConfig
    from htmlgen.runtime.bundle import GRAMMAR

    runs.check_no_run(output)
    tell("reading and cleaning pages …")
    site = read_site(sources, fraction=_given("valid_fraction", options) or 0.2, jobs=options["jobs"])
    tokens = site.train_bytes / _BYTES_PER_TOKEN
    batch = _given("batch", options) or int(max(1, min(options["batch"], tokens / (_WINDOWS * options["length"]))))
    training = TrainingConfig(
        tokens=options["tokens"] or int(_READINGS * tokens),
        batch=batch,
        learning_rate=_given("learning_rate", options) or _LEARNING_RATE,
        grammar=str(runs.run_folder(output) / GRAMMAR),
        **{name: options[name] for name in ("minutes", "length", "seed", "checkpoint_steps")},
    )
    runs.write_file(runs.run_folder(output) / GRAMMAR, site.grammar.text.encode())
    tell(f"{len(site.train)} pages to train on, {len(site.valid)} kept back; going on from {source.name} …")
    before = rates([*measure(site.valid, source, threads=options["jobs"])])["bits_per_byte"]
    runs.write_file(runs.run_folder(output) / _MEASURED, json.dumps({"bits_per_byte_before": before}).encode())
    setup = runs.Setup(shape=runs.Shape(), training=training, source=source)
    return runs.start(site.train, site.valid, output, setup=setup, command=command_line())


def _given(name: str, options: dict[str, Any]) -> Any:
    """An option's value, where it is on the command line."""
    return options[name] if is_given(name) else None


def is_site_run(folder: Path) -> bool:
    """Whether a run was started with `--pages`."""
    return (folder / _MEASURED).exists()


def report(run: "Run", record: dict[str, Any]) -> None:
    """Tells what the kept-back pages cost before and after, and how much of the site's classes comes out in 100 pages."""
    from htmlgen.evaluation.likeness.familiarity import familiarity
    from htmlgen.markup.reader import read
    from htmlgen.pages import Generator

    before = json.loads((run.folder / _MEASURED).read_text("utf-8"))["bits_per_byte_before"]
    after = record["figures"]["valid_bits_per_byte_int8"]
    click.echo(f"bits per byte of kept-back pages: {before:.3f} before, {after:.3f} after, {after / before - 1:+.0%}")
    pages = Generator.load(run.output).pages(_PAGES, seed=0, max_tokens=_MAX_TOKENS)
    site = (run.tokenizer.decode(ids) for pages in (run.train, run.valid) for ids in pages.rows())
    found = familiarity(site, (read(str(page)).events for page in pages))
    click.echo(
        f"in {_PAGES} pages: {len(found.commonest_met)} of the site's {len(found.commonest)} commonest elements with a class, "
        f"{found.names_met} of its {found.names} class names"
    )
    tell(f"htmlgen generate --bundle {shlex.quote(str(run.output))} writes such pages")
