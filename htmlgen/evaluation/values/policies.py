"""Content security policies in `<meta http-equiv="content-security-policy">`: Content Security Policy 3, 2.2 and 2.3."""

import re
from typing import Final

#: Directives whose value is a source list.
_SOURCE_LISTS: Final = frozenset(
    """base-uri child-src connect-src default-src fenced-frame-src font-src form-action frame-src img-src manifest-src media-src object-src
    prefetch-src script-src script-src-attr script-src-elem style-src style-src-attr style-src-elem worker-src""".split()
)
_KEYWORDS: Final = frozenset(
    """'none' 'self' 'unsafe-inline' 'unsafe-eval' 'strict-dynamic' 'unsafe-hashes' 'report-sample' 'unsafe-allow-redirects'
    'wasm-unsafe-eval' 'trusted-types-eval' 'report-sha256' 'report-sha384' 'report-sha512' 'inline-speculation-rules'""".split()
)
_SECRET: Final = re.compile(r"'(?:nonce|sha256|sha384|sha512)-[A-Za-z0-9+/_-]+={0,2}'", re.I)
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")


def policy_problem(value: str) -> str | None:
    """What is wrong with policies, with commas between: directives, with semicolons between, each a name and its values."""
    if not value.isascii():
        return "a policy holds ASCII characters only"
    directives = (directive for policy in value.split(",") for directive in policy.split(";"))
    return next((wrong for directive in directives if (wrong := _directive_problem(directive.split()))), None)


def _directive_problem(words: list[str]) -> str | None:
    if not words:
        return None
    name, sources = words[0].lower(), [word.lower() for word in words[1:]]
    if not _NAME.fullmatch(name):
        return f'"{name[:60]}" is no name of a directive, such as default-src'
    if name not in _SOURCE_LISTS:
        return None
    if not sources:
        return f"{name} has no source; use 'none' for none"
    if "'none'" in sources and len(sources) > 1:
        return f"{name} says 'none' and names a source, too"
    return next((wrong for word in words[1:] if (wrong := _source_problem(word))), None)


def _source_problem(word: str) -> str | None:
    if word.startswith("'") and word.lower() not in _KEYWORDS and not _SECRET.fullmatch(word):
        return f"{word[:60]} is no source: keywords such as 'self', nonces and hashes stand in single quotes"
    return None
