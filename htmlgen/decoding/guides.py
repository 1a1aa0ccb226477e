"""Which guide a grammar's name stands for."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

from htmlgen.decoding.guide import Guide
from htmlgen.errors import GrammarError
from htmlgen.tokens.vocabulary import Vocabulary

if TYPE_CHECKING:
    from htmlgen.decoding.grammar_guide import GrammarGuide
    from htmlgen.relaxng import Automaton

TAGS: Final = "tags"  #: the guard, which asks for no more than that html5lib parses the page without an error
_FRAGMENTS: Final = "snippet"


def guide_of(grammar: str | PathLike[str], vocabulary: Vocabulary) -> Guide[Any]:
    """The rules of a grammar for a vocabulary.

    Args: grammar, the name of one that ships with the package (page, snippet, article, email …), or a `.rnc` file; `tags` is no grammar:
    it asks for no more than that html5lib parses the page without an error.
    Raises: GrammarError, if there is none of that name, or its file cannot be read.
    """
    if str(grammar) == TAGS:
        from htmlgen.decoding.guard import Guard

        return Guard(vocabulary)
    from htmlgen.relaxng import load_automaton

    return _of_automaton(load_automaton(grammar if isinstance(grammar, str) else Path(grammar)), vocabulary)


def _of_automaton(automaton: "Automaton", vocabulary: Vocabulary) -> "GrammarGuide":
    """The guide of an automaton; what it works out is kept if the automaton is."""
    from htmlgen.decoding.grammar_guide import GrammarGuide
    from htmlgen.decoding.kept_facts import KeptFacts

    if not automaton.digest:
        return GrammarGuide(automaton, vocabulary)
    facts = KeptFacts.of(automaton, vocabulary)
    guide = GrammarGuide(automaton, vocabulary, facts)
    finalize(guide, facts.keep)  # when it is no longer used, or the program ends
    return guide


def guide_within(text: str, base: str, vocabulary: Vocabulary) -> Guide[Any]:
    """The rules of a grammar that comes from elsewhere, and may include grammars that ship with the package, but no other file.

    Args: text, of the grammar; base, the name of one whose elements, attributes and values it has to keep to.
    Raises: GrammarError, where it does not; VocabularyError.
    """
    from htmlgen.relaxng import load_automaton
    from htmlgen.relaxng.containment import beyond

    if "{" not in text:
        raise GrammarError("no grammar: it has no braces")
    automaton = load_automaton(text)
    if wider := beyond(automaton, load_automaton(base)):
        raise GrammarError(f"it is wider than {base}: {wider}")
    return _of_automaton(automaton, vocabulary)


def narrowed(guide: Guide[Any], narrow: "Callable[[Automaton], Automaton]") -> Guide[Any]:
    """The guide of a grammar made from that of another; of the guard's, from that of fragments. Raises: whatever `narrow` raises."""
    from htmlgen.decoding.grammar_guide import GrammarGuide
    from htmlgen.relaxng import load_automaton

    base = guide.automaton if isinstance(guide, GrammarGuide) else load_automaton(_FRAGMENTS)
    return _of_automaton(narrow(base), guide.vocabulary)


def heights_of(guide: Guide[Any]) -> dict[str, int]:
    """The fewest elements that are open at a time in each element, by name, itself included; '' is the whole page. None of the guard's."""
    from htmlgen.decoding.grammar_guide import GrammarGuide

    return guide.heights() if isinstance(guide, GrammarGuide) else {}
