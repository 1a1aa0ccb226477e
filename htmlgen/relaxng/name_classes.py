"""Name classes of a grammar → the tests of names that they stand for."""

from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.syntax import AnyName, Name, NameClass


def name_tests(names: NameClass, prefix: str = "", custom: bool = False) -> list[NameTest]:
    """The tests of a name class, one for each name or wildcard; `prefix` and `custom` come from annotations."""
    tests = []
    for part in _parts(names):
        if isinstance(part, Name):
            tests.append(NameTest(part.name))
        else:
            shown = prefix or (f"{part.prefix}:" if part.prefix else part.prefix)
            excluded = _parts(part.excluded) if part.excluded else []
            plain = tuple(each.name for each in excluded if isinstance(each, Name))
            if any(isinstance(each, AnyName) and not each.prefix for each in excluded):
                raise part.place.error("a wildcard without a prefix cannot be excluded")
            prefixes = tuple(f"{each.prefix}:" for each in excluded if isinstance(each, AnyName))
            tests.append(NameTest("", shown, plain, prefixes, custom))
    return tests


def _parts(names: NameClass) -> list[Name | AnyName]:
    found: list[Name | AnyName] = []
    ahead = [names]
    while ahead:
        part = ahead.pop()
        if isinstance(part, Name | AnyName):
            found.append(part)
        else:
            ahead.extend(reversed(part.parts))
    return found
