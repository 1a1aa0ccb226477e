"""How many bytes of HTML does a token spell: the default bundle's vocabulary beside those of large language models.

    python -m eval.peers.tokenizers PAGES.parquet [--jobs 2] [-o eval/results/tokenizers.json]

Pages are clean and canonical, as the generator is trained on them; o200k and cl100k come from the npm package gpt-tokenizer
(`npm install --prefix eval/peers`).
"""

import argparse
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from eval.telling import tell
from htmlgen.corpus.preparation import prepare
from htmlgen.markup.writer import write
from htmlgen.runtime import bundle

HERE: Final = Path(__file__).parent
ENCODINGS: Final = ("o200k_base", "cl100k_base")
#: Reads a JSON array of texts, writes the tokens of all and the size of the vocabulary.
COUNTING: Final = """
const { encode, vocabularySize } = require(`gpt-tokenizer/cjs/encoding/${process.argv[1]}`);
const texts = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const tokens = texts.reduce((sum, text) => sum + encode(text, { disallowedSpecial: new Set() }).length, 0);
console.log(JSON.stringify({ tokens, vocabulary: vocabularySize ?? null }));
"""


def theirs(encoding: str, texts: Sequence[str]) -> dict[str, Any]:
    """Tokens of all texts under an encoding of gpt-tokenizer; or why it cannot be said."""
    if shutil.which("node") is None or not (HERE / "node_modules" / "gpt-tokenizer").exists():
        return {"left_out": "gpt-tokenizer is not installed; npm install --prefix eval/peers"}
    done = subprocess.run(["node", "-e", COUNTING, encoding], input=json.dumps(texts).encode(), capture_output=True, check=True, cwd=HERE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    pages = [page.events for page in prepare([options.pages], jobs=options.jobs) if page.events]
    texts, tokenizer = [write(events) for events in pages], bundle.load(None).tokenizer
    size = sum(len(text.encode()) for text in texts)
    tokens = sum(len(tokenizer.encode(page)) for page in pages)
    rows: dict[str, dict[str, Any]] = {"htmlgen, default bundle": {"tokens": tokens, "vocabulary": len(tokenizer.vocabulary)}}
    rows |= {encoding: theirs(encoding, texts) for encoding in ENCODINGS}
    for row in rows.values():
        if "tokens" in row:
            row["bytes_per_token"] = round(size / row["tokens"], 3)
    result = {"pages": len(pages), "bytes": size, "tokenizers": rows}
    tell(result, options.output)


if __name__ == "__main__":
    main()
