"""Is what comes out of the cache, or out of another process, what judging gives?"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import astuple, replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.errors import GrammarError, InputError
from htmlgen.evaluation.running import guarded
from htmlgen.evaluation.running.caching import Cache, key_of
from htmlgen.evaluation.running.inputs import NamedPage, Read, UnreadablePage
from htmlgen.evaluation.running.judging import Judged, judge_pages
from htmlgen.evaluation.running.manner import Manner
from htmlgen.evaluation.running.packing import pack, unpack
from htmlgen.evaluation.score import evaluate
from htmlgen.files import listed

PAGES = [f"<!doctype html><title>a</title><acronym>{number}</div>" for number in range(40)]


def named(texts: list[str]) -> Iterator[Read]:
    return (NamedPage(f"{number}.html", text, len(text), f"{number}.html") for number, text in enumerate(texts))


@pytest.fixture
def judged_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are really judged, in this process."""
    texts: list[str] = []

    def spied(page: str, **options: object) -> object:
        texts.append(page)
        return evaluate(page, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(guarded, "evaluate", spied)
    return texts


def results(texts: list[str], cache: Cache | None, manner: Manner | None = None) -> list[Judged]:
    found = list(judge_pages(named(texts), manner or Manner(), cache=cache))
    assert all(isinstance(page, Judged) for page in found)
    return [page for page in found if isinstance(page, Judged)]


@given(st.text("<>/abpi &;\"'=\n-!\ud800é", max_size=60))
def test_packed_evaluations_unpack_as_they_were(page: str) -> None:
    found = evaluate(page, name="a")
    assert unpack(pack(found), page=page, name="a") == found
    kept = replace(found, kept=found.findings[:1])
    assert unpack(pack(kept), page=page, name="a") == kept


@pytest.mark.parametrize("packed", [b"", b"[]", b"{}", b"[1]", b"null", pack(evaluate("<p>"))[:-2]])
def test_other_bytes_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(packed, page="", name="")


def test_what_was_judged_is_not_judged_again(tmp_path: Path, judged_once: list[str]) -> None:
    with Cache(tmp_path / "cache") as cache:
        first = results(PAGES, cache)
    with Cache(tmp_path / "cache") as cache:
        assert results(PAGES, cache) == first == results(PAGES, None)
    assert len(judged_once) == 2 * len(PAGES)  # once for the cache, once without


def test_names_and_sizes_are_of_the_page_at_hand(tmp_path: Path, judged_once: list[str]) -> None:
    with Cache(tmp_path / "cache") as cache:
        texts = [PAGES[0]] * 3
        found = [page.evaluation for page in results(texts, cache)]
    assert len(judged_once) == 1
    assert [page.name for page in found] == ["0.html", "1.html", "2.html"]
    assert {page.page for page in found} == {PAGES[0]}


@pytest.mark.parametrize("manner", [Manner(fragment=True), Manner(grammar="page"), Manner(max_bytes=10)])
def test_another_manner_is_another_entry(tmp_path: Path, manner: Manner) -> None:
    with Cache(tmp_path / "cache") as cache:
        results(PAGES, cache)
        assert results(PAGES, cache, manner) == results(PAGES, None, manner) != results(PAGES, None)


def test_keys_differ_by_text_and_manner_alone() -> None:
    assert len({key_of(text, how) for text in ("a", "b", "\ud800", "") for how in ("x", "y")}) == 8
    assert key_of("a", "x") == key_of("a", "x")


def test_a_grammar_of_ones_own_is_another_one_when_its_files_change(tmp_path: Path) -> None:
    (tmp_path / "part.rnc").write_text("a = element b { text }")
    manner = Manner(grammar=tmp_path / "own.rnc", fragment=False)
    manner.grammar.write_text('include "part.rnc"\nstart = element html { element head { empty }, element body { a } }')  # type: ignore[union-attr]
    with Cache(tmp_path / "cache") as cache:
        assert [page.evaluation.validity for page in results(["<b>a</b>"], cache, manner) * 2] == [1, 1]
        (tmp_path / "part.rnc").write_text("a = element i { text }")
        assert results(["<b>a</b>"], cache, manner)[0].evaluation.validity < 1
        (tmp_path / "part.rnc").unlink()
        with pytest.raises(GrammarError):
            results(["<b>a</b>"], cache, manner)


def test_a_change_of_any_code_that_judges_is_another_key(tmp_path: Path) -> None:
    """Every module that judging a page imports, of htmlgen and of html5lib, is among the files that the key is of."""
    program = (
        "import sys; from htmlgen.evaluation.score import evaluate, with_html5lib\n"
        "with_html5lib(evaluate('<!doctype html><p lang=en><a href=b>'))\n"
        "print(*(module.__file__ for name, module in sys.modules.items() if name.split('.')[0] in ('htmlgen', 'html5lib')), sep='\\n')"
    )
    judging = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    folders = [str(Path(found).parent) for name in ("htmlgen", "html5lib") if (found := find_spec(name).origin)]  # type: ignore[union-attr]
    known = {f"{folder}/{line.split(' ')[0]}" for folder in folders for line in listed(folder)}
    assert len(judging) > 70 and set(judging) <= known


def test_what_is_known_is_told_without_what_judges(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from htmlgen.evaluation.running.judging import judge_pages\n"
        "from htmlgen.evaluation.running.caching import Cache; from htmlgen.evaluation.running.inputs import read_pages\n"
        "from htmlgen.evaluation.running.manner import Manner\n"
        "with Cache(Path('cache')) as cache: print(len([*judge_pages(read_pages(['a.html']), Manner(), cache=cache)]))\n"
        "print(*sys.modules)"
    )
    (tmp_path / "a.html").write_text(PAGES[0])
    run = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path) for _ in range(2)]
    first, again = ({*done.stdout.split()} for done in run)
    assert {"htmlgen.evaluation.conformance.checking", "htmlgen.relaxng.automaton"} <= first - again


def damage(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"no database"),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:5000]),
        lambda file: file.write_bytes(file.read_bytes()[:4096] + os.urandom(8192)),
        lambda file: sqlite3.connect(file).executescript("DROP TABLE entries; CREATE TABLE entries (a)"),
        lambda file: sqlite3.connect(file).executescript("UPDATE entries SET value = x'00'"),
        lambda file: sqlite3.connect(file).executescript("UPDATE entries SET value = 'text'"),
    ],
)
def test_a_broken_cache_is_no_cache(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    file = tmp_path / "cache"
    for _ in range(2):
        with Cache(file) as cache:
            assert results(PAGES, cache) == results(PAGES, None)
        spoil(file)
    with Cache(file) as cache:
        assert results(PAGES, cache) == results(PAGES, None)


def test_an_entry_with_a_flipped_bit_is_judged_anew(tmp_path: Path) -> None:
    file = tmp_path / "cache"
    with Cache(file) as cache:
        results(PAGES, cache)
    connection = sqlite3.connect(file)
    for key, value in connection.execute("SELECT key, value FROM entries").fetchall():
        connection.execute("UPDATE entries SET value = ? WHERE key = ?", (damage(value, len(value) // 2), key))
    connection.commit()
    connection.close()
    with Cache(file) as cache:
        assert results(PAGES, cache) == results(PAGES, None)


def test_a_cache_that_cannot_be_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path, tmp_path / "file" / "cache"):
        with Cache(place) as cache:
            assert results(PAGES[:2], cache) == results(PAGES[:2], None)


def test_a_cache_keeps_its_size_and_the_newest(tmp_path: Path) -> None:
    with Cache(tmp_path / "cache", limit=500_000) as cache:
        for number in range(3000):
            cache.put(b"%d" % number, os.urandom(1000))
    with Cache(tmp_path / "cache") as cache:
        assert cache.get(b"2999")
        assert cache.get(b"0") is None
    assert (tmp_path / "cache").stat().st_size < 1_000_000


@pytest.mark.parametrize("step", [1, -1, 7, 101])
def test_entries_come_back_in_whatever_order_they_are_asked_for(tmp_path: Path, step: int) -> None:
    """In the order in which they were put, in which others are read along; and in other orders, with some that are not there."""
    entries = {b"%d" % number: os.urandom(number % 90) for number in range(600)}
    with Cache(tmp_path / "cache") as cache:
        for key, value in entries.items():
            cache.put(key, value)
    with Cache(tmp_path / "cache") as cache:
        for number in range(0, 700 * step, step):
            key = b"%d" % (number % 700)
            assert cache.get(key) == entries.get(key)
            if number % 50 == 0:
                cache.put(key, b"new")
                entries[key] = b"new"


def test_runs_side_by_side_share_a_cache(tmp_path: Path) -> None:
    """Four processes write a thousand entries each, half of them the same ones."""
    program = (
        "import sys; from pathlib import Path; from htmlgen.evaluation.running.caching import Cache\n"
        "with Cache(Path(sys.argv[1])) as cache:\n"
        "    for number in range(1000): cache.put(b'%d' % (number + 500 * int(sys.argv[2])), b'%d' % number * 200)"
    )
    run = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "cache"), str(number)]) for number in range(4)]
    assert [process.wait() for process in run] == [0] * 4
    with Cache(tmp_path / "cache") as cache:
        values = [cache.get(b"%d" % number) for number in range(2500)]
    assert all(value is None or value.startswith(b"0" if number == 0 else value[:1]) for number, value in enumerate(values))
    assert sum(value is not None for value in values) >= 1000  # who waits too long for the others does without


# Processes


def test_two_processes_judge_as_one_does(tmp_path: Path) -> None:
    texts = PAGES * 2
    pages: list[Read] = [*named(texts)]
    pages.insert(5, UnreadablePage("x", InputError("x")))
    with Cache(tmp_path / "cache") as cache:
        found = list(judge_pages(iter(pages), Manner(), jobs=2, cache=cache))
        again = list(judge_pages(iter(pages), Manner(), jobs=2, cache=cache))
    assert found == again == list(judge_pages(iter(pages), Manner()))


def test_what_takes_too_long_or_fails_is_told_and_loses_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def slow(page: str, **options: object) -> object:
        while "slow" in page:
            pass
        if "bad" in page:
            raise ZeroDivisionError(page)
        return evaluate(page, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(guarded, "evaluate", slow)
    texts = ["<p>a", "slow", "bad", "<p>b"]
    with Cache(tmp_path / "cache") as cache:
        found = results(texts, cache, Manner(max_seconds=0.2))
        assert [cache.get(key_of(text, repr(astuple(Manner(max_seconds=0.2))))) is None for text in texts] == [False, True, True, False]
    assert [[finding.rule for finding in page.evaluation.findings] for page in found] == [
        [],
        ["input/too-slow"],
        ["input/judging-failure"],
        [],
    ]
    assert [page.evaluation.bytes for page in found] == [4, 4, 3, 4]
    assert all(page.evaluation.score < 1 for page in found[1:3])


def killing(page: str) -> None:
    """Ends its process at some pages, as the system ends one that asks for too much memory."""
    if "poison" in page:
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_page_that_its_process_dies_of_is_told_and_the_others_are_judged() -> None:
    texts = ["<p>a</p>"] * 20 + ["<p>poison</p>"] + ["<p>b</i></p>"] * 20
    judged = judge_pages(named(texts), Manner(grammar=None), structure=killing, jobs=2)
    found = [page.evaluation for page in judged if isinstance(page, Judged)]
    assert [evaluation.page for evaluation in found] == texts
    assert [finding.rule for finding in found[20].findings] == ["input/judging-failure"]
    assert "ended from outside" in found[20].findings[0].message
    assert [len(evaluation.findings) for evaluation in found] == [0] * 20 + [1] * 21
