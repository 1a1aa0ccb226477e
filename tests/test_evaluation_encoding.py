"""Are a page's bytes decoded as the Standard says, and is it told what is wrong with them?"""

from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htmlgen.evaluation.encoding import decode
from htmlgen.evaluation.rules import RULES
from htmlgen.evaluation.running.inputs import NamedPage, read_pages
from htmlgen.evaluation.running.judging import judge_pages
from htmlgen.evaluation.running.manner import Manner

UTF_8 = b'<!doctype html><meta charset="utf-8">'


@pytest.mark.parametrize(
    ("content", "text", "found"),
    [
        (UTF_8 + b"\xc3\xa9", "é", []),
        (b"\xef\xbb\xbf<p>\xc3\xa9", "<p>é", []),
        (b"<p>\xc3\xa9", "<p>é", []),
        (b"<!doctype html><p>x", "<p>x", []),
        (b"<!doctype html><p>\xc3\xa9", "<p>é", [("undeclared", 0)]),
        (b"<!doctype html><p>\x80", "<p>€", [("undeclared", 0)]),
        (UTF_8 + b"a\xffb\xe9c", "a\ufffdb\ufffdc", [("undecodable", 38)]),
        (b"\xc3\xa9<meta charset=utf-8>\xff", "\ufffd", [("undecodable", 21)]),
        (b"<p><meta charset=latin1>\xe9", "é", [("not-utf-8", 3)]),
        (b"<meta charset=iso-8859-2>\xb1", "ą", [("not-utf-8", 0)]),
        (b"<meta charset=utf-16>\xc3\xa9", "é", [("not-utf-8", 0)]),
        (b"<meta charset=utf-8000><p>x", "<p>x", [("unknown-label", 0)]),
        (b"<meta charset=x><meta charset=utf-8><p>x", "<p>x", []),
        (b"\xff\xfe<\0p\0>\0", "<p>", [("not-utf-8", 0)]),
        (b"\xfe\xff\0<\0p\0>", "<p>", [("not-utf-8", 0)]),
        (b"<\0?\0x\0m\0l\0>\0", "<?xml>", [("not-utf-8", 0)]),
        (b"\xef\xbb\xbf<meta charset=latin1>\xc3\xa9", "é", [("contradiction", 0)]),
        (b"<!-- <meta charset=latin1> --><p title='<meta charset=latin1>'>\xc3\xa9", "é", []),
        (b"<META http-equiv='Content-Type' content='text/html; charset = \"Shift_JIS\"'>\x82\xa0", "あ", [("not-utf-8", 0)]),
        (b"<meta content='text/html; charset=latin1'>\xc3\xa9", "é", []),
        (UTF_8[:15] + b" " * 1000 + UTF_8[15:] + b"x", "x", [("late-declaration", 1015)]),
        (UTF_8[:15] + b"<!--" + b"x" * 1000 + b"<meta charset=utf-8>-->", "", []),
        (b"", "", []),
    ],
)  # fmt: skip
def test_bytes_are_decoded_and_judged(content: bytes, text: str, found: list[tuple[str, int]]) -> None:
    decoded, findings = decode(content)
    assert decoded.endswith(text)
    assert [(finding.rule, finding.offset) for finding in findings] == [(f"encoding/{name}", offset) for name, offset in found]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_fault_has_its_line_and_column(end: bytes) -> None:
    """Whatever ends lines, and whatever stands behind the fault."""
    (fault,) = decode(UTF_8 + end + b"a" + end + b"bc\xff" + end + b"d")[1]
    assert (fault.line, fault.column, fault.offset) == (3, 3, len(UTF_8) + 2 * len(end) + 3)
    (fault,) = decode(UTF_8 + end + b"\xff" + end)[1]
    assert (fault.line, fault.column) == (2, 1)


def test_a_finding_says_what_severity_its_rule_has() -> None:
    (warning,) = decode(b"<!doctype html>\xc3\xa9")[1]
    assert warning.severity == RULES[warning.rule].severity == "warning"


def test_a_byte_order_mark_is_no_part_of_the_page() -> None:
    assert decode(b"\xef\xbb\xbfx") == ("x", ())
    assert decode("\ufeffx".encode("utf-16-le"))[0] == "x"


@settings(deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", b"<meta charset=latin2>", b"<!doctype html>", b"\xef\xbb\xbf", b"\xff\xfe", UTF_8]))
def test_any_bytes_are_text_as_html5lib_decodes_them(content: bytes, beginning: bytes) -> None:
    text, findings = decode(beginning + content)
    assert all(0 <= finding.offset <= len(text) and finding.rule in RULES for finding in findings)
    if findings or not (beginning or content.isascii()):
        return  # html5lib guesses windows-1252 where UTF-8 is not declared
    if beginning not in (b"", b"<!doctype html>"):
        stream = html5lib._inputstream.HTMLBinaryInputStream(beginning + content, useChardet=False)
        assert text == (beginning + content).decode(stream.charEncoding[0].codec_info.name, "replace").removeprefix("\ufeff")


def test_what_is_wrong_with_bytes_is_told_by_eval(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"<!doctype html><html lang=en><meta charset=latin1><title>x</title><p>\xe9")
    (read,) = read_pages([str(page)])
    assert isinstance(read, NamedPage)
    (judged,) = judge_pages([read], Manner())
    evaluation = judged.evaluation  # type: ignore[union-attr]
    assert "encoding/not-utf-8" in [finding.rule for finding in evaluation.findings]
    assert evaluation.cleanness < 1


def test_a_page_in_utf_16_is_told_of(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes("\ufeff<p>é".encode("utf-16-le"))
    (read,) = read_pages([str(page)])
    assert isinstance(read, NamedPage)
    assert (read.text, read.size, [finding.rule for finding in read.encoding]) == ("<p>é", 10, ["encoding/not-utf-8"])
