"""Is an automaton the same from the cache, made anew whenever anything differs, and never trusted when broken?"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from htmlgen.errors import GrammarSyntaxError
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng import cache as caching

GRAMMAR = """
include "part.rnc"
start = element a { [ h:cat = "x y" ] attribute k { "v" | list { "w"+ } }?, (attribute m { text } | attribute n { text })?, b* }
"""
PART = 'b = element b|c { xsd:string { pattern = "[a-z]*" } } | element * - (a | b | c) { text }'


@pytest.fixture
def grammar(tmp_path: Path) -> Path:
    (tmp_path / "part.rnc").write_text(PART)
    (tmp_path / "main.rnc").write_text('namespace h = "urn:htmlgen:grammar"' + GRAMMAR)
    return tmp_path / "main.rnc"


def same(one: Automaton, two: Automaton) -> bool:
    np.testing.assert_array_equal(one.next, two.next)
    np.testing.assert_array_equal(one.nullable, two.nullable)
    assert [dfa.key for dfa in one.datatypes] == [dfa.key for dfa in two.datatypes]
    return all(
        getattr(one, name) == getattr(two, name) for name in ("name", "start", "elements", "data", "attributes", "words", "warnings")
    )


def test_an_automaton_comes_back_from_the_cache_as_it_was(grammar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_automaton(grammar, cache=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 1
    monkeypatch.setattr(caching, "_compiled", lambda source, limits: pytest.fail("was made anew"))
    assert same(fresh, load_automaton(grammar, cache=tmp_path / "cache"))


def test_a_changed_include_is_seen(grammar: Path, tmp_path: Path) -> None:
    before = load_automaton(grammar, cache=tmp_path / "cache")
    (tmp_path / "part.rnc").write_text("b = element d { text }")
    assert before.names == ("a", "b", "c") and load_automaton(grammar, cache=tmp_path / "cache").names == ("a", "d")
    (tmp_path / "part.rnc").write_text("b = element {")
    with pytest.raises(GrammarSyntaxError):
        load_automaton(grammar, cache=tmp_path / "cache")


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_a_broken_file_is_made_anew(grammar: Path, tmp_path: Path, damage: bytes) -> None:
    fresh = load_automaton(grammar, cache=tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage or whole[: len(whole) // 2])
    assert same(fresh, load_automaton(grammar, cache=tmp_path / "cache"))
    assert same(fresh, load_automaton(grammar, cache=tmp_path / "cache")) and len(file.read_bytes()) == len(whole)


def test_one_flipped_byte_is_never_believed(grammar: Path, tmp_path: Path) -> None:
    fresh = load_automaton(grammar, cache=tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 60)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        assert same(fresh, load_automaton(grammar, cache=tmp_path / "cache")), position


def test_a_cache_that_cannot_be_written_is_done_without(grammar: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_automaton(grammar, cache=tmp_path / "file" / "cache").names == ("a", "b", "c")


def test_no_cache_writes_nothing(grammar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    load_automaton(grammar, cache=False)
    assert not (tmp_path / "home").exists()


def test_the_users_cache_is_the_platforms(grammar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    load_automaton(grammar)
    assert [file.suffix for file in (tmp_path / "home" / "htmlgen" / "grammars").iterdir()] == [".automaton"]


def test_what_compiles_grammars_is_not_imported_where_the_cache_has_the_automaton(grammar: Path, tmp_path: Path) -> None:
    load_automaton(grammar, cache=tmp_path / "cache")
    program = (
        "import sys; from pathlib import Path; from htmlgen.relaxng import load_automaton; "
        f"load_automaton(Path({str(grammar)!r}), cache=Path({str(tmp_path / 'cache')!r})); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "htmlgen.relaxng.cache" in loaded
    assert {f"htmlgen.relaxng.{name}" for name in ("lexer", "parser", "grammar", "expansion", "closure")}.isdisjoint(loaded)


def test_a_folder_keeps_the_newest_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_FILES", 3)
    for number in range(5):
        load_automaton(f"start = element e{number} {{ empty }}", cache=tmp_path / "cache")
        (file,) = [each for each in (tmp_path / "cache").iterdir() if each.stat().st_mtime > number + 1]
        os.utime(file, (number + 1, number + 1))
    assert sorted(each.stat().st_mtime for each in (tmp_path / "cache").iterdir()) == [3, 4, 5]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_what_is_cached_is_its_users_alone(grammar: Path, tmp_path: Path) -> None:
    load_automaton(grammar, cache=tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
