"""The ladder: each room imports only from rooms before it, and heavy libraries load in one room, when asked for."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "htmlgen"
LADDER = """errors bounded files config markup relaxng tokens decoding runtime corpus models evaluation
    dressing mutating control shapes grammar filling pages jobs page_files autoencoding judged testing integrations strategies server
    cli_console cli_compare cli_complete cli_config cli_control cli_corpus cli_progress cli_eval cli_fill cli_grammar cli_mutate
    cli_ancestors cli_site cli_training cli_writing cli_autoencoding cli __main__""".split()
#: The same within `evaluation`, for what lies in folders.
FOLDERS = "syntax values conformance likeness running screening pairs reports".split()
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
#: Library: the rooms that may import it.
HOMES = {"keras": {"models"}, "jax": {"models"}, "sentencepiece": {"tokens"}, "onnxruntime": {"runtime"}}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_before_it(path: Path) -> None:
    before = LADDER[: LADDER.index(room(path)) + 1]
    rooms = [name.split(".")[1] for name in imported(path) if name.startswith("htmlgen.")]
    assert [name for name in rooms if name not in before] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_the_evaluator_imports_only_from_folders_before_it(folder: str) -> None:
    before = FOLDERS[: FOLDERS.index(folder) + 1]
    paths = (PACKAGE / "evaluation" / folder).glob("*.py")
    names = (name.split(".") for path in paths for name in imported(path) if name.startswith("htmlgen.evaluation."))
    assert {name[2] for name in names} & set(FOLDERS) <= set(before)


def test_every_folder_of_the_evaluator_has_its_place() -> None:
    assert {path.parent.name for path in MODULES if path.parent.parent.name == "evaluation"} == set(FOLDERS)


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_has_one_room(library: str) -> None:
    found = {room(path) for path in MODULES for name in imported(path) if name.split(".")[0] == library}
    assert found <= HOMES[library]


@pytest.mark.parametrize("module", ["htmlgen", *(["htmlgen.cli"] if (PACKAGE / "cli.py").exists() else [])])
def test_importing_loads_no_heavy_library(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PACKAGE.parent).stdout.split()
    assert module in loaded
    assert [name for name in ("keras", "jax", "onnxruntime", "html5lib", "sentencepiece") if name in loaded] == []
