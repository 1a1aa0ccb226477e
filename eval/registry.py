"""What can be measured: a table of trials, each a script with the arguments of its committed result, and of a quick run.

In arguments `{train}`, `{valid}` and `{test}` are Parquet files of pages, `{cases}` the Nu Html Checker's own cases, `{vnu}` its jar and
`{html5lib}` the folder of html5lib-tests; a quick run takes the sample pages of the repository for pages.
"""

import importlib.util
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A measurement: `python -m MODULE ARGUMENTS -o RESULT`."""

    module: str
    question: str
    arguments: str = ""  #: of the committed result
    quick: str = ""  #: of a run that only shows that the script is alive, in some ten seconds
    slow: str = ""  #: why it has no quick run
    modules: tuple[str, ...] = ()  #: that it imports, beside what the extras `train` and `eval` install
    programs: tuple[str, ...] = ()  #: that it starts
    install: str = ""  #: how to come by them
    suffix: str = ".json"  #: of what the script writes

    def needs(self, *, quick: bool) -> set[str]:
        """The names of the files that it is given."""
        given = self.quick if quick else self.arguments
        return {name for _, name, _, _ in Formatter().parse(given) if name}

    def missing(self, files: Mapping[str, Path], *, quick: bool) -> str:
        """Why it cannot run, or nothing."""
        if quick and self.slow:
            return self.slow
        for name in sorted(self.needs(quick=quick)):
            if name not in files or not files[name].exists():
                return f"{files.get(name, name)} is missing; give --{'vnu' if name == 'vnu' else 'data'}"
        for module in self.modules:
            if importlib.util.find_spec(module) is None:
                return f"{module} is missing; {self.install}"
        for program in self.programs:
            if shutil.which(program) is None:
                return f"{program} is missing; {self.install}"
        return ""


_PEERS: Final = "pip install -r eval/peers/requirements"

TRIALS: Final = {
    # Limits
    "training": Trial(
        module="eval.bench.training",
        question="how fast is the hoisted LSTM layer beside Keras' own, and how near the matrix peak?",
        quick="--batches 4 --length 32 --units 64",
    ),
    "decoding": Trial(
        module="eval.bench.decoding",
        question="how fast are pages beside their bare steps, and two jobs beside one? And a step in ONNX Runtime beside Keras?",
        quick="--pages --tokens 32 --job-pages 16 --rounds 1",
    ),
    "start": Trial(
        module="eval.bench.start",
        question="how long do a first page and ten of them take beside the import of their libraries, and snippets beside bare steps?",
        quick="--repeats 1",
    ),
    "embedding": Trial(
        module="eval.bench.embedding",
        question="how many components become codes in a second, beside Keras; how long does `htmlgen autoencode` take beside imports?",
        quick="--snippets 16 --repeats 1",
    ),
    "evaluator": Trial(
        module="eval.bench.evaluator",
        question="what does judging a page cost, and each part of it, beside html5lib's bare parse?",
        arguments="{valid}",
        quick="{valid} --characters 50000 --repeats 1",
    ),
    "scale": Trial(
        module="eval.bench.scale",
        question="judging 20 MB beside html5lib and the Nu Html Checker, by two jobs, a second time; its start; does memory grow?",
        arguments="{train} --vnu {vnu}",
        quick="{valid} --megabytes 0.01 --few 2 --many 4 --parts html5lib jobs cache memory",
        programs=("java",),
        install="install a Java runtime",
    ),
    "fuzz": Trial(
        module="eval.fuzz",
        question="does any input make the evaluator fail, break a promise, or take too long?",
        arguments="runs/fuzz --suite {html5lib} --pages {valid}",
        slow="its start alone takes a minute; try python -m eval.fuzz runs/fuzz --minutes 1",
        modules=("atheris",),
        install="pip install -r eval/requirements-fuzz.txt",
    ),
    "pairs": Trial(
        module="eval.bench.pairs",
        question="what do the figures of a pair cost beside parsing both pages, and the tree edit distance beside apted's?",
        arguments="{valid} -n 200",
        quick="{valid} -n 20",
        modules=("apted",),
        install="pip install apted",
    ),
    "reports": Trial(
        module="eval.bench.reports",
        question="does a report's memory grow with its pages, and what does writing cost beside judging?",
        quick="--pages 200",
    ),
    # Soundness
    "walks": Trial(
        module="eval.walks",
        question="do random walks of a grammar end, valid, within every budget; how much of the grammar do they meet?",
        arguments="-n 20000 --budgets least-128 256 512 2048",
        quick="-n 20 --budgets least 64",
    ),
    "walks_deep": Trial(
        module="eval.walks",
        question="the same, of longer walks",
        arguments="-n 3000 --budgets 300 500 800",
        quick="-n 4 --budgets 300",
    ),
    "generation": Trial(
        module="eval.generation",
        question="are generated pages error-free, canonical, within their budget?",
        quick="-n 4 --budgets 64",
    ),
    "generation_nu": Trial(
        module="eval.generation",
        question="what does the Nu Html Checker say of generated pages?",
        arguments="--budgets 128 --vnu {vnu}",
        quick="-n 4 --budgets 64 --vnu {vnu}",
        programs=("java",),
        install="install a Java runtime",
    ),
    "safety": Trial(
        module="eval.safety",
        question="can generated pages do harm: scripts, handlers, schemes, hosts, forms that post, by nh3 and by a check of its own?",
        arguments="-n 10000",
        quick="-n 20",
        modules=("nh3",),
        install="pip install nh3",
    ),
    "filling": Trial(
        module="eval.filling",
        question="is what fills a hole at a random place of a real page free of new errors, and the page the same outside of it?",
        arguments="{valid} -n 300",
        quick="{valid} -n 4",
    ),
    "own_site": Trial(
        module="eval.own_site",
        question="how well does the default bundle come to know one site in ten minutes?",
        arguments="{test} --minutes 10",
        slow="it trains for minutes",
    ),
    "roundtrip": Trial(
        module="eval.roundtrip",
        question="do real pages survive reading, writing, encoding and decoding?",
        arguments="{test}",
        quick="{valid}",
    ),
    "repair": Trial(
        module="eval.repair",
        question="what do real pages keep when they are repaired into a grammar, and how long does it take beside validating?",
        arguments="{valid}",
        quick="{valid}",
    ),
    "syntax": Trial(
        module="eval.syntax",
        question="is a page parsed as the Standard says: codes, places and trees of html5lib-tests, ours and html5lib's?",
        arguments="{valid} --suite {html5lib}",
        quick="{valid} --suite {html5lib}",
    ),
    "conformance": Trial(
        module="eval.conformance",
        question="is a page judged as the Nu Html Checker judges it: its own suite by category, real pages side by side?",
        arguments="{cases} {valid} --vnu {vnu}",
        quick="{cases} {valid}",
    ),
    "jing_agreement": Trial(
        module="eval.jing_agreement",
        question="does our RELAX NG validator agree with jing on pages?",
        arguments="{valid} {test} --documents 6000",
        quick="{valid} --documents 20",
        programs=("jing", "java"),
        install="apt install jing",
    ),
    # Learning
    "likeness": Trial(
        module="eval.likeness",
        question="how like real pages are 10,000 generated ones, how much do they copy, and can a classifier tell them?",
        arguments="--train {train} --reference {test} --vnu {vnu}",
        slow="it needs 50 real pages of either kind, and minutes",
    ),
    "repetition": Trial(
        module="eval.repetition",
        question="how much do pages repeat themselves, real ones and generated ones, with the limits on copying and without?",
        arguments="{valid} -n 60",
        quick="{valid} -n 2 --max-tokens 2048",
    ),
    "ablations": Trial(
        module="eval.experiments.ablations",
        question="what is each part of the generator worth, at equal multiply-adds?",
        arguments="{train} {valid} --tokens 400000 --embedding 128 --units 192 --pages 800",
        quick="{train} {valid} --tokens 20000 --embedding 16 --units 16 --vocabulary 2048 --only whole",
    ),
    "autoencoder": Trial(
        module="eval.autoencoder",
        question="what comes back from codes of snippets of unseen sites; is it valid; what would a neighbour give, or no grammar?",
        arguments="{test} --train {train} --more {valid}",
        quick="{valid} --train {valid} -n 12 --few 6 --known 40 --variants 4 --steps 4 --jobs 1",
    ),
    "autoencoder_ablations": Trial(
        module="eval.experiments.autoencoder_ablations",
        question="what is each part of the autoencoder worth, at equal tokens?",
        arguments="--run bundles/autoencoder.training",
        slow="it needs the folder of a training run",
    ),
    "retrieval": Trial(
        module="eval.retrieval",
        question="are the neighbours of a code of its kind, and do altered copies find their origin, beside TF-IDF?",
        arguments="{test}",
        quick="{valid} -n 40 --queries 9 --jobs 1",
    ),
    "ancestors": Trial(
        module="eval.experiments.ancestors",
        question="what do forty years of recurrent text generators need for a byte, at equal parameters and multiply-adds?",
        arguments="{train} {valid}",
        quick="{train} {valid} --parameters 40000 --budget 2e8 --samples 2 --only 'GRU, structure' 'uniform, structure'"
        " 'htmlgen: context, copies, grammar in the loss'",
    ),
    "page_kind": Trial(
        module="eval.experiments.page_kind",
        question="what kind of page is it: an LSTM on its tokens beside a bag of tags?",
        arguments="{train} {valid}",
        quick="{train} {valid} --steps 3 --tokens 32 --kinds 40",
    ),
    "string_sum": Trial(
        module="eval.experiments.string_sum",
        question="do our encoder and decoder LSTM learn to add two numbers that are written as text?",
        quick="--digits 1 --steps 20",
    ),
    "vanishing_gradient": Trial(
        module="eval.experiments.vanishing_gradient",
        question="how far back does each cell learn: the gradient, and end tags of elements of 5 to 500 tokens?",
        quick="--steps 3 --units 8 --cells lstm",
    ),
    "contact_sheet": Trial(
        module="eval.contact_sheet",
        question="what do twelve generated pages look like in a browser, and does anything on them not load?",
        quick="--max-tokens 64",
        programs=("chromium",),
        install="apt install chromium",
        suffix=".png",
    ),
    # Peers
    "guidance": Trial(
        module="eval.peers.guidance",
        question="what do a mask and a move cost beside llguidance and XGrammar, same vocabulary and grammar; how fast does a guide start?",
        quick="--pages 12 --tokens 1000",
    ),
    "peer_generation": Trial(
        module="eval.peers.generation",
        question="what do an item of Faker's, of Grammarinator's, of textgenrnn's and a page of ours cost, and are they HTML?",
        quick="-n 2 --max-tokens 64",
    ),
    "judging": Trial(
        module="eval.peers.judging",
        question="who finds what is wrong with a page: htmlgen, Nu, html-validate, htmlhint, tidy, turbohtml, justhtml, html5lib?",
        arguments="{cases} --vnu {vnu}",
        quick="{cases} --every 200",
    ),
    "tokenizers": Trial(
        module="eval.peers.tokenizers",
        question="how many bytes of HTML does a token spell, beside o200k and cl100k?",
        arguments="{valid}",
        quick="{valid} --jobs 1",
    ),
    "compression": Trial(
        module="eval.compression",
        question="what do general compressors need for a byte, each page alone, and primed with the training text?",
        arguments="{train} {valid}",
        quick="{train} {valid} --jobs 1 --primed 20000",
        modules=("zstandard", "pyppmd", "brotli"),
        install=f"{_PEERS}-compression.txt",
    ),
}
