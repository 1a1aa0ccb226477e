"""What a user may get wrong, as a table: each gives exit code 2, one sentence on stderr, nothing on stdout, and no traceback."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli

PAGE = "<!DOCTYPE html><title>a</title><p>one"


@pytest.fixture
def place(tmp_path: Path, tiny_bundle: Path) -> Path:
    """A folder of things that are not what they should be."""
    (tmp_path / "empty.html").touch()
    (tmp_path / "binary.html").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "not.parquet").write_text(PAGE)
    (tmp_path / "not.jsonl").write_text('{"html": "<p>"}\n{"html"\n')
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.txt").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").touch()
    flipped, other = (Path(shutil.copytree(tiny_bundle, tmp_path / name)) for name in ("flipped", "other"))
    content = bytearray((flipped / "step.int8.onnx").read_bytes())
    content[1000] ^= 1
    (flipped / "step.int8.onnx").write_bytes(content)
    (other / "config.json").write_text(json.dumps({**json.loads((other / "config.json").read_text()), "format": 99}))
    return tmp_path


GENERATE = "generate --bundle {bundle} --seed 1 "
TRAIN = "train {place}/page.html --valid {place}/page.html --jobs 1 --tokens 10 -o {place}/out "
TABLE = {
    "eval {place}/none.html": "no file or folder",
    "eval {place}/pag.html": "did you mean",
    "eval {place}/empty.html": "empty",
    "eval {place}/binary.html": "binary",
    "eval {place}/nothing": "holds no page",
    "eval {place}/*.xyz": "nothing matches",
    "eval": "Missing argument",
    "eval {place}/page.html --format xml": "'xml' is not one of 'table', 'json', 'jsonl'",
    "eval {place}/page.html --min-score 2": "2.0 is not in the range 0<=x<=1",
    "eval {place}/page.html --reference {place}/none": "no such file or folder",
    "eval {place}/page.html --jobs 0": "0 is not in the range x>=1",
    "corpus snippets {place}/page.html -o {place}/out.parquet --least 9 --most 8 --jobs 1": "got 9 to 8",
    "corpus snippets {place}/page.html -o {place}/out.parquet --threshold 0.1 --jobs 1": "must be from 0.7 to 1, got 0.1",
    "corpus snippets {place}/empty.html -o {place}/out.parquet --jobs 1": "no element of these pages makes a snippet",
    "corpus snippets {place}/page.html -o {place}/page.html": "is there already",
    "corpus snippets {place}/none -o {place}/out.parquet --jobs 1": "no such file or folder",
    "compare {place}/none.html {place}/page.html": "no file or folder",
    "compare {place}/page.html {place}/full": "is a folder and the other side is a file",
    "compare {place}/full {place}/nothing": "holds no page",
    "compare - -": "both sides are standard input",
    "compare {place}/page.html {place}/binary.html": "binary",
    "tokenize --bundle {bundle} {place}/none.html": "no file or folder",
    "tokenize --bundle {bundle} {place}/binary.html": "binary",
    "generate --bundle {place}/none": "no bundle there",
    "generate --bundle {place}/page.html": "no bundle there",
    "generate --bundle {place}/nothing": "no bundle there",
    "generate --bundle {place}/flipped": "not the file that was saved (sha256 differs); copy the bundle again",
    "generate --bundle {place}/other": "a bundle of format 99; this version reads format 1",
    "version --bundle {place}/other": "a bundle of format 99",
    GENERATE + "--max-tokens 5": "at most 5 tokens, but a page needs",
    GENERATE + "--max-tokens many": "'many' is not a valid integer",
    GENERATE + "--temperature -1": "temperature must be a number from 0, got -1",
    GENERATE + "--temperature nan": "temperature must be a number from 0, got nan",
    GENERATE + "--top-k -1": "top_k must be a whole number from 0",
    GENERATE + "--top-p 0": "top_p must be above 0 and at most 1",
    GENERATE + "--min-p 1": "min_p must be at least 0 and below 1",
    GENERATE + "--n -1": "-1 is not in the range x>=0",
    "generate --bundle {bundle} --seed -1": "-1 is not in the range",
    "generate --bundle {bundle} --seed 99999999999999999999": "is not in the range",
    GENERATE + "--prompt <h1": "ends inside of a tag or comment",
    GENERATE + "--temperature hot": "or numbers of classes as in structure=0.7,attribute=0.8,text=1, got 'hot'",
    GENERATE + "--temperature text=hot": "temperature must be a number, or numbers of classes",
    GENERATE + "--temperature words=1": "temperature has no class 'words'; there are structure, attribute, text",
    GENERATE + "--temperature text=-1": "temperature of text must be a number from 0, got -1.0",
    GENERATE + "--length tiny": "length must be short, medium, long, or MIN..MAX in tokens, such as 200..400, got 'tiny'",
    GENERATE + "--length 9..2": "length must be short, medium, long, or MIN..MAX",
    GENERATE + "--length 2..9": "at most 9 tokens, but a page needs",
    GENERATE + "--length short --max-tokens 60": "leave out max_tokens 60",
    GENERATE + "--depth 2": "depth must be at least 3, as pages of this grammar nest so deep, got 2",
    GENERATE + "--depth -1": "depth must be a whole number from 0",
    GENERATE + "--lang english": "lang must be a language tag that the grammar takes, such as en, de or pt-BR, got 'english'",
    GENERATE + "--lang en --grammar snippet": "lang and title are of documents",
    GENERATE + "--kind blgo": "no kind 'blgo' of documents among article, blog,",
    GENERATE + "--kind blog --grammar snippet": "kind blog is of documents; for a snippet of a kind take --snippet",
    GENERATE + "--snippet nva": "no kind 'nva' of snippets among article, breadcrumb, card,",
    GENERATE + "--snippet nav --like <ul>": "kind and like exclude one another: each says what a snippet is; give one",
    GENERATE + "--snippet nav --grammar email": "--snippet nav is a grammar of its own; leave out --grammar email",
    GENERATE + "--like none.html": "none.html: cannot be read as an example:",
    GENERATE + "--like <li>a": "the example holds no element that can stand by itself: '<li>a'; begin with ul, section, table",
    GENERATE + "--skeleton ul>li*x": "skeleton 'ul>li*x', column 7: expected a number from 1 to 1000 after '*'",
    GENERATE + "--skeleton p>div": "skeleton 'p>div', column 3: <div> cannot stand in <p>; what could: text, <em>",
    GENERATE + "--skeleton ul>li*3 --max-tokens 3": "asks for at most 3 tokens, but a page needs 11; ask for more",
    GENERATE + "--kind form --grammar email": "kind form begins with what the grammar forbids",
    GENERATE + "--kind blog --prompt x": "kind blog is a beginning too; leave out the prompt 'x', or the kind",
    GENERATE + "--most-copied -1": "most_copied must be a whole number from 0",
    GENERATE + "--least-match -1": "least_match must be a whole number from 0",
    GENERATE + "--most-repeated -1": "most_repeated must be a whole number from 0",
    GENERATE + "--best-of 0": "best_of must be at least 1, got 0",
    GENERATE + "--unique=2": "unique must be at least 0 and at most 1, got 2.0",
    GENERATE + "--unique --out {place}/new.jsonl": "new.jsonl keeps those of seeds in a row; give a folder",
    GENERATE + "--novelty 20": "novelty counts the tokens copied from the pages of against: give both, or neither",
    GENERATE + "--against {place}": "give both, or neither",
    GENERATE + "--novelty 20 --against {place}/none": "no such file or folder",
    GENERATE + "--wild": "No such option",
    GENERATE + "--pretty --jsonl": "exclude one another",
    GENERATE + "--out {place}/page.html": "is a file",
    GENERATE + "--out {place}/page.html/below": "cannot write there",
    GENERATE + "--out {place}/page.html/pages.jsonl": "cannot write there",
    GENERATE + "--out {place}/page.html/pages.parquet": "cannot write there",
    GENERATE + "--out {place}/not.parquet": "is there already; choose another --out, --resume to go on with it, or --force",
    GENERATE + "--out {place}/not.parquet --resume": "does not say how it was written",
    GENERATE + "--out {place}/not.jsonl --resume": "does not say how it was written",
    GENERATE + "--out {place}/new.jsonl --resume --force": "--force and --resume exclude one another",
    GENERATE + "--out {place}/new.parquet --pretty": "new.parquet has its own form",
    GENERATE + "--out {place}/nothing --resume": "--resume goes on with a file",
    GENERATE + "--resume": "--resume goes on with a file",
    GENERATE + "--jobs 0": "0 is not in the range x>=1",
    GENERATE + "--jobs 2 --max-tokens 5": "at most 5 tokens, but a page needs",
    GENERATE + "--batch 0": "0 is not in the range x>=1",
    "mutate {place}/none.html": "no file or folder",
    "mutate {place}/page.html --kind duplicate": "no kind of fault 'duplicate' among",
    "mutate {place}/page.html --faults 0": "faults must be between 1 and 100, got 0",
    "mutate {place}/page.html -o {place}/full": "full: holds files already; choose another -o, or --force to write over them",
    "generate --bundle {bundle} --broken 2": "broken must be at least 0 and at most 1, got 2.0",
    "generate --bundle {bundle} --text fakir": "text must be one of model, lorem, faker, keep-shape, got 'fakir'",
    "generate --bundle {bundle} --css {place}/none.css": "css must be classless or a file of CSS",
    "autoencode --bundle {bundle} {place}/page.html": "of a model of kind 'generator', where one of kind 'autoencoder' is needed",
    "embed --bundle {coder} {place}/page.html": "give -o FILE.parquet, --plot FILE.html, or both",
    "embed --bundle {coder} {place}/page.html -o {place}/not.parquet": "not.parquet: is there already; choose another name, or --force",
    "embed --bundle {coder} {place}/page.html --plot {place}/map.html --map umap": "'umap' is not one of 'pca', 'tsne'",
    "similar --bundle {coder} {place}/none.html {place}/page.html": "no file or folder",
    "similar --bundle {coder} <br> {place}/page.html": "page 1: has no text and nothing to be seen in it",
    "similar --bundle {coder} <p>x</p> {place}/not.parquet": "not.parquet: not a Parquet file",
    "vary --bundle {coder} {place}/nothing": "holds no page",
    "vary --bundle {coder} {place}/page.html --strength 0": "strength must be above 0 and at most 1, got 0.0",
    "interpolate --bundle {coder} <p>x</p> {place}/page.html --steps 1": "1 is not in the range x>=2",
    "interpolate --bundle {coder} <p>x</p> {place}/not.jsonl": "not.jsonl",
    "duplicates --bundle {coder} {place}/page.html --threshold 2": "threshold must be above 0 and at most 1, got 2.0",
    "outliers --bundle {place}/none {place}/page.html": "no bundle there",
    "fill": "Missing argument 'FILE…'",
    "fill --bundle {bundle} {place}/page.html": "page.html: the layout has no hole: mark one with data-htmlgen",
    "fill {place}/none.html": "No such file or directory",
    "fill {place}/page.html {place}/empty.html": "several files need a folder to be written to: give -o FOLDER",
    "fill {place}/page.html -o {place}/full/kept": "kept: is there already; choose another -o, or --force to write over it",
    "fill {place}/page.html {place}/page.html -o {place}/nothing": "two files are called page.html",
    "fill {place}/page.html --bundle {bundle} --grammar tags": "layouts are filled by a grammar, such as page",
    "complete": "give the page's beginning: a FILE, - for standard input, or --text",
    "complete {place}/page.html --text x": "give the page's beginning",
    "complete {place}/none.html": "No such file or directory",
    "complete {place}/binary.html": "is not UTF-8 (byte 128)",
    "complete --bundle {bundle} --text <p><!--x": "line 1, column 4: the text ends inside of a comment",
    "complete --bundle {bundle} --text <p>a</d": "nothing that may stand here begins with '</d'; what could: </p>",
    "complete --bundle {bundle} --text <p> --grammar pag": "no grammar 'pag'",
    "complete --bundle {bundle} --text <p> --temperature -1": "temperature must be a number from 0, got -1",
    "complete --bundle {bundle} --text <ul><li> --whole --max-tokens 1": "tokens more, and may have 1; ask for more",
    "complete --bundle {bundle} --text <p> --n 0": "0 is not in the range x>=1",
    "generte": "No such command 'generte'",
    "corpus stats {place}/none": "no such file or folder",
    "corpus stats {place}/nothing": "no pages in it",
    "corpus stats {place}/binary.html": "a binary file, not a page",
    "corpus stats --jobs 1 {place}/not.parquet": "not a Parquet file",
    "corpus stats --jobs 1 {place}/not.jsonl": "not.jsonl:2: not JSON",
    "train -o {place}/out": "give the pages to train on",
    "train {place}/page.html": "Missing option '-o'",
    "train {place}/none -o {place}/out --jobs 1": "no such file or folder",
    "train {place}/page.html -o {place}/out --jobs 1": "all 1 pages are of one site",
    "train {place}/page.html -o {place}/full": "not empty; choose another -o, or --force",
    "train {place}/page.html -o {place}/page.html": "a file, where a folder is to be",
    "train -o {place}/out --resume": "no run to resume; start one without --resume",
    TRAIN + "--vocabulary 100": "vocabulary size must be at least 1024, got 100",
    TRAIN + "--units 0": "units must be a whole number of at least 1, got 0",
    TRAIN + "--noise 0.2": "--model generator would ignore a setting of --model autoencoder; leave out --noise",
    TRAIN + "--masked 0.2": "--model generator would ignore a setting of --model autoencoder; leave out --masked",
    TRAIN + "--divergence 0.001": "--model generator would ignore a setting of --model autoencoder; leave out --divergence",
    TRAIN + "--model autoencoder --batch 8": "--model autoencoder would ignore a setting of --model generator; leave out --batch",
    TRAIN + "--model autoencoder --sample-minutes 1": "would ignore a setting of --model generator; leave out --sample-minutes",
    TRAIN + "--from {bundle} --dropout 0.1": "--from keeps the shape of its bundle; leave out --dropout",
    TRAIN + "--resume": "no run to resume; start one without --resume",
    TRAIN + "--dropout 1": "dropout must be in [0, 1), got 1",
    TRAIN + "--batch 0": "batch must be above 0, got 0",
    TRAIN + "--learning-rate 0": "learning_rate must be above 0, got 0",
    TRAIN + "--seed 4294967296": "is not in the range",
    TRAIN + "--sources {place}/none.csv": "does not exist",
    TRAIN: "SentencePiece cannot learn 8192 tokens",
}


def sentences(stderr: str) -> list[str]:
    """The lines of stderr that say what is wrong: without click's two lines of usage, and what htmlgen says of its progress."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    return [line for line in lines if not re.match(r"Usage: |Try 'htmlgen |htmlgen: (reading|\d+ pages to train)", line)]


@pytest.mark.parametrize("line", TABLE)
def test_one_clear_sentence(line: str, place: Path, tiny_bundle: Path, tiny_autoencoder_bundle: Path) -> None:
    arguments = [word.format(place=place, bundle=tiny_bundle, coder=tiny_autoencoder_bundle) for word in line.split()]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2, result.output
    assert re.sub(r"0 of 0 pages without errors.*\n", "", result.stdout) == ""  # eval's totals
    (said,) = sentences(result.stderr)
    assert TABLE[line] in said
    assert "Traceback" not in result.stderr


def hidden(module: str) -> str:
    """A program that runs htmlgen where a library is not installed."""
    return f"""
from importlib.machinery import PathFinder
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name.partition(".")[0] == {module!r} else find(name, *rest)
from htmlgen.cli import main
main()
"""


@pytest.mark.parametrize("module", ["keras", "jax", "safetensors"])
def test_training_without_its_libraries_says_how_to_get_them(module: str, tmp_path: Path) -> None:
    run = [sys.executable, "-c", hidden(module), "train", str(tmp_path), "-o", str(tmp_path / "out")]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "htmlgen: training needs Keras and JAX, which the plain install leaves out; type: pip install 'htmlgen[train]'\n"
    )


def test_writing_and_judging_need_no_training_library(tiny_bundle: Path) -> None:
    run = [sys.executable, "-c", hidden("keras"), "generate", "--seed", "1", "--max-tokens", "20", "--bundle", str(tiny_bundle)]
    ended = subprocess.run(run, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("<!DOCTYPE html>")
    assert ended.stderr == ""
