"""White space: what no reader of a page can see goes, everything else stays, and once is enough."""

import pytest
from hypothesis import given, settings
from strategies import event_lists

from htmlgen.markup.canonical import collapse
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("a \t\n\f b", "a b"),
        (" a <b> c </b> ", "a <b> c </b>"),
        ("a\u00a0\u2003 b", "a&nbsp;\u2003 b"),
        ("<p> a </p> <p> b </p>", "<p>a</p><p>b</p>"),
        ("<p>a <br> b</p>", "<p>a <br> b</p>"),
        ("<span>a</span> <span>b</span>", "<span>a</span> <span>b</span>"),
        ("<button> a </button> b", "<button> a </button> b"),
        ("<table> <tr> <td> a </td> </tr> </table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
        ("<select> <option> a </select>", "<select><option>a</option></select>"),
        ("<pre> a  b\n</pre> c  d", "<pre> a  b\n</pre>c d"),
        ("<pre><b> a </b>  </pre>", "<pre><b> a </b>  </pre>"),
        ("<textarea> a  </textarea> b  c", "<textarea> a  </textarea> b c"),
        ("<script> a  b </script>", "<script> a  b </script>"),
        ("a <!-- --> b", "a b"),
        ("<svg> <g> </g> </svg>", "<svg><g></g></svg>"),
        ("<pre><svg><link/></svg></pre> a  b", "<pre><svg><link></link></svg></pre>a b"),
    ],
)
def test_white_space_stays_where_it_is_seen(page: str, expected: str) -> None:
    assert write(read(page).events) == expected


@settings(max_examples=60, deadline=None)
@given(event_lists)
def test_collapsing_twice_changes_nothing_more(events: list[Event]) -> None:
    once = collapse(events)
    assert collapse(once) == once


@settings(max_examples=60, deadline=None)
@given(event_lists)
def test_only_white_space_changes(events: list[Event]) -> None:
    def rest(found: list[Event]) -> tuple[list[Event], str]:
        text = "".join(event.data for event in found if isinstance(event, Text))
        return [event for event in found if not isinstance(event, Text)], "".join(text.translate(dict.fromkeys(map(ord, " \t\n\f\r"))))

    assert rest(collapse(events)) == rest(events)


def test_adjacent_texts_become_one_and_empty_ones_none() -> None:
    assert collapse([Text("a "), Text(" b"), StartTag("b"), Text(""), EndTag("b")]) == [Text("a b"), StartTag("b"), EndTag("b")]
