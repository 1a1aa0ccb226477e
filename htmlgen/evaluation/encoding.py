"""BYTES → TEXT: a page's encoding sniffed as the HTML Standard says (13.2.3.2), and held to its rule that pages are UTF-8 (4.2.5.4).

A byte order mark decides; then the bytes that XML writes in UTF-16; then a `meta` within the first 1,024 bytes; then UTF-8, if all bytes
are, and windows-1252 if not. What HTTP would say of a page is not known here.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

import webencodings

from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.tags import scan

PRESCANNED: Final = 1024  #: bytes in which a page has to declare its encoding

# 13.2.3.2, BOM sniffing, and the first step of the prescan.
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_XML_IN_UTF16: Final = ((b"\x3c\x00\x3f\x00\x78\x00", "utf-16le"), (b"\x00\x3c\x00\x3f\x00\x78", "utf-16be"))

# The prescan: comments, tags with their attributes, whatever else a `<` begins.
_ATTRIBUTES: Final = rb"""(?>=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+')|[^>])*+"""
_PIECE: Final = re.compile(
    rb"<!--.*?-->|<meta(?=[\t\n\f\r /])(" + _ATTRIBUTES + rb")>|</?[a-z]" + _ATTRIBUTES + rb">|<[!/?][^>]*+>", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE: Final = re.compile(
    rb"""([^\t\n\f\r />=][^\t\n\f\r />=]*+)(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >]++)))?"""
)
_CHARSET: Final = re.compile(rb"""charset[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r ;"']++))""", re.IGNORECASE)
_WRITE: Final = 'write <meta charset="utf-8">'
_LABEL: Final = re.compile(r"<meta[\t\n\f\r /][^>]*?charset[\t\n\f\r ]*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a page says of its encoding: the label, where the tag stands, and the encoding's name, None if the label is of none."""

    label: str
    offset: int
    name: str | None


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    offset: int  #: in characters
    message: str
    severity: Literal["error", "warning"] = "error"

    def finding(self, lines: Lines) -> Finding:
        return Finding(f"encoding/{self.rule}", self.message, *lines.locate(self.offset), self.offset, self.severity)


def decode(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """A page's text, without a byte order mark, and what is wrong with its encoding, `encoding/…`, in its order. Never fails."""
    mark, marked = _marked(content)
    content = content[len(mark) :]
    declared = _prescan(content[:PRESCANNED])
    name = marked or _sniffed(content, declared)
    text, broken = _decoded(content, name)
    if broken is None and declared and declared.name == name == "utf-8":
        return text, ()
    faults = [_broken(text, broken, content[broken], name)] if broken is not None else []
    if declared:
        faults += _of_label(declared, name, marked)
    else:
        faults += _undeclared(text, name, marked)
    faults.sort(key=lambda fault: fault.offset)
    lines = Lines(text[: faults[-1].offset + 1] if faults else "")  # those behind the last fault are not asked for
    return text, tuple(fault.finding(lines) for fault in faults)


def encoding_of(content: bytes) -> tuple[bytes, str]:
    """A page's byte order mark, if it has one, and the name of its encoding."""
    mark, marked = _marked(content)
    content = content[len(mark) :]
    return mark, marked or _sniffed(content, _prescan(content[:PRESCANNED]))


def _marked(content: bytes) -> tuple[bytes, str]:
    """A byte order mark and the encoding that it means; empty for none."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return mark, name
    return b"", ""


def _sniffed(content: bytes, declared: _Declared | None) -> str:
    for beginning, name in _XML_IN_UTF16:
        if content.startswith(beginning):
            return name
    if declared and declared.name:
        return {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}.get(declared.name, declared.name)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _prescan(head: bytes) -> _Declared | None:
    """13.2.3.2, prescan a byte stream to determine its encoding; the first label, if no encoding is found."""
    unknown = None
    for piece in _PIECE.finditer(head):
        if piece[1] is not None and (label := _label(piece[1])) is not None:
            encoding = webencodings.lookup(label)
            offset = len(head[: piece.start()].decode("utf-8", "replace"))
            declared = _Declared(label, offset, encoding.name if encoding else None)
            if encoding:
                return declared
            unknown = unknown or declared
    return unknown


def _label(attributes: bytes) -> str | None:
    """The label in a `meta` tag's attributes."""
    found: dict[bytes, bytes] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        found.setdefault(name.lower(), double or single or bare)
    label = found.get(b"charset")
    if label is None and found.get(b"http-equiv", b"").lower() == b"content-type":
        charset = _CHARSET.search(found.get(b"content", b""))
        label = (charset[1] or charset[2] or charset[3] or b"") if charset else None
    return None if label is None else label.decode("ascii", "replace").strip("\t\n\f\r ")


def _decoded(content: bytes, name: str) -> tuple[str, int | None]:
    """The text of bytes, and where in them the first stands that could not be decoded."""
    encoding = webencodings.lookup(name)
    assert encoding is not None
    decode = encoding.codec_info.decode
    try:
        return decode(content, "strict")[0], None
    except UnicodeDecodeError as error:
        return decode(content, "replace")[0], error.start


def _broken(text: str, at: int, byte: int, name: str) -> _Fault:
    first = text.find("\N{REPLACEMENT CHARACTER}")
    count = text.count("\N{REPLACEMENT CHARACTER}")
    message = f"byte {at:,}, 0x{byte:02X}, is no {name.upper()}; save the page as UTF-8 (replaced here, {count:,} in all)"
    return _Fault("undecodable", max(first, 0), message)


def _of_label(declared: _Declared, name: str, marked: str) -> list[_Fault]:
    """What is wrong with a declared encoding, beside the one that the page is read in."""
    if declared.name is None:
        return [_Fault("unknown-label", declared.offset, f"no encoding is called {declared.label!r}; {_WRITE}")]
    if marked and declared.name != marked:
        message = f"{declared.label!r} is declared, but the byte order mark says {marked.upper()}, which counts; save the page as UTF-8"
        return [_Fault("contradiction", declared.offset, message)]
    if declared.name != "utf-8":
        return [_Fault("not-utf-8", declared.offset, f"the page is declared as {declared.label!r}; save it as UTF-8, and {_WRITE}")]
    return [_not_utf8(name)] if name != "utf-8" else []


def _undeclared(text: str, name: str, marked: str) -> list[_Fault]:
    if name.startswith("utf-16"):
        return [_not_utf8(name)]
    if marked:
        return []
    if (late := _late(text)) is not None:
        message = f"the encoding is declared after the first {PRESCANNED:,} bytes; {_WRITE} first in the head"
        return [_Fault("late-declaration", late, message)]
    if not text.isascii() and any(tag.kind == "doctype" for tag in scan(text[:PRESCANNED])):
        return [_Fault("undeclared", 0, f"no encoding is declared, {name.upper()} is guessed; {_WRITE}", "warning")]
    return []


def _not_utf8(name: str) -> _Fault:
    return _Fault("not-utf-8", 0, f"the page is in {name.upper()}; save it as UTF-8")


def _late(text: str) -> int | None:
    """Where a page declares its encoding, though too late."""
    if not _LABEL.search(text):
        return None
    metas = (tag.offset for tag in scan(text) if tag.name == "meta")
    return next((offset for offset in metas if _prescan(text[offset : offset + PRESCANNED].encode("utf-8", "replace"))), None)
