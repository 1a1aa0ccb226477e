"""What annotations ask of a whole document: exclusions, ancestors, what stands once, ids and references, headings, empty elements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from htmlgen.markup.events import StartTag
from htmlgen.relaxng.readings import Bearer
from htmlgen.relaxng.subsets import Entry
from htmlgen.relaxng.violations import Violation, shown_path

#: A rule's id, a message, and what was expected.
Finding = tuple[str, str, tuple[str, ...]]


@dataclass(slots=True)
class Constraints:
    """The constraints of one document as far as it is read; violations go to a list.

    `names` are the open elements, from outside in; `choosy` those with `h:once`, with their depths, and `met` how many elements of that
    kind each of them holds; `siblings` counts, for the start tag of a parent, the children with `h:unique`.
    """

    violations: list[Violation]
    names: Sequence[str]
    starts: Sequence[int]  #: numbers of the start tags of the open elements
    choosy: list[tuple[int, Bearer]] = field(default_factory=list)
    met: Counter[int] = field(default_factory=Counter)
    siblings: dict[int, Counter[str]] = field(default_factory=dict)
    unique: Counter[str] = field(default_factory=Counter)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    references: list[tuple[int, str, str, tuple[str, ...], str]] = field(default_factory=list)
    heading: int = 0

    def open(self, index: int, tag: StartTag, entry: Entry, around: Sequence[Entry]) -> None:
        """Check a start tag. Args: around, the open elements, from outside in."""
        bearer = entry.bearer
        found = [] if entry.fits else self._around(bearer, around)
        if self.choosy:
            found += self._once(bearer)
        found += self._unique(tag, bearer)
        if bearer.notes.heading:
            found += self._heading(bearer)
        found += self._ids(index, tag, bearer)
        if found:
            path = shown_path(self.names)
            self.violations.extend(Violation(index, path, rule, message, f"<{tag.name}>", expected) for rule, message, expected in found)
        if bearer.notes.once:
            self.choosy.append((len(self.names), bearer))

    def close(self, index: int, bearer: Bearer, *, text: bool, content: bool) -> None:
        """Leave the innermost element, which annotations speak of, and which has some text, or some text or element."""
        needs = bearer.notes.filled
        if needs and not (text if needs == "text" else content):
            wanted = "text" if needs == "text" else "text or elements"
            message = f"<{bearer.name}> must hold some {wanted}"
            self.violations.append(Violation(index, shown_path(self.names), "empty", message, f"</{bearer.name}>", (wanted,)))
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

    def _around(self, bearer: Bearer, around: Sequence[Entry]) -> list[Finding]:
        found: list[Finding] = []
        excluding = (each.bearer for each in reversed(around) if not bearer.words.isdisjoint(each.bearer.notes.excluded))
        if (each := next(excluding, None)) is not None:
            found.append(("excluded", f"<{bearer.name}> cannot stand anywhere inside <{each.name}>", ()))
        within = bearer.notes.within
        if within and not any(not each.bearer.words.isdisjoint(within) for each in around):
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
        if "parent" in bearer.notes.unique:
            count = self.siblings.setdefault(self.starts[-1], Counter())
            count[bearer.name] += 1
            if count[bearer.name] > 1:
                found.append(("unique", f"<{bearer.name}> may stand once among the children of its parent", ()))
        once = [f"<{bearer.name}>"] if "document" in bearer.notes.unique and tag.get("hidden") is None else []
        once += [f"attribute '{use.names}'" for use in bearer.uses if use.notes.unique]
        for what in once:
            self.unique[what] += 1
            if self.unique[what] > 1:
                found.append(("unique", f"{what} may stand once in a document", ()))
        return found

    def _heading(self, bearer: Bearer) -> list[Finding]:
        level, before = bearer.notes.heading, self.heading
        self.heading = level
        if before and level > before + 1:
            return [("heading", f"<{bearer.name}> after a heading of level {before}", (f"a heading of level 1 to {before + 1}",))]
        return []

    def _ids(self, index: int, tag: StartTag, bearer: Bearer) -> list[Finding]:
        found: list[Finding] = []
        noted = [use for use in bearer.uses if use.notes.ref or use.notes.id]
        for name, value in tag.attributes if noted else ():
            for use in (use for use in noted if use.names.accepts(name)):
                if use.notes.ref:
                    shown = f"attribute '{name}' of <{tag.name}>"
                    path = shown_path(self.names)
                    self.references.extend((index, path, token, use.notes.ref, shown) for token in value.split())
                if use.notes.id and value in self.ids:
                    found.append(("id", f"the id '{value}' stands twice", ()))
                elif use.notes.id:
                    self.ids[value] = bearer.words
        return found
