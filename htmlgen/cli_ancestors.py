"""`htmlgen train --cell … --unit …` and `htmlgen sample`: the recurrent text generators that came before."""

import shlex
from pathlib import Path
from typing import Any, Final

import click

from htmlgen.cli_console import command_line, refuse, tell

_CELLS: Final = ("simple", "jordan", "gru", "lstm", "peephole")
_UNITS: Final = ("byte", "char", "word", "subword", "structure")
_OTHERS: Final = (  # what only a bundle has
    "source", "sources", "resume", "model", "checkpoint_steps", "sample_minutes", "noise", "masked", "divergence",
)  # fmt: skip

cell_option = click.option(
    "--cell", type=click.Choice(_CELLS), default="lstm", show_default=True, help="Recurrent cell; another than lstm makes no bundle."
)
unit_option = click.option(
    "--unit", type=click.Choice(_UNITS), default="structure", show_default=True, help="What a token is; another makes no bundle."
)
one_hot_option = click.option("--one-hot", is_flag=True, help="Tokens go in as numbers alone, without an embedding; makes no bundle.")


def is_ancestor(options: dict[str, Any]) -> bool:
    """Whether options ask for a model that the generator does not have."""
    return bool(options["cell"] != "lstm" or options["unit"] != "structure" or options["one_hot"])


def train_ancestor(inputs: tuple[str, ...], output: Path, options: dict[str, Any]) -> None:
    """Trains a cell on a unit, tells its bits per byte, and writes its folder. Raises: click.UsageError, HtmlgenError."""
    from htmlgen.models.ancestors import Ancestor, AncestorConfig, created  # first of all, as it says what is missing

    # isort: split
    from htmlgen import config as configs
    from htmlgen.models.showing import TrainingBar
    from htmlgen.models.training import TrainingConfig, bits_per_byte

    refuse(_OTHERS, "--cell, --unit and --one-hot make no bundle")
    settings = {name: options[name] for name in ("minutes", "tokens", "batch", "length", "learning_rate", "seed")}
    training = TrainingConfig(grammar_share=0.0, drawn_share=0.0, **settings)
    tokenizer, train, valid = _read(inputs, options)
    shape = {name: options[name] for name in ("embedding", "units", "layers", "dropout", "cell", "unit", "one_hot")}
    ancestor = Ancestor(created(AncestorConfig(vocab_size=len(tokenizer.vocabulary), **shape), options["seed"]), tokenizer)
    with TrainingBar() as bar:
        for progress in ancestor.train(train, training):
            bar.update(progress)
    figures = {"valid_bits_per_byte": round(bits_per_byte(ancestor.model, valid), 4), "parameters": ancestor.model.count_params()}
    ancestor.save(output, {"command": command_line(), "training": configs.to_dict(training), "figures": figures})
    for name, value in figures.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
    tell(f"wrote {output}; write with: htmlgen sample {shlex.quote(str(output))}")


def _read(inputs: tuple[str, ...], options: dict[str, Any]) -> Any:
    """Tokenizer, training and validation tokens: of text files as they are, of anything else as pages."""
    from htmlgen.corpus.preparation import prepare, split_by_site
    from htmlgen.models.ancestors import STRUCTURE, of_pages, of_texts

    unit, size, fraction = options["unit"], options["vocabulary"], options["valid_fraction"]
    if all(name.endswith(".txt") for name in inputs) and unit != STRUCTURE:
        texts = [_text(name) for name in inputs]
        if options["valid"]:
            return of_texts(texts, [_text(name) for name in options["valid"]], unit, size)
        cuts = [round(len(text) * (1 - fraction)) for text in texts]
        parts = [(text[:cut], text[cut:]) for text, cut in zip(texts, cuts, strict=True)]
        return of_texts([before for before, _ in parts], [after for _, after in parts], unit, size)
    grammar = None if options["grammar"] == "none" else options["grammar"]
    read = list(prepare(inputs, jobs=options["jobs"], grammar=grammar))
    if options["valid"]:
        return of_pages(read, list(prepare(options["valid"], jobs=options["jobs"], grammar=grammar)), unit, size)
    return of_pages(*split_by_site(read, fraction), unit, size)


def _text(name: str) -> str:
    from htmlgen.errors import InputError

    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: cannot be read as text: {error}; give UTF-8 text files, or pages") from error


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-n", "--n", "count", type=click.IntRange(min=1), default=1, show_default=True, help="How many texts.")
@click.option("--temperature", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True)
@click.option("--prime", default="", help="Text to begin with, for every unit but structure.")
@click.option("--max-tokens", type=click.IntRange(min=1), default=256, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--grammar", default="none", show_default=True, help="Mask by it, for unit structure: tags, page …; none: write as it comes.")
def sample(folder: Path, count: int, temperature: float, prime: str, max_tokens: int, seed: int, grammar: str) -> None:
    """Write texts with a model of `htmlgen train --cell` or `--unit`, by default with nothing forbidden."""
    from htmlgen.models.ancestors import STRUCTURE, Ancestor  # first of all, as it says what is missing

    # isort: split
    from htmlgen.decoding.guides import guide_of
    from htmlgen.decoding.search import Request

    ancestor = Ancestor.load(folder)
    unit = ancestor.model.config.unit
    if grammar != "none" and unit != STRUCTURE:
        raise click.UsageError(f"--grammar masks tokens of unit {STRUCTURE}; {folder} has unit {unit}")
    guide = None if grammar == "none" else guide_of(grammar, ancestor.tokenizer.vocabulary)
    prompt = ancestor.prompt(prime) if prime else ()
    requests = (Request(seed=seed + number, max_tokens=max_tokens + len(prompt), prompt=prompt) for number in range(count))
    for text in ancestor.samples(requests, temperature=temperature, guide=guide):
        click.echo(text)
