"""Cold start: `htmlgen generate --n 10` as a whole process against the bare import of its libraries, in one run.

    python -m eval.bench.start [--repeats 7] [-o eval/results/start.json]
"""

import argparse
import json
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
    "generate_10": [*HTMLGEN, "generate", "--n", "10", "--seed", "1"],
    "generate_10_long": [*HTMLGEN, "generate", "--n", "10", "--seed", "1", "--max-tokens", "512"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(options.repeats + 1):  # the commands take turns, so that noise meets them all; the first turn is not counted
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if turn:
                times[name].append(time.perf_counter() - start)
    result = {f"{name}_seconds": round(median(values), 3) for name, values in times.items()}
    for name in ("generate_10", "generate_10_long"):
        result[f"{name}_over_imports"] = round(median(times[name]) / median(times["imports"]), 2)
    print(json.dumps(result, indent=1))
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
