"""Is a page parsed as the HTML Standard says? Our parser and html5lib against html5lib-tests, and on real pages.

    python -m eval.syntax [PAGES.parquet] [--suite FOLDER] [-o eval/results/syntax.json]

If no folder is given, the suite lies beside the repository, in ../shared/suites/html5lib-tests. It is older than the Standard's processing
instructions (June 2026), so cases with `<?` are counted apart.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import html5lib

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import html5lib_suite
from html5lib_suite import TreeCase, parse, tokenize, tokenizer_cases, tree_cases

from eval.bench.evaluator import read
from eval.telling import tell
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.parsing import parse_errors


def tokens() -> dict[str, int]:
    """Tokenizer cases: all, those of today with errors, and those whose tokens, and whose errors with their places, are ours."""
    counted: Counter[str] = Counter()
    for case in tokenizer_cases():
        found, errors = tokenize(case)
        kind = "instructions" if "<?" in case.page else "with_errors" if case.errors else "clean"
        counted[kind] += 1
        counted[f"{kind}_same_errors"] += errors == sorted(case.errors)
        counted["same_tokens"] += found == case.tokens
    return dict(counted)


def _of_note(codes: list[str]) -> bool:
    return any("doctype" not in code.lower() for code in codes)


def trees() -> dict[str, int]:
    """Tree construction cases: all, those whose tree is ours, and errors found and falsely found, those of the doctype aside."""
    counted: Counter[str] = Counter()
    for case in tree_cases():
        tree, errors = parse(case)
        counted["cases"] += 1
        counted["same_tree"] += tree == case.tree
        expected, ours, theirs = _of_note(case.errors), _of_note([error.code for error in errors]), _of_note(_html5libs(case))
        kind = "with_errors" if expected else "clean"
        counted[kind] += 1
        counted[f"{kind}_reported"] += ours
        counted[f"{kind}_reported_by_html5lib"] += theirs
    return dict(counted)


def _html5libs(case: TreeCase) -> list[str]:
    parser: Any = html5lib.HTMLParser()
    try:
        if case.context is None:
            parser.parse(case.page)
        else:
            parser.parseFragment(case.page, container=case.context.rpartition(" ")[2])
    except Exception:
        return ["failure"]
    return [code for _, code, _ in parser.errors]


def real(pages: list[str]) -> dict[str, Any]:
    """Real pages: how many have errors, by our parser and by html5lib, and which errors."""
    ours = [[finding.rule for finding in parse_document(page).errors] for page in pages]
    theirs = [[finding.rule for finding in parse_errors(page)] for page in pages]
    counts = Counter(rule for found in ours for rule in found)
    return {
        "pages": len(pages),
        "well_formed": sum(not found for found in ours),
        "html5lib_clean": sum(not found for found in theirs),
        "errors": counts.total(),
        "html5lib_errors": sum(map(len, theirs)),
        "most": dict(counts.most_common(10)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path, nargs="?")
    parser.add_argument("--suite", type=Path, default=html5lib_suite.SUITE, help="folder of html5lib-tests")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    html5lib_suite.SUITE = options.suite
    result: dict[str, Any] = {"tokenizer": tokens(), "tree_construction": trees()}
    if options.pages:
        result["real"] = real(read(options.pages, sys.maxsize))
    tell(result, options.output)


if __name__ == "__main__":
    main()
