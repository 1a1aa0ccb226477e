"""What grammar files have to do with before they are read: places in them, and how much one may ask for."""

from dataclasses import dataclass

from htmlgen.errors import GrammarError


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file's name, line and column, both from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def error(self, message: str) -> GrammarError:
        """A `GrammarError` that begins with this place."""
        return GrammarError(f"{self}: {message}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a grammar may ask for; what is beyond ends with a `GrammarError` that names the limit."""

    file_bytes: int = 1_000_000      #: of one file
    nesting: int = 256               #: braces and parentheses within each other
    definitions: int = 5_000         #: over all files
    includes: int = 16               #: files within each other
    files: int = 200                 #: files read, each include counted
    pattern_size: int = 2_000_000    #: parts of all content patterns together
    states: int = 10_000             #: of the content automaton
    alternatives: int = 4_000        #: of the attributes of one element
    datatype_states: int = 5_000     #: of one datatype's automaton
