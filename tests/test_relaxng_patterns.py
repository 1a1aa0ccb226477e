"""Do the algebras of content and of attributes mean what RELAX NG means? Opponents: matchers that try every way."""

from collections.abc import Iterable
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htmlgen.relaxng import compile_grammar, formulas, load_grammar
from htmlgen.relaxng.attributes import AttributeClass, AttributeState, bits
from htmlgen.relaxng.derivative import Derivatives
from htmlgen.relaxng.dfa_building import disjoint
from htmlgen.relaxng.formulas import Formula
from htmlgen.relaxng.pattern import EMPTY, NOT_ALLOWED, TEXT, Patterns

# Content ------------------------------------------------------------------------------------------------------------------------

Tree = tuple[str, tuple["Tree", ...]] | int   # a symbol, or an operator and its parts

TREES: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from([2, 4, 6]) | st.sampled_from([("empty", ()), ("notAllowed", ())]),
    lambda inner: st.tuples(st.sampled_from(["choice", "group", "interleave"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
    | st.tuples(st.just("oneOrMore"), inner.map(lambda each: (each,))),
    max_leaves=6,
)


def build(patterns: Patterns, tree: Tree) -> int:
    if isinstance(tree, int):
        return patterns.symbol(tree)
    kind, parts = tree
    if not parts:
        return EMPTY if kind == "empty" else NOT_ALLOWED
    return patterns.rebuilt(kind, [build(patterns, part) for part in parts])


def words(tree: Tree, most: int) -> set[tuple[int, ...]]:
    """All words of a tree up to a length, by definition."""
    if isinstance(tree, int):
        return {(tree,)}
    kind, parts = tree
    below = [words(part, most) for part in parts]
    if kind == "choice":
        return set().union(*below)
    if kind in ("group", "interleave"):
        join = _sequences if kind == "group" else _shuffles
        found: set[tuple[int, ...]] = {()}
        for part in below:
            found = {word for one in found for two in part for word in join(one, two) if len(word) <= most}
        return found
    if kind == "oneOrMore":
        found = set(below[0])
        while (more := found | {one + two for one in found for two in below[0] if len(one + two) <= most}) != found:
            found = more
        return found
    return {()} if kind == "empty" else set()


def _sequences(one: tuple[int, ...], two: tuple[int, ...]) -> set[tuple[int, ...]]:
    return {one + two}


def _shuffles(one: tuple[int, ...], two: tuple[int, ...]) -> set[tuple[int, ...]]:
    if not one or not two:
        return {one + two}
    return {(one[0], *rest) for rest in _shuffles(one[1:], two)} | {(two[0], *rest) for rest in _shuffles(one, two[1:])}


@settings(deadline=None)
@given(TREES)
def test_derivatives_accept_the_words_of_a_pattern_and_no_others(tree: Tree) -> None:
    patterns = Patterns()
    derivatives = Derivatives(patterns)
    pattern, expected = build(patterns, tree), words(tree, 4)
    for length in range(5):
        for word in product((2, 4, 6), repeat=length):
            state = pattern
            for symbol in word:
                state = derivatives.derivative(state, symbol)
            assert patterns.nullable[state] == (word in expected)


@settings(deadline=None)
@given(st.lists(TREES, min_size=2, max_size=4), st.randoms())
def test_choice_and_interleave_do_not_depend_on_order_or_brackets(trees: list[Tree], random: object) -> None:
    patterns = Patterns()
    parts = [build(patterns, tree) for tree in trees]
    for operator in (patterns.choice, patterns.interleave):
        assert operator(parts) == operator(reversed(parts)) == operator([operator(parts[:2]), *parts[2:]])
    assert patterns.group(parts) == patterns.group([patterns.group(parts[:2]), *parts[2:]])


def test_the_laws_of_the_constants() -> None:
    patterns = Patterns()
    a = patterns.symbol(2)
    assert patterns.choice([a, a, NOT_ALLOWED]) == a == patterns.group([EMPTY, a, EMPTY]) == patterns.interleave([a, EMPTY])
    assert patterns.group([a, NOT_ALLOWED]) == patterns.interleave([NOT_ALLOWED, a]) == patterns.choice([]) == NOT_ALLOWED
    assert patterns.one_or_more(patterns.one_or_more(a)) == patterns.one_or_more(a)
    assert patterns.one_or_more(TEXT) == TEXT and patterns.optional(TEXT) == TEXT
    assert patterns.interleave([TEXT, a, TEXT]) == patterns.interleave([a, TEXT])


# Attributes ---------------------------------------------------------------------------------------------------------------------

NAMES = "abcd"
WORK = formulas.Work(alternatives=10)

Sets = frozenset[frozenset[str]]


def attribute_patterns(names: str, depth: int = 3) -> st.SearchStrategy[tuple[str, Sets]]:
    """Attribute patterns in which no name stands twice in a group, each with the sets of names that it allows, by definition."""
    one = st.sampled_from(names).map(lambda name: (f"attribute {name} {{ text }}", frozenset([frozenset(name)])))
    empty = st.just(("empty", frozenset([frozenset[str]()])))
    if depth == 0:
        return one | empty
    inner, half = attribute_patterns(names, depth - 1), max(1, len(names) // 2)
    kinds: list[st.SearchStrategy[tuple[str, Sets]]] = [one, st.tuples(inner, inner).map(_either)]
    kinds.append(inner.map(lambda part: (f"({part[0]})?", part[1] | {frozenset()})))
    if len(names) > 1:
        parts = attribute_patterns(names[:half], depth - 1), attribute_patterns(names[half:], depth - 1)
        kinds.append(st.tuples(*parts).map(_both))
    return st.one_of(kinds)


def _either(two: tuple[tuple[str, Sets], tuple[str, Sets]]) -> tuple[str, Sets]:
    return f"({two[0][0]} | {two[1][0]})", two[0][1] | two[1][1]


def _both(two: tuple[tuple[str, Sets], tuple[str, Sets]]) -> tuple[str, Sets]:
    return f"({two[0][0]}, {two[1][0]})", frozenset(one | other for one in two[0][1] for other in two[1][1])


def attributes_of(text: str) -> AttributeClass:
    automaton = compile_grammar(load_grammar(f"start = element e {{ {text} }}"))
    (form,) = automaton.elements[0].forms
    return automaton.attributes[form.attributes]


def allowed(kind: AttributeClass, names: Iterable[str]) -> bool:
    state: AttributeState | None = kind.start()
    for name in names:
        if state is not None:
            state = kind.step(state, name, kind.hits(name, "v", lambda datatype, value: True))
    return state is not None and kind.complete(state)


@settings(deadline=None)
@given(attribute_patterns(NAMES))
def test_attributes_are_allowed_together_as_the_pattern_says_in_any_order(pattern: tuple[str, Sets]) -> None:
    text, expected = pattern
    kind = attributes_of(text)
    for count in range(len(NAMES) + 1):
        for chosen in combinations(NAMES, count):
            assert {allowed(kind, order) for order in permutations(chosen)} == {frozenset(chosen) in expected}, chosen


@settings(deadline=None)
@given(attribute_patterns(NAMES))
def test_whatever_is_open_can_be_completed(pattern: tuple[str, Sets]) -> None:
    kind = attributes_of(pattern[0])
    ahead, seen = [kind.start()], set()
    while ahead:
        state = ahead.pop()
        opened = [kind.step(state, kind.uses[i].names.name, 1 << i) for i in bits(kind.open(state))]
        assert None not in opened and (opened or kind.complete(state))
        new = [each for each in opened if each is not None and each not in seen]
        seen.update(new)
        ahead.extend(new)


@settings(deadline=None)
@given(attribute_patterns(NAMES), attribute_patterns(NAMES))
def test_classes_that_are_told_apart_share_no_set_of_attributes(one: tuple[str, Sets], two: tuple[str, Sets]) -> None:
    kinds = [attributes_of(text) for text, _ in (one, two)]
    every = [frozenset.intersection(*sets) if sets else frozenset() for _, sets in (one, two)]
    never = [frozenset(NAMES) - frozenset().union(*sets) for _, sets in (one, two)]
    assert [kind.borne for kind in kinds] == every
    assert kinds[0].apart(kinds[1], lambda first, second: False) == bool(every[0] & never[1] or every[1] & never[0])


@pytest.mark.parametrize(("other", "apart"), [('"r"', True), ('"q" | "r"', False), ('"r"?', True), ("text", False)])
def test_values_tell_start_tags_apart(other: str, apart: bool) -> None:
    values, optional = other.removesuffix("?"), "?" if other.endswith("?") else ""
    text = f'start = element e {{ attribute t {{ "p" | "q" }} }} | element f {{ attribute t {{ {values} }}{optional} }}'
    automaton = compile_grammar(load_grammar(text))
    one, two = (automaton.attributes[element.forms[0].attributes] for element in automaton.elements)

    def separate(first: int, second: int) -> bool:
        return disjoint(automaton.datatypes[first], automaton.datatypes[second], 100)

    assert (one.apart(two, separate), two.apart(one, separate)) == (apart, apart)


def test_independent_choices_stay_apart() -> None:
    pairs = [formulas.either([formulas.single(1 << 2 * i, f"a{i}"), formulas.single(2 << 2 * i, f"b{i}")], WORK) for i in range(50)]
    whole = formulas.both(pairs)
    assert [len(choice) for choice in whole.choices] == [2] * 50


def test_with_and_without_is_optional() -> None:
    one = formulas.single(1, "a")
    assert formulas.either([one, formulas.ALWAYS], WORK) == Formula(formulas.Alternative(0, 1), (), frozenset("a"))
    two = formulas.both([one, formulas.single(2, "b")])
    assert formulas.either([two, one], WORK).plain == formulas.Alternative(1, 3)
    assert formulas.either([two, formulas.ALWAYS], WORK).choices == ((formulas.Alternative(0, 0), formulas.Alternative(3, 3)),)
