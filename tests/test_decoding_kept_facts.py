"""Does a guide that goes on with kept facts allow what one without them does, and is a broken or foreign file never trusted?"""

import os
import pickle
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from htmlgen.decoding import kept_facts
from htmlgen.decoding.constraints import Bounds
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.guides import guide_of
from htmlgen.decoding.kept_facts import KeptFacts
from htmlgen.decoding.walking import ByKind, own_vocabulary, steps
from htmlgen.relaxng import load_automaton
from htmlgen.runtime import bundle

RULES = load_automaton("snippet")
VOCABULARY = own_vocabulary(RULES)
LENGTH = 8


def walked(guide: GrammarGuide, seeds: range) -> list[tuple[int, bytes]]:
    """Every token of some walks, with the mask that it was drawn from."""
    odds = ByKind(guide.vocabulary)
    found = []
    for seed in seeds:
        for state, left, token in steps(guide, 60 + 10 * seed, np.random.default_rng(seed), odds):
            found.append((token, np.packbits(guide.allowed(state, left)).tobytes()))
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a guide kept of twenty walks."""
    path = tmp_path_factory.mktemp("facts") / "some.facts"
    facts = KeptFacts(path)
    walked(GrammarGuide(RULES, VOCABULARY, facts), range(20))
    facts.keep()
    return path


def test_kept_facts_change_nothing_that_a_guide_allows(file: Path) -> None:
    facts = KeptFacts(file)
    assert facts.size > 500 and all(facts.tables[name] for name in ("menus", "needs", "elements", "rows", "bases", "strict"))
    fresh, helped = GrammarGuide(RULES, VOCABULARY), GrammarGuide(RULES, VOCABULARY, facts)
    assert walked(helped, range(10, 30)) == walked(fresh, range(10, 30))


def test_kept_facts_need_not_be_worked_out_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = GrammarGuide(RULES, VOCABULARY, KeptFacts(file))
    for name in ("_made", "_needed"):
        monkeypatch.setattr(guide._tags, name, lambda *_: pytest.fail("was worked out again"))
    monkeypatch.setattr(guide._in_content, "_start_tag_costs", lambda _: pytest.fail("was worked out again"))
    assert walked(guide, range(20))


def test_facts_are_written_again_only_where_many_came_in(file: Path) -> None:
    before, facts = file.stat().st_mtime_ns, KeptFacts(file)
    facts.keep()
    facts.table("needs")["one more"] = (1, True)
    facts.keep()
    assert file.stat().st_mtime_ns == before
    facts.table("needs").update((number, (1, True)) for number in range(facts.size))
    facts.keep()
    assert len(KeptFacts(file).table("needs")) == len(facts.table("needs"))


def test_few_facts_and_too_many_bytes_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = KeptFacts(tmp_path / "few.facts")
    facts.table("needs").update((number, (1, True)) for number in range(100))
    facts.keep()
    facts.table("needs").update((number, (1, True)) for number in range(1000))
    monkeypatch.setattr(kept_facts, "_MOST_BYTES", 1000)
    facts.keep()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    facts = KeptFacts(tmp_path / "file" / "some.facts")
    facts.table("needs").update((number, (1, True)) for number in range(1000))
    facts.keep()
    assert (tmp_path / "file").read_text() == ""


def test_facts_of_modules_that_were_imported_anew_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = KeptFacts(tmp_path / "some.facts")
    facts.table("bounds").update((number, Bounds(number)) for number in range(1000))
    monkeypatch.setattr("htmlgen.decoding.constraints.Bounds", type("Bounds", (), {}))
    facts.keep()
    assert not list(tmp_path.iterdir())


class Bad:
    """Would make a folder when it is read."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("made by a pickle",)


def signed(*parts: bytes) -> bytes:
    lengths = np.array([len(parts), *map(len, parts)], np.int64).tobytes()
    content = lengths + b"".join(part + b"\0" * (-len(part) % LENGTH) for part in parts)
    return sha256(content).digest() + content


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1] + bytes((whole[-1] ^ 1,)),
        lambda whole: sha256(b"").digest(),
        lambda whole: signed(b"no pickle"),
        lambda whole: signed(pickle.dumps({"menus": Bad()})),
        lambda whole: signed(pickle.dumps(["no tables"])),
    ],
    ids=["empty", "half", "a bit", "nothing", "no pickle", "a call", "a list"],
)
def test_whatever_is_wrong_with_a_file_it_gives_no_facts(
    file: Path, tmp_path: Path, damage: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = tmp_path / "broken.facts"
    broken.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]
    assert KeptFacts(broken).size == 0
    assert not (tmp_path / "made by a pickle").exists()


def test_a_guide_keeps_its_facts_when_it_is_no_longer_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("htmlgen.relaxng.cache.user_cache", lambda: tmp_path)
    monkeypatch.setattr(kept_facts, "user_cache", lambda: tmp_path)
    vocabulary = bundle.load().tokenizer.vocabulary
    guide = guide_of("snippet", vocabulary)
    assert isinstance(guide, GrammarGuide)
    before = walked(guide, range(3))
    del guide
    (kept,) = tmp_path.glob("*.facts")
    assert KeptFacts(kept).size > 200
    again = guide_of("snippet", vocabulary)
    assert isinstance(again, GrammarGuide)
    assert walked(again, range(3)) == before
