"""Cold start: `htmlgen generate --n 10` and `htmlgen eval` of a small page, whole processes, against the bare import of libraries. One run.

    python -m eval.bench.start [--repeats 7] [-o eval/results/start.json]
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

# As the installed command does it: a module run with -m is compiled anew each time.
HTMLGEN = [sys.executable, "-c", "from htmlgen.cli import main; main()"]
COMMANDS = {
    "pass": [sys.executable, "-c", "pass"],
    "imports": [sys.executable, "-c", "import numpy, onnxruntime, sentencepiece"],
    "help": [*HTMLGEN, "--help"],
    "html5lib": [sys.executable, "-c", "import html5lib"],
    "eval": [*HTMLGEN, "eval", "corpora/samples/about-seed-cooperative.html"],
    "eval_uncached": [*HTMLGEN, "eval", "--no-cache", "corpora/samples/about-seed-cooperative.html"],
    "generate_10": [*HTMLGEN, "generate", "--n", "10", "--seed", "1"],
    "generate_10_long": [*HTMLGEN, "generate", "--n", "10", "--seed", "1", "--max-tokens", "512"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as where it is installed
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(options.repeats + 1):  # the commands take turns, so that noise meets them all; the first turn is not counted
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=environment)
            if turn:
                times[name].append(time.perf_counter() - start)
    result = {f"{name}_seconds": round(median(values), 3) for name, values in times.items()}
    for name in ("generate_10", "generate_10_long"):
        result[f"{name}_over_imports"] = round(median(times[name]) / median(times["imports"]), 2)
    for name in ("eval", "eval_uncached"):
        result[f"{name}_over_html5lib"] = round(median(times[name]) / median(times["html5lib"]), 2)
    print(json.dumps(result, indent=1))
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
