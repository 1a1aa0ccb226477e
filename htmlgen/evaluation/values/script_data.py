"""JSON in scripts: import maps (HTML Standard 8.1.6.2) and speculation rules (7.6.1.1). A text → what is wrong with it, or None."""

import json
from typing import Any, Final

from htmlgen.evaluation.values.urls import url_problem
from htmlgen.evaluation.values.value_finding import WrongValueError, told

_MAPS: Final = ("imports", "scopes", "integrity")
_RULES: Final = ("prefetch", "prerender")
_RULE_KEYS: Final = frozenset(
    "source urls where requires target_hint referrer_policy relative_to eagerness expects_no_vary_search tag".split()
)
_PREDICATES: Final = ("and", "or", "not", "href_matches", "selector_matches")
_EAGERNESS: Final = frozenset("immediate eager moderate conservative".split())


def import_map_problem(text: str) -> str | None:
    """What is wrong with an import map."""
    return told(_import_map, text)


def speculation_rules_problem(text: str) -> str | None:
    """What is wrong with a speculation rule set."""
    return told(_rule_set, text)


def _object(what: str, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise WrongValueError(f"{what} is JSON, and this is none: {error}") from None
    if not isinstance(read, dict):
        raise WrongValueError(f"{what} is a JSON object, in braces")
    return read


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _require(met: bool, wrong: str) -> None:
    if not met:
        raise WrongValueError(wrong)


def _url(what: str, value: str) -> None:
    if wrong := url_problem(value):
        raise WrongValueError(f'"{value[:60]}" in {what} is no URL: {wrong}')


# Import maps ----------------------------------------------------------------------------------------------------------------------


def _import_map(text: str) -> None:
    read = _object("an import map", text)
    unknown = next((key for key in read if key not in _MAPS), None)
    _require(unknown is None, f'an import map has no property "{unknown}"; there are imports, scopes and integrity')
    for name, value in read.items():
        _require(isinstance(value, dict), f'"{name}" of an import map is an object')
    _specifiers("imports", read.get("imports", {}))
    for prefix, specifiers in read.get("scopes", {}).items():
        _url("scopes", prefix)
        _require(isinstance(specifiers, dict), f'the scope "{prefix[:60]}" is an object')
        _specifiers("scopes", specifiers)
    for key, value in read.get("integrity", {}).items():
        _require(isinstance(value, str), f'the integrity of "{key[:60]}" is a string')


def _specifiers(name: str, specifiers: dict[str, Any]) -> None:
    """A module specifier map: to URLs that are absolute, or begin with `/`, `./` or `../`."""
    for key, value in specifiers.items():
        _require(bool(key), f'"{name}" has an empty specifier')
        _require(isinstance(value, str), f'"{key[:60]}" in "{name}" is mapped to something that is no string')
        like = value.startswith(("/", "./", "../")) or ":" in value
        _require(like, f'"{value[:60]}" in "{name}" is no URL-like specifier: it begins with a scheme, "/", "./" or "../"')
        _url(name, value)
        both = value.endswith("/") or not key.endswith("/")
        _require(both, f'"{key[:60]}" ends with "/", so that what it is mapped to does, too')


# Speculation rules ----------------------------------------------------------------------------------------------------------------


def _rule_set(text: str) -> None:
    read = _object("a speculation rule set", text)
    _require(any(name in read for name in _RULES), "a speculation rule set has prefetch, prerender, or both")
    for name in _RULES:
        rules = read.get(name, [])
        _require(isinstance(rules, list), f'"{name}" of a speculation rule set is an array')
        for rule in rules:
            _require(isinstance(rule, dict), f'each rule of "{name}" is an object')
            _rule(f'a rule of "{name}"', rule)


def _rule(what: str, rule: dict[str, Any]) -> None:
    source = rule.get("source", "list" if "urls" in rule else "document" if "where" in rule else None)
    unknown = next((key for key in rule if key not in _RULE_KEYS), None)
    _require(unknown is None, f'{what} has no property "{unknown}"')
    _require(source in ("list", "document"), f'{what} has the source "list", with urls, or "document", with where')
    _require(("where" if source == "list" else "urls") not in rule, f"{what} has urls or where, not both")
    urls: Any = rule.get("urls", [] if source == "document" else None)
    strings = isinstance(urls, list) and all(isinstance(url, str) for url in urls)
    _require(strings, f'"urls" in {what} is an array of strings')
    _require(source == "document" or bool(urls), f'"urls" in {what} holds a URL')
    for url in urls:
        _require(bool(url), f'"urls" in {what} holds an empty string')
        _url(what, url)
    if source == "document":
        _require("where" in rule, f'{what} with the source "document" has where')
        _predicate(what, rule["where"])
    eagerness = rule.get("eagerness", "eager")
    _require(eagerness in _EAGERNESS, f'"eagerness" in {what} is one of {", ".join(sorted(_EAGERNESS))}')


def _predicate(what: str, where: object) -> None:
    """A condition on links, to any depth."""
    ahead = [where]
    while ahead:
        each = ahead.pop()
        _require(isinstance(each, dict), f'"where" in {what}, and each condition in it, is an object')
        assert isinstance(each, dict)
        given = [name for name in _PREDICATES if name in each]
        _require(len(given) == 1, f"a condition in {what} has one of {', '.join(_PREDICATES)}")
        value = each[given[0]]
        if given[0] == "not":
            ahead.append(value)
        elif given[0] in ("and", "or"):
            _require(isinstance(value, list) and bool(value), f'"{given[0]}" in {what} is an array of conditions')
            ahead.extend(value)
        else:
            patterns = value if isinstance(value, list) else [value]
            filled = bool(patterns) and all(isinstance(each, str | dict) and each for each in patterns)
            _require(filled, f'"{given[0]}" in {what} is a pattern that is not empty, or an array of some')
