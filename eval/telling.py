"""RESULT → JSON: what a script has measured, printed, and written where `-o` says."""

import json
from pathlib import Path
from typing import Any


def tell(result: Any, output: Path | None) -> None:
    """Prints a result. Args: output, a file to write it into, too."""
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if output:
        output.write_text(f"{text}\n", "utf-8")
