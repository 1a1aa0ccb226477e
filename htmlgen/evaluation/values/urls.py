"""URLs: URL Standard, 4.3 "URL writing" and the validation errors of 4.4; what is wrong, in words.

More lenient than the letter in two places, as browsers and checkers are: what follows `javascript:` is a script and not looked at, and a
host may be percent-encoded as long as it decodes to one that is valid.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from htmlgen.evaluation.values.value_finding import WrongValueError, told

_SPACE: Final = " \t\n\f\r"
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
#: Most URLs, to look no further: a plain host or none, and characters that are URL units wherever they stand. No scheme in a path.
_PLAIN: Final = re.compile(
    r"(?:https?://(?:[a-z0-9]{1,40}[.-])*[a-z]{1,20}(?=[/?#]|$)|(?!//))"
    r"[A-Za-z0-9._~!$&'()*+,;=@/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=@/:?-]*)?(?:#[A-Za-z0-9._~!$&'()*+,;=@/:?-]*)?",
)
_SPECIAL: Final = frozenset("ftp http https ws wss".split())
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: URL Standard 4.3, URL code points: all else has to be percent-encoded.
_NO_UNIT: Final = re.compile(
    r"[^!$&'()*+,\-./:;=?@_~%0-9A-Za-z\u00A0-\uD7FF\uE000-\uFDCF\uFDF0-\uFFFD\U00010000-\U0010FFFD]|[\U0001FFFE\U0001FFFF]"
)
#: URL Standard 3.1, forbidden domain code points.
_NO_DOMAIN: Final = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7F]")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

Problem = str | None


def url_problem(value: str) -> Problem:
    """What is wrong with a valid URL potentially surrounded by spaces (HTML Standard 2.4.1); None, if nothing is."""
    url = value.strip(_SPACE)
    if _PLAIN.fullmatch(url):
        return None
    scheme = _SCHEME.match(url)
    if scheme:
        return _absolute(scheme[1].lower(), url[scheme.end() :])
    return _relative(url)


def filled_url_problem(value: str) -> Problem:
    """The same for a valid non-empty URL potentially surrounded by spaces."""
    return url_problem(value) if value.strip(_SPACE) else "the URL is empty"


def absolute_url_problem(value: str) -> Problem:
    """The same for a valid absolute URL potentially surrounded by spaces."""
    if not _SCHEME.match(value.strip(_SPACE)):
        return "the URL is relative; it has to be absolute, beginning with a scheme such as https:"
    return url_problem(value)


def web_urls_problem(value: str) -> Problem:
    """The same for space-separated URLs whose schemes are HTTP(S) schemes (HTML Standard 4.6.1, ping)."""
    for url in value.split():
        scheme = _SCHEME.match(url)
        if scheme and scheme[1].lower() not in ("http", "https"):
            return f'"{url[:60]}" is of the scheme {scheme[1].lower()}; only http and https can be pinged'
        if wrong := filled_url_problem(url):
            return wrong
    return None


def _absolute(scheme: str, rest: str) -> Problem:
    if scheme in _SCHEMES:
        return _SCHEMES[scheme](rest)
    if scheme in _SPECIAL:
        if not rest.startswith("//"):
            return f'after "{scheme}:" come two slashes and a host'
        return _authority(rest[2:], host_required=True) or _path(_after_authority(rest[2:]))
    if rest.startswith("//"):
        return _authority(rest[2:], opaque=True) or _path(_after_authority(rest[2:]))
    return _path(rest)


def _relative(url: str) -> Problem:
    if url.startswith("//"):
        return _authority(url[2:], host_required=True) or _path(_after_authority(url[2:]))
    return _path(url)


def _data(rest: str) -> Problem:
    """RFC 2397; the media type is not looked into."""
    if "," not in rest:
        return 'a data URL has a comma between its media type and its data: "data:text/plain,…"'
    return _path(rest)


def _file(rest: str) -> Problem:
    if not rest.startswith("//"):
        return 'after "file:" come two slashes, a host or nothing, and a path: "file:///…"'
    host = _host_part(rest[2:])
    return (_host(host) if host else None) or _path(_after_authority(rest[2:]))


#: Schemes with rules of their own.
_SCHEMES: Final[dict[str, Callable[[str], Problem]]] = {"javascript": lambda _: None, "data": _data, "file": _file}


# Authority ------------------------------------------------------------------------------------------------------------------------


def _host_part(rest: str) -> str:
    return re.split(r"[/?#\\]", rest, maxsplit=1)[0]


def _after_authority(rest: str) -> str:
    return rest[len(_host_part(rest)) :]


def _authority(rest: str, *, host_required: bool = False, opaque: bool = False) -> Problem:
    """What is wrong with `host:port`. Args: rest, all that follows the two slashes."""
    authority = _host_part(rest)
    if "@" in authority:
        return "a user name or a password does not belong into a URL"
    host, port = authority, ""
    if match := re.fullmatch(r"(.*?[^:\[]|\[.*\]|):([^:\]]*)", authority, re.DOTALL):
        host, port = match[1], match[2]
    if port and not re.fullmatch(r"[0-9]+", port):
        return f'the port "{port[:20]}" is no number'
    if port and not opaque and (len(port.lstrip("0")) > 5 or int(port) > 65535):
        return f"the port {port[:20]} is above 65535"
    if not host:
        return "the host is missing" if host_required or port else None
    return _opaque_host(host) if opaque else _host(host)


def _opaque_host(host: str) -> Problem:
    """URL Standard 3.5, the opaque-host parser."""
    if host.startswith("["):
        return _ipv6(host)
    bad = re.search(r"[\x00-\x20#/:<>?@\[\\\]^|]", host)
    return f'"{bad[0]}" cannot stand in a host' if bad else _units(host)


def _host(host: str) -> Problem:
    if host.startswith("[") or "]" in host:
        return _ipv6(host)
    if _PERCENT.search(host):
        return 'a "%" in the host is not followed by two hexadecimal digits'
    try:
        decoded = unquote_to_bytes(host).decode("utf-8")
    except UnicodeError:  # bytes that are no UTF-8, or a lone surrogate
        return "the host is no UTF-8 when its percent-encoding is undone"
    return _domain(decoded)


def _domain(domain: str) -> Problem:
    if not domain.isascii() or "xn--" in domain.lower():
        mapped = _mapped(domain)
        if mapped is None:
            return f'"{domain[:60]}" is no internationalised domain name (UTS 46)'
        domain = mapped
    if bad := _NO_DOMAIN.search(domain):
        return f'"{bad[0]}" cannot stand in a host' if bad[0] > " " else "white space or a control character cannot stand in a host"
    labels = domain.removesuffix(".").split(".")
    if not all(labels):
        return "the host has an empty label, between or before its dots"
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels)
    long = next((label for label in labels if len(label.encode("utf-8")) > 63 and label.isascii()), None)
    return f'the label "{long[:20]}…" of the host is longer than 63 characters' if long else None


def _mapped(domain: str) -> str | None:
    """A domain as UTS 46 maps it, its labels in punycode checked; None, where it cannot be."""
    import idna

    try:
        mapped = idna.uts46_remap(domain, std3_rules=False, transitional=False)
        for label in mapped.split("."):
            if label.startswith("xn--"):
                shown = label[4:].encode("ascii").decode("punycode")
                if not shown or shown.isascii() or idna.uts46_remap(shown, std3_rules=False, transitional=False) != shown:
                    return None
    except (idna.IDNAError, UnicodeError):
        return None
    return str(mapped)


def _ipv4(labels: list[str]) -> Problem:
    """URL Standard 3.5, the IPv4 parser; numbers other than decimal ones are validation errors."""
    shown = ".".join(labels)[:40]
    if len(labels) > 4:
        return f'"{shown}" has more than four parts, though it ends like an IPv4 address'
    if not all(re.fullmatch(r"0|[1-9][0-9]*", label) for label in labels):
        return f'"{shown}" is no IPv4 address: its parts are decimal numbers without leading zeros'
    numbers = [int(label) if len(label) < 12 else 1 << 40 for label in labels]
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return f'"{shown}" is no IPv4 address: a part is too large'
    return None


def _ipv6(host: str) -> Problem:
    import socket

    if not (host.startswith("[") and host.endswith("]")):
        return f'"{host[:40]}": brackets stand around an IPv6 address, and nowhere else in a host'
    try:
        socket.inet_pton(socket.AF_INET6, host[1:-1])
    except (OSError, ValueError):
        return f'"{host[:60]}" is no IPv6 address'
    return None


# Path, query, fragment ------------------------------------------------------------------------------------------------------------


def _path(rest: str) -> Problem:
    """What is wrong with what follows the host, or the scheme: a path, a query and a fragment, of URL units."""
    before, _, fragment = rest.partition("#")
    return _units(before) or (f"in the fragment: {wrong}" if (wrong := _units(fragment)) else None)


def _units(text: str) -> Problem:
    if bad := _NO_UNIT.search(text):
        return f"{_named(bad[0])} cannot stand there; write {_encoded(bad[0])}"
    if _PERCENT.search(text):
        return 'a "%" is not followed by two hexadecimal digits; write %25 for the sign itself'
    return None


_NAMES: Final = {
    " ": "a space", "\t": "a tab", "\n": "a line feed", "\r": "a carriage return", "\\": 'a "\\" (a backslash)', "#": 'a second "#"',
}  # fmt: skip


def _named(char: str) -> str:
    return _NAMES.get(char) or (f'"{char}"' if char.isprintable() else f"U+{ord(char):04X}")


def _encoded(char: str) -> str:
    if char == "\\":
        return '"/"'
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


# Image candidates: HTML Standard 4.8.4.2.1 ----------------------------------------------------------------------------------------


_EMPTY_CANDIDATE: Final = re.compile(r"^\s*,|,\s+,|,\s*$")
_DESCRIPTOR: Final = re.compile(r"|[0-9]*[1-9][0-9]*w|(?=[^eE]*[1-9])(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?x")


def candidates(value: str) -> Iterator[tuple[str, str]]:
    """The URL and the descriptors of each image candidate of a `srcset`, as browsers split it; commas belong to a URL within it."""
    position = 0
    while match := re.compile(r"[\s,]*([^\s]+)").match(value, position):
        url, position = match[1], match.end()
        if url.endswith(","):
            yield url.rstrip(","), ""
            continue
        end = _descriptors_end(value, position)
        yield url, value[position:end].strip(_SPACE)
        position = end


def _descriptors_end(value: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[(),]").finditer(value, start):
        if match[0] == "," and depth == 0:
            return match.start()
        depth = max(0, depth + (match[0] == "(") - (match[0] == ")"))
    return len(value)


def srcset_problem(value: str) -> Problem:
    """What is wrong with a `srcset`: its candidates, their URLs, their descriptors, and whether one can be told from another."""
    return told(_srcset, value)


def _srcset(value: str) -> None:
    if not value.strip(_SPACE):
        raise WrongValueError("there is no image candidate")
    if _EMPTY_CANDIDATE.search(value):
        raise WrongValueError("a comma has no image candidate before or after it")
    seen: dict[tuple[str, float], str] = {}
    for url, descriptor in candidates(value):
        if wrong := filled_url_problem(url):
            raise WrongValueError(f'in "{url[:60]}", {wrong}')
        if not _DESCRIPTOR.fullmatch(descriptor):
            raise WrongValueError(f'"{descriptor[:30]}" is no descriptor; a width above zero such as 480w is, or a density such as 2x')
        key = (descriptor[-1:] or "x", float(descriptor[:-1] or 1))
        if key in seen:
            raise WrongValueError(f'"{url[:60]}" and "{seen[key][:60]}" have the same descriptor, so that one of them is never used')
        seen[key] = url
    if len({unit for unit, _ in seen}) > 1:
        raise WrongValueError("widths (480w) and densities (2x, or none) cannot be mixed")
