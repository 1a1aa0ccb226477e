"""Generated pages, judged: many pages at several budgets; every error that html5lib reports, by name, and with `--vnu` what the
Nu Html Checker says.

    python -m eval.generation [--bundle FOLDER] [-n 1000] [--budgets 64 256 1024] [--vnu JAR] [-o eval/results/generation.json]
"""

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import Any

from eval.telling import tell
from eval.walks import nu_errors
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.pages import Generator, evaluate


def measure(generator: Generator, count: int, budget: int, vnu: Path | None = None) -> dict[str, Any]:
    """One budget's figures."""
    started = time.perf_counter()
    pages = list(generator.pages(count, seed=0, max_tokens=budget))
    elapsed = time.perf_counter() - started
    findings: Counter[str] = Counter()
    for page in pages:
        findings.update(finding.rule for finding in evaluate(page).findings)
    nu = list(nu_errors(vnu, [page.html for page in pages], document=True)) if vnu else []
    judged = {"nu_pages_with_errors": len({number for number, _ in nu}), "nu": dict(Counter(message for _, message in nu))} if vnu else {}
    return {
        "pages": count,
        "within_budget": sum(page.tokens <= budget for page in pages),
        "distinct": len({page.html for page in pages}),
        "canonical": sum(write(read(page.html).events, one_line=True) == page.html for page in pages),
        "findings": dict(findings),
        **judged,
        "mean_tokens": round(sum(page.tokens for page in pages) / count, 1),
        "mean_bytes": round(sum(len(page.html.encode()) for page in pages) / count, 1),
        "pages_per_second": round(count / elapsed, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle")
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("--budgets", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--vnu", type=Path, help="the checker's vnu.jar")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    generator = Generator.load(options.bundle)
    result = {str(budget): measure(generator, options.n, budget, options.vnu) for budget in options.budgets}
    tell(result, options.output)


if __name__ == "__main__":
    main()
