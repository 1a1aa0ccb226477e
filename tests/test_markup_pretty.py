"""Can a person read the page, and does it still say the same?"""

from pathlib import Path

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import BLOCK, FLOW, KEEPS_SPACE, RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.pretty import pretty
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write

PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Tea &amp; cake</title>
    <style>p { x: y }

    a{}</style>
  </head>
  <body>
    <h1>One <b>two</b></h1>
    <ul>
      <li>a</li>
      <li>
        b
        <ol>
          <li>c</li>
        </ol>
        d <i>e</i>
      </li>
    </ul>
    <pre>kept

   so</pre>
    <p>text <textarea>  a
 b</textarea><br>more <svg viewBox="0 0 1 1"><title>t</title><path></path></svg></p>
    <select>
      <option>1</option>
    </select>
    <hr>
    <a href="#">
      <div>block in inline</div>
    </a>
    <p></p>
  </body>
</html>"""

PAGES = [
    PAGE,
    "<p>a<div>b <b>c<p>d</b>e</div> f",
    "<table><caption>x</caption><tr><td>a<td> b <b> c </b></table><dl><dt>a<dd>b</dl>",
    "<pre>\n\n two</pre><pre>\nx<b> y </b></pre><div> <pre>a</pre> </div>",
    "<video controls><source src=a><track>no video</video><picture><source><img></picture>",
    "<svg><foreignObject><div>a<p>b</div></foreignObject><style>a { }</style></svg><math><mi>x</mi></math>",
    "<details><summary>a <h2>b</h2></summary>c</details><script>a\n  b < c</script>z",
    "<button>a<span> b</span></button> <label>c <input></label> <ruby>d<rt>e</ruby>",
    *(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.parent.glob("corpora/samples/*.html"))[:40]),
]


def tree(page: str, fragment: bool) -> str:
    """html5lib's tree as text, its texts without white space at their edges and without those that are white space alone."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"))
    root = parser.parseFragment(page) if fragment else parser.parse(page)
    return "\n".join(f"{node.tag} {node.attrib} {(node.text or '').strip()!r} {(node.tail or '').strip()!r}" for node in root.iter())


def test_blocks_stand_on_their_own_lines_and_inline_content_on_one() -> None:
    assert pretty(read(PAGE).events) == PAGE


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_does_not_change(page: str) -> None:
    reading = read(page)
    laid_out = pretty(reading.events)
    assert read(laid_out, fragment=reading.fragment).events == reading.events
    assert tree(laid_out, reading.fragment) == tree(write(reading.events), reading.fragment)


_names = st.sampled_from(sorted(FLOW - {"svg", "math"})) | st.sampled_from(["div", "p", "b", "pre", "ul", "li", "a", "title", "option"])
_events = st.recursive(
    st.lists(st.sampled_from(["a", " ", " b ", "c\n  d", "é&<"]).map(Text), max_size=2),
    lambda inner: st.lists(st.tuples(_names, inner), max_size=4).map(
        lambda children: [event for name, content in children for event in element(name, content)]
    ),
    max_leaves=20,
)


def element(name: str, content: list[Event]) -> list[Event]:
    return [StartTag(name)] if name in VOID_IN_PARSER else [StartTag(name), *content, EndTag(name)]


def unwritten(events: list[Event], laid_out: str) -> list[Event]:
    """The events of a laid-out page, found by stepping through it: no parser, so any nesting will do."""
    found: list[Event] = []
    open_: list[str] = []
    for event in events:
        raw = isinstance(event, Text) and open_ and open_[-1] in RAW_TEXT
        spelled = event.data if raw and isinstance(event, Text) else write([event])
        if isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
            open_.append(event.name)
        elif isinstance(event, EndTag):
            open_.pop()
        if not isinstance(event, Text):
            gap = laid_out[: len(laid_out) - len(laid_out.lstrip(" \n"))] if not laid_out.startswith(spelled) else ""
            found += [Text(gap)] if gap else []
            laid_out = laid_out.removeprefix(gap)
        elif not laid_out.startswith(spelled):
            gap = laid_out[: laid_out.index(spelled)]
            found.append(Text(gap))
            laid_out = laid_out.removeprefix(gap)
        assert laid_out.startswith(spelled)
        found.append(event)
        laid_out = laid_out.removeprefix(spelled)
    assert laid_out == ""
    return found


@settings(deadline=None)
@given(_events)
@example([StartTag("script"), Text("é&<"), EndTag("script")])
def test_collapsing_takes_back_every_space_that_is_added(events: list[Event]) -> None:
    events = collapse(events)
    assert collapse(unwritten(events, pretty(events))) == events


@given(_events)
def test_every_block_starts_a_line(events: list[Event]) -> None:
    events = [event for event in collapse(events) if isinstance(event, Text) or getattr(event, "name", "") not in KEEPS_SPACE]
    lines = [line.strip(" ") for line in pretty(events).split("\n")]
    blocks = [event for event in events if isinstance(event, StartTag) and event.name in BLOCK]
    assert sum(any(line.startswith(f"<{name}>") for name in BLOCK) for line in lines) == len(blocks)
