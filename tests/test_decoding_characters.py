"""Does the UTF-8 automaton accept the characters that html5lib accepts, and no others?"""

import html5lib
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.decoding.characters import BETWEEN, NEEDS, NEXT, UNCLEAN, completed


def accepts(data: bytes) -> bool:
    state = BETWEEN
    for byte in data:
        state = int(NEXT[state][byte]) if state >= 0 else state
    return state == BETWEEN


def test_what_is_accepted_is_every_character_but_markup_spaces_controls_surrogates_and_noncharacters() -> None:
    markup = set('"&<> \t\n')
    for code in [*range(0x3000), *range(0xD000, 0x11000), *range(0x1FF00, 0x110000, 0x101), *range(0x1FFF0, 0x110000, 0x10000)]:
        for near in range(code, min(code + 16, 0x110000)) if code >= 0x1FF00 else (code,):
            character = chr(near)
            clean = not UNCLEAN.search(character) and character not in markup
            assert accepts(character.encode("utf-8", "surrogatepass")) == clean, hex(near)


@given(st.binary(min_size=1, max_size=4))
def test_what_is_accepted_is_utf_8(data: bytes) -> None:
    if accepts(data):
        assert data.decode().encode() == data


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_html5lib_reports_no_accepted_character(text: str) -> None:
    text = "".join(character for character in text if accepts(character.encode()))
    parser = html5lib.HTMLParser()
    parser.parse(f"<!DOCTYPE html><title>{text}</title>")
    assert parser.errors == []


def test_every_state_needs_as_many_bytes_as_it_says() -> None:
    for state, need in enumerate(NEEDS):
        for after in NEXT[state][NEXT[state] >= 0]:
            assert state == BETWEEN or NEEDS[after] == need - 1


def test_a_broken_off_character_is_completed_and_a_broken_one_refused() -> None:
    assert completed("é€😀".encode()[:6]) == "é€".encode() + b"\xf0\x90\x80\x80"
    assert completed(b"a\xff") is None
