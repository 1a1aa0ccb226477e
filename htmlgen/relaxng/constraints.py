"""What annotations ask of a whole document: exclusions, ancestors, what stands once, ids and references, headings, empty elements."""

from collections import Counter
from dataclasses import dataclass, field

from htmlgen.markup.events import StartTag
from htmlgen.relaxng.annotations import ElementNotes
from htmlgen.relaxng.attributes import AttributeUse
from htmlgen.relaxng.violations import Violation

#: A rule's id, a message, and what was expected.
Finding = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Bearer:
    """An element as annotations see it: its words are its name and its categories, `uses` the attributes that it bears."""

    name: str
    words: frozenset[str]
    notes: ElementNotes = field(default_factory=ElementNotes)
    uses: tuple[AttributeUse, ...] = ()


@dataclass(slots=True)
class Constraints:
    """The constraints of one document as far as it is read; violations go to a list.

    `around` holds, for each depth, the words that are excluded there and the words of the elements around; `choosy` the open elements
    with `h:once` and their depths, `met` how many elements of that kind each of them holds.
    """

    violations: list[Violation]
    stack: list[Bearer] = field(default_factory=list)
    around: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=lambda: [(frozenset(), frozenset())])
    counts: list[Counter[str]] = field(default_factory=lambda: [Counter()])
    choosy: list[tuple[int, Bearer]] = field(default_factory=list)
    met: Counter[int] = field(default_factory=Counter)
    unique: dict[str, int] = field(default_factory=dict)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    references: list[tuple[int, str, str, tuple[str, ...], str]] = field(default_factory=list)
    heading: int = 0

    def excluded(self, bearer: Bearer) -> str:
        """The innermost element around that excludes this one, empty where there is none."""
        if bearer.words.isdisjoint(self.around[-1][0]):
            return ""
        return next((each.name for each in reversed(self.stack) if not bearer.words.isdisjoint(each.notes.excluded)), "")

    def open(self, index: int, path: str, tag: StartTag, bearer: Bearer) -> None:
        """Check a start tag, and go into its element."""
        found = [
            *self._around(bearer),
            *self._once(bearer),
            *self._unique(tag, bearer),
            *self._heading(bearer),
            *self._ids(index, path, tag, bearer),
        ]
        self.violations.extend(Violation(index, path, rule, message, f"<{tag.name}>", expected) for rule, message, expected in found)
        if bearer.notes.once:
            self.choosy.append((len(self.stack), bearer))
        excluded, words = self.around[-1]
        self.around.append((excluded.union(bearer.notes.excluded), words | bearer.words))
        self.stack.append(bearer)
        self.counts.append(Counter())

    def close(self, index: int, path: str, bearer: Bearer, *, text: bool, content: bool) -> None:
        """Leave an element that has some text, or some text or element."""
        needs = bearer.notes.filled
        if needs and not (text if needs == "text" else content):
            wanted = "text" if needs == "text" else "text or elements"
            message = f"<{bearer.name}> must hold some {wanted}"
            self.violations.append(Violation(index, path, "empty", message, f"</{bearer.name}>", (wanted,)))
        self.stack.pop()
        self.around.pop()
        self.counts.pop()
        if bearer.notes.once:
            self.met.pop(self.choosy.pop()[0], None)

    def end(self) -> None:
        """Check the references, once all ids are known."""
        for index, path, token, kinds, shown in self.references:
            words = self.ids.get(token)
            if words is None:
                self.violations.append(Violation(index, path, "reference", f"{shown}: no element has the id '{token}'", token))
            elif "any" not in kinds and words.isdisjoint(kinds):
                message = f"{shown}: the element with the id '{token}' is not {' or '.join(kinds)}"
                self.violations.append(Violation(index, path, "reference", message, token, kinds))

    # Rules ----------------------------------------------------------------------------------------------------------------------

    def _around(self, bearer: Bearer) -> list[Finding]:
        found: list[Finding] = []
        if around := self.excluded(bearer):
            found.append(("excluded", f"<{bearer.name}> cannot stand anywhere inside <{around}>", ()))
        within = bearer.notes.within
        if within and self.around[-1][1].isdisjoint(within):
            found.append(("ancestor", f"<{bearer.name}> must stand inside {' or '.join(within)}", within))
        return found

    def _once(self, bearer: Bearer) -> list[Finding]:
        found: list[Finding] = []
        for depth, each in self.choosy:
            if not bearer.words.isdisjoint(each.notes.once):
                self.met[depth] += 1
                if self.met[depth] > 1:
                    message = f"<{each.name}> already holds one element that is {' or '.join(each.notes.once)}"
                    found.append(("once", message, ()))
        return found

    def _unique(self, tag: StartTag, bearer: Bearer) -> list[Finding]:
        """An element that is hidden does not count (HTML Standard 4.4.14)."""
        found: list[Finding] = []
        self.counts[-1][bearer.name] += 1
        if "parent" in bearer.notes.unique and self.counts[-1][bearer.name] > 1:
            found.append(("unique", f"<{bearer.name}> may stand once among the children of its parent", ()))
        once = [f"<{bearer.name}>"] if "document" in bearer.notes.unique and tag.get("hidden") is None else []
        once += [f"attribute '{use.names}'" for use in bearer.uses if use.notes.unique]
        for what in once:
            self.unique[what] = self.unique.get(what, 0) + 1
            if self.unique[what] > 1:
                found.append(("unique", f"{what} may stand once in a document", ()))
        return found

    def _heading(self, bearer: Bearer) -> list[Finding]:
        level, before = bearer.notes.heading, self.heading
        self.heading = level or before
        if before and level > before + 1:
            return [("heading", f"<{bearer.name}> after a heading of level {before}", (f"a heading of level 1 to {before + 1}",))]
        return []

    def _ids(self, index: int, path: str, tag: StartTag, bearer: Bearer) -> list[Finding]:
        found: list[Finding] = []
        for name, value in tag.attributes:
            for use in (use for use in bearer.uses if use.names.accepts(name)):
                if use.notes.ref:
                    shown = f"attribute '{name}' of <{tag.name}>"
                    self.references.extend((index, path, token, use.notes.ref, shown) for token in value.split())
                if use.notes.id and self.ids.setdefault(value, bearer.words) is not bearer.words:
                    found.append(("id", f"the id '{value}' stands twice", ()))
        return found
