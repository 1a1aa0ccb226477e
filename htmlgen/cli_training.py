"""`htmlgen train`: pages, or the elements in them, into bundles."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from htmlgen.cli_ancestors import cell_option, is_ancestor, one_hot_option, train_ancestor, unit_option
from htmlgen.cli_console import command_line, is_given, refuse, spelled, tell
from htmlgen.cli_site import is_site_run, new_site_run, report

if TYPE_CHECKING:
    from htmlgen.models.autoencoder_runs import AutoencoderRun
    from htmlgen.models.runs import Run
    from htmlgen.runtime.architecture import GeneratorConfig
    from htmlgen.runtime.bundle import Bundle
    from htmlgen.runtime.interrupts import Interrupts

_MINUTES: Final = 10.0  # of a run that is given no end
#: Settings by the only kind of model that has them.
_OWN_SETTINGS: Final = {
    "generator": (
        "cell", "unit", "one_hot", "grammar", "vocabulary", "embedding", "units", "layers", "dropout", "batch", "length", "sample_minutes",
    ),
    "autoencoder": ("noise", "masked", "divergence"),
}  # fmt: skip


@click.command()
@click.argument("pages", nargs=-1, metavar="CORPUS…")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the bundle to write.")
@click.option("--pages", "own_site", multiple=True, metavar="CORPUS", help="Of one site: --from goes on with them; a fifth is kept back.")
@click.option("--valid", multiple=True, metavar="CORPUS", help="Validation pages.  [default: some of the sites of CORPUS]")
@click.option("--valid-fraction", type=click.FloatRange(0, 0.5, min_open=True), default=0.05, show_default=True)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="Train that long.  [default: 10, if no --tokens]")
@click.option("--tokens", type=click.IntRange(min=1), help="Train on that many tokens; such a run can be repeated exactly.")
@click.option("--model", type=click.Choice(["generator", "autoencoder"]), default="generator", show_default=True, help="What to train.")
@cell_option
@unit_option
@one_hot_option
@click.option("--grammar", default="page", show_default=True, help="Repair pages into it: page, article, a .rnc file …; none: keep them.")
@click.option("--from", "source", type=click.Path(), metavar="BUNDLE", help="Start from a bundle: a folder, or default.")
@click.option("--vocabulary", type=int, default=8192, show_default=True, help="Tokens of the vocabulary.")
@click.option("--embedding", type=int, default=384, show_default=True, help="Width of the embedding and the last layer.")
@click.option("--units", type=int, default=640, show_default=True, help="Width of the other layers.")
@click.option("--layers", type=int, default=2, show_default=True)
@click.option("--dropout", type=float, default=0.0, show_default=True, help="Pays where pages are read many times.")
@click.option("--batch", type=int, default=32, show_default=True, help="Lanes read side by side.")
@click.option("--length", type=int, default=128, show_default=True, help="Tokens back-propagated through.")
@click.option("--learning-rate", type=float, default=3e-3, show_default=True)
@click.option("--noise", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Deviation added to an autoencoder's codes.")
@click.option("--masked", type=click.FloatRange(0, 0.5), default=0.1, show_default=True, help="Share of tokens hidden from an encoder.")
@click.option("--divergence", type=click.FloatRange(min=0), default=0.0, help="Variational codes: the weight of what they tell, 0.001 say.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of weights, dropout, order of pages.")
@click.option("--checkpoint-steps", type=click.IntRange(min=0), default=0, help="Steps between checkpoints.  [default: two minutes]")
@click.option("--sample-minutes", type=click.FloatRange(min=0), default=5.0, show_default=True, help="Between sample pages; 0: none.")
@click.option("--sources", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV of sources, for the bundle's card.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that read pages.")
@click.option("--resume", is_flag=True, help="Go on with the run of that output; with another --minutes or --tokens if given.")
@click.option("--force", is_flag=True, help="Write over a bundle that is there.")
def train(
    pages: tuple[str, ...], output: Path, model: str, resume: bool, sources: Path | None, force: bool, sample_minutes: float, **options: Any
) -> None:
    """Train a generator on pages, or an autoencoder on their elements: htmlgen train mysite/ -o mysite.bundle --minutes 10"""
    from htmlgen.models import autoencoder_runs, runs  # first of all, as it says what is missing
    from htmlgen.runtime.bundle import check_output
    from htmlgen.runtime.interrupts import Interrupts

    check_output(output, force=force)
    own_site = options.pop("own_site")
    if own_site:
        _check_own_site(pages, model, resume, options)
    elif not resume and not pages:
        raise click.UsageError("give the pages to train on: folders, globs, .html, .parquet or .jsonl files")
    if not resume and options["minutes"] is None and options["tokens"] is None:
        options["minutes"] = _MINUTES
    if is_ancestor(options):
        train_ancestor(pages, output, options)
        return
    if resume:
        model = _resumed(runs.read_settings(runs.run_folder(output)))
    _refuse_settings_of_others(model)
    run = None
    with Interrupts() as interrupts:
        if model == autoencoder_runs.MODEL:
            record = _train_autoencoder(pages, output, interrupts, options, resume=resume, sources=sources, force=force)
        else:
            run = _generator_run(pages, own_site, output, options, resume=resume)
            record = _train_generator(run, interrupts, options, sample_minutes=sample_minutes, sources=sources, force=force)
    for name, value in record["figures"].items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
    if run is not None and is_site_run(run.folder):
        report(run, record)
    tell(f"wrote {output}; {runs.run_folder(output)} can go, or be trained further with --resume --force --minutes")


def _check_own_site(pages: tuple[str, ...], model: str, resume: bool, options: dict[str, Any]) -> None:
    """Raises: UsageError, for what does not go with --pages."""
    if pages or options["valid"] or resume or model != "generator":
        raise click.UsageError("--pages are all the pages of one site: leave out CORPUS, --valid, --resume and --model")
    if is_ancestor(options):
        raise click.UsageError("--pages goes on with the model of a bundle; leave out --cell, --unit and --one-hot")
    if options["source"] is None:
        raise click.UsageError("--pages goes on from a bundle: add --from default, or --from BUNDLE")
    refuse(["grammar"], "--pages learns the grammar of the site")


def _refuse_settings_of_others(model: str) -> None:
    """Raises: UsageError, for a setting that the model to be trained does not have."""
    for other, names in _OWN_SETTINGS.items():
        if other != model:
            refuse(names, f"--model {model} would ignore a setting of --model {other}")


def _resumed(settings: dict[str, Any]) -> str:
    """The kind of model that a run trains.

    Args: settings, as the run has saved them. Raises: UsageError, for what it was not started with: it goes on as it was started, but for
    its end.
    """
    refuse(["pages", "valid", "valid_fraction", "source"], "--resume goes on with the pages and the weights that the run has")
    architecture, training = settings["architecture"], settings["training"]
    model = str(settings.get("model", "generator"))
    started = {**architecture, **training, "model": model, "vocabulary": architecture.get("vocab_size")}
    started["grammar"] = started.get("grammar") or "none"
    for name, value in click.get_current_context().params.items():
        if name not in ("minutes", "tokens") and name in started and is_given(name) and value != started[name]:
            option = spelled(name)
            raise click.UsageError(f"the run was started with {option} {started[name]}, and --resume goes on with that; leave out {option}")
    return model


def _generator_run(pages: tuple[str, ...], own_site: tuple[str, ...], output: Path, options: dict[str, Any], *, resume: bool) -> "Run":
    from htmlgen.models import runs

    if resume:
        return runs.resume(output, minutes=options["minutes"], tokens=options["tokens"])
    source = _source(options)
    return new_site_run(own_site, output, options, source) if own_site and source else _new_run(pages, output, options)


def _train_generator(
    run: "Run", interrupts: "Interrupts", options: dict[str, Any], *, sample_minutes: float, **finish: Any
) -> dict[str, Any]:
    """The record of the bundle. Args: finish, how it is written, see `finishing.finish`."""
    from htmlgen.models import finishing
    from htmlgen.models.sampling import sample_page

    _train(run, interrupts, sample_minutes, lambda: sample_page(run, seed=options["seed"]))
    return finishing.finish(run, run.output, **finish)


def _train_autoencoder(
    pages: tuple[str, ...], output: Path, interrupts: "Interrupts", options: dict[str, Any], *, resume: bool, **finish: Any
) -> dict[str, Any]:
    from htmlgen.models import autoencoder_finishing, autoencoder_runs

    if resume:
        run = autoencoder_runs.resume(output, minutes=options["minutes"], tokens=options["tokens"])
    else:
        run = _new_autoencoder_run(pages, output, options)
    _train(run, interrupts, 0.0, str)
    return autoencoder_finishing.finish(run, output, **finish)


def _new_autoencoder_run(pages: tuple[str, ...], output: Path, options: dict[str, Any]) -> "AutoencoderRun":
    """Snippets of pages repaired into the grammar `page`, as `htmlgen corpus snippets --grammar page` cuts them."""
    from htmlgen.autoencoding.autoencoder import GRAMMAR
    from htmlgen.corpus.preparation import split_by_site
    from htmlgen.corpus.snippets import Cutting, read_snippets
    from htmlgen.models import autoencoder_runs
    from htmlgen.models.autoencoder_training import AutoencoderTraining
    from htmlgen.models.runs import check_no_run
    from htmlgen.runtime.bundle import load

    names = ("minutes", "tokens", "learning_rate", "noise", "masked", "divergence", "seed", "checkpoint_steps")
    training = AutoencoderTraining(grammar=GRAMMAR, **{name: options[name] for name in names})
    source = None if options["source"] in (None, "default") else options["source"]
    check_no_run(output)
    tell("cutting pages into snippets …")
    cutting = Cutting(bundle=source, grammar="page")
    read = list(read_snippets(pages, cutting, jobs=options["jobs"]))
    if options["valid"]:
        train_snippets, valid_snippets = read, list(read_snippets(options["valid"], cutting, jobs=options["jobs"]))
    else:
        train_snippets, valid_snippets = split_by_site(read, options["valid_fraction"])
    tell(f"{len(train_snippets)} snippets to train on, {len(valid_snippets)} to validate …")
    return autoencoder_runs.start(
        train_snippets, valid_snippets, output, tokenizer=load(source).tokenizer, training=training, command=command_line()
    )


def _source(options: dict[str, Any]) -> "Bundle[GeneratorConfig] | None":
    """The bundle to start from, whose shape is not to be chosen."""
    from htmlgen.runtime.bundle import load

    if options["source"] is None:
        return None
    refuse(["vocabulary", "embedding", "units", "layers", "dropout"], "--from keeps the shape of its bundle")
    return load(None if options["source"] == "default" else options["source"])


def _new_run(pages: tuple[str, ...], output: Path, options: dict[str, Any]) -> "Run":
    from htmlgen.corpus.preparation import prepare, split_by_site
    from htmlgen.models import runs
    from htmlgen.models.training import TrainingConfig

    shape = runs.Shape(**{name: options[name] for name in ("vocabulary", "embedding", "units", "layers", "dropout")})
    names = ("minutes", "tokens", "batch", "length", "learning_rate", "seed", "checkpoint_steps")
    grammar = None if options["grammar"] == "none" else options["grammar"]
    training = TrainingConfig(grammar=grammar, **{name: options[name] for name in names})
    source = _source(options)
    setup = runs.Setup(shape=shape, training=training, source=source)
    runs.check_no_run(output)
    tell("reading and cleaning pages …")
    read = list(prepare(pages, jobs=options["jobs"], grammar=grammar))
    if options["valid"]:
        train_pages, valid_pages = read, list(prepare(options["valid"], jobs=options["jobs"], grammar=grammar))
    else:
        train_pages, valid_pages = split_by_site(read, options["valid_fraction"])
    what = f"learning {shape.vocabulary} tokens" if source is None else f"going on from {source.name}"
    tell(f"{len(train_pages)} pages to train on, {len(valid_pages)} to validate; {what} …")
    return runs.start(train_pages, valid_pages, output, setup=setup, command=command_line())


def _train(run: "Run | AutoencoderRun", interrupts: "Interrupts", sample_minutes: float, sample: Callable[[], str]) -> None:
    """Trains to the end of the budget under a progress bar; Ctrl-C saves a checkpoint first."""
    from htmlgen.models.showing import TrainingBar

    if interrupts.asked:
        raise KeyboardInterrupt
    interrupts.deferred = True
    with TrainingBar() as bar:
        due = run.trainer.seconds + 60 * sample_minutes
        for progress in run.trainer.run():
            bar.update(progress)
            if interrupts.asked and not run.finished:
                break
            if sample_minutes and progress.seconds >= due:
                bar.say(sample())
                due = progress.seconds + 60 * sample_minutes
    if not run.finished:
        run.trainer.save()
        tell(f"saved a checkpoint at step {run.trainer.step}; go on with: htmlgen train -o {shlex.quote(str(run.output))} --resume")
        click.get_current_context().exit(130)
