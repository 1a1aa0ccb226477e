"""Tokens with which content, an element, a page can end: the fewest, as far as elements go that no annotation could forbid.

Two tiers. *Strict* costs hold whatever is excluded and whatever has happened: they use no element that an annotation could forbid. A
state of content that cannot end so is *needy*: its costs are outcomes, by the context that comes out, for the bounds and the context
it is in, and count every element that may stand there.
Laws: costs are least fixed points, so they do not depend on what was asked before; wherever one is finite, a token leads to a cost
that is smaller by one at least.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.constraints import CONTENT_OWED, Bounds, Rules
from htmlgen.decoding.masks import INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.start_tags import StartTags
from htmlgen.decoding.values import Values
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.relaxng.automaton import DEAD, TEXT, Automaton

#: A context that can come out, and the fewest tokens that bring it about.
Outcomes: TypeAlias = dict[int, int]
#: A state of content, what must not be missing, bounds, a context.
Node: TypeAlias = tuple[int, int, Bounds, int]
Costs: TypeAlias = NDArray[np.int64]

END: Final = 1


class Budget:
    """Costs of one automaton over one vocabulary."""

    def __init__(self, automaton: Automaton, pieces: Pieces, values: Values, rules: Rules, tags: StartTags) -> None:
        self._automaton, self._pieces, self._values, self.rules, self._tags = automaton, pieces, values, rules, tags
        self.void = [_is_void(each.notes.content, each.names.name) for each in automaton.elements]
        self.names = [self._spelled_names(number) for number in range(len(automaton.elements))]
        self._opens: dict[tuple[int, int, int], int] = values.facts.table("opens")
        self._solved: dict[Node, Outcomes] = {}
        self._strict = [[INFINITE] * len(automaton.next) for _ in range(3)]
        strict: dict[int, list[int]] = values.facts.table("strict")
        if strict:
            self._strict = [strict[owed] for owed in range(3)]
        else:
            self._solve_strict()
            strict.update(enumerate(self._strict))

    def _spelled_names(self, element: int) -> tuple[str, ...]:
        """The names of an element for which there are tags; raw text is never made."""
        wanted = self._automaton.elements[element]
        if wanted.notes.content == "raw":
            return ()
        pieces = self._pieces
        begun = [wanted.names.name] if wanted.names.name else [*pieces.open, *pieces.start]
        known = (name for name in begun if wanted.names.accepts(name) and (name in pieces.start or name in pieces.open))
        return tuple(dict.fromkeys(name for name in known if self.void[element] or name in pieces.end))

    # Start tags ---------------------------------------------------------------------------------------------------------------

    def opening(self, element: int, form: int, hidden: int) -> int:
        """The tokens of a whole start tag; INFINITE where the vocabulary cannot spell one."""
        key = (element, form, hidden)
        if key not in self._opens:
            number = self._automaton.elements[element].forms[form].attributes
            need, complete = self._tags.need(self._tags.core((number, self._tags.kind(number).start(), hidden, self._tags.nothing)))
            whole = any(name in self._pieces.start for name in self.names[element]) and complete
            some = any(name in self._pieces.open for name in self.names[element])
            self._opens[key] = 1 if whole else min(INFINITE, 1 + need) if some else INFINITE
        return self._opens[key]

    # Strict costs -------------------------------------------------------------------------------------------------------------

    def _solve_strict(self) -> None:
        """The least fixed point, for all states at a time."""
        table = self._automaton.next
        hidden = self.rules.hidden(self.rules.strict)
        calm = [number for number in range(len(self.names)) if self.names[number] and not self.rules.eventful(number)]
        empty, filled = (self._columns(owed) for owed in (0, 1))
        strict = np.full((3, len(table)), INFINITE)
        while True:
            for element in calm:
                empty[element + 1] = filled[element + 1] = self._strict_element(element, hidden)
            found = self._improved(empty, filled, strict)
            if (found == strict).all():
                return
            strict = found
            self._strict = strict.tolist()

    def _columns(self, owed: int) -> Costs:
        """(columns,) what text and datatypes cost."""
        data = range(1 + len(self.names), self._automaton.next.shape[1])
        return np.array([1] + [INFINITE] * len(self.names) + [self._data(column, owed) for column in data])

    def _improved(self, empty: Costs, filled: Costs, strict: Costs) -> Costs:
        """(3, states) costs of content, by what is owed, of costs that are not the least yet."""
        table = self._automaton.next
        whole = np.where(self._automaton.nullable, 0, (empty + strict[0][table]).min(axis=1))
        elements = np.zeros(table.shape[1], bool)
        elements[1 : 1 + len(self.names)] = True
        begun = (filled + whole[table])[:, ~elements].min(axis=1)
        content = (filled + whole[table])[:, elements].min(axis=1, initial=INFINITE)
        text = (filled + strict[2][table])[:, elements].min(axis=1, initial=INFINITE)
        found: Costs = np.minimum(INFINITE, np.stack([whole, np.minimum(begun, content), np.minimum(begun, text)]))
        found[:, DEAD] = INFINITE
        return found

    def _strict_element(self, element: int, hidden: int) -> int:
        owed = self.rules.owed[element]
        best = INFINITE
        for place, form in enumerate(self._automaton.elements[element].forms):
            inside = 0 if self.void[element] else END + self._strict[owed][form.start]
            best = min(best, self.opening(element, place, hidden) + inside)
        return best

    def _data(self, column: int, owed: int) -> int:
        datatype = self._automaton.datatype_of(column)
        assert datatype is not None
        start = self._values.start(datatype)
        return self._values.filled(datatype, start) if owed else self._values.distance(datatype)[start]

    # Costs in context ---------------------------------------------------------------------------------------------------------

    @property
    def strict_costs(self) -> list[list[int]]:
        """The costs of content in any context, by what is owed and by state; INFINITE for what is needy."""
        return self._strict

    def content(self, state: int, owed: int, bounds: Bounds, context: int) -> Outcomes:
        """How content can end: contexts with their costs, none where it cannot."""
        if (cost := self._strict[owed][state]) < INFINITE:
            return {context: cost}
        node = (state, owed, bounds, context)
        if node not in self._solved:
            self._solve(node)
        return self._solved[node]

    def _solve(self, node: Node) -> None:
        values: dict[Node, Outcomes] = {node: {}}
        changed = True
        while changed:
            changed = False
            for each in list(values):
                known = len(values)
                found = self._evaluated(each, values)
                changed = changed or found != values[each] or len(values) > known
                values[each] = found
        self._solved.update(values)

    def _known(self, node: Node, values: dict[Node, Outcomes]) -> Outcomes:
        state, owed, _, context = node
        if (cost := self._strict[owed][state]) < INFINITE:
            return {context: cost}
        if node in self._solved:
            return self._solved[node]
        return values.setdefault(node, {})

    def _evaluated(self, node: Node, values: dict[Node, Outcomes]) -> Outcomes:
        state, owed, bounds, context = node
        automaton = self._automaton
        best: Outcomes = {context: 0} if automaton.nullable[state] and not owed else {}
        for column in automaton.live(state):
            after = automaton.rows[state][column]
            element = automaton.element_of(column)
            if element is None:
                cost = 1 if column == TEXT else self._data(column, owed)
                _merge(best, self._known((after, 0, bounds, context), values), cost)
                continue
            left = 0 if owed == CONTENT_OWED else owed
            for moved, cost in self._element(element, bounds, context, values).items():
                _merge(best, self._known((after, left, bounds, moved), values), cost)
        return best

    def _element(self, element: int, bounds: Bounds, context: int, values: dict[Node, Outcomes]) -> Outcomes:
        rules = self.rules
        if not self.names[element] or not rules.admits(element, bounds, context):
            return {}
        moved, hidden = rules.entered(element, bounds, context), rules.hidden(bounds)
        best: Outcomes = {}
        for place, form in enumerate(self._automaton.elements[element].forms):
            cost = self.opening(element, place, hidden)
            if self.void[element]:
                _merge(best, {moved: cost}, 0)
            elif cost < INFINITE:
                ends = self._known((form.start, rules.owed[element], rules.below(element, bounds), moved), values)
                _merge(best, {rules.left(end, bounds): inside for end, inside in ends.items()}, cost + END)
        return best

    @property
    def size(self) -> int:
        """How many nodes are kept."""
        return len(self._solved)


def _merge(best: Outcomes, more: Outcomes, cost: int) -> None:
    for context, each in more.items():
        if (total := cost + each) < best.get(context, INFINITE):
            best[context] = total


def _is_void(content: str, name: str) -> bool:
    return content == "void" or name in VOID_IN_PARSER
