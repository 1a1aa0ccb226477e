"""Does a prompt go through whatever a canonical page may hold, and does every page that begins so still end?"""

import numpy as np
import pytest
from decoding_vocabulary import encode, page, syntax_errors, vocabulary

from htmlgen.decoding.guard import Guard, GuardState
from htmlgen.errors import PromptError
from htmlgen.markup.reader import read

VOCABULARY = vocabulary()
GUARD = Guard(VOCABULARY)
HEAD = "<!DOCTYPE html><title>a</title>"
PAGES = (
    "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Tea &amp; cake</title></head><body class='a b'><p>One <b>two</b>!",
    "<p>No doctype, no title",
    '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd"><title>old</title><center><font>x</font></center>',
    HEAD + "<style>p > a { color: red }</style><script>if (a < b && c) { x(\"y\") }\n\nz()</script><p style='color:red' onclick='x()'>y",
    HEAD + "<svg viewBox='0 0 1 1'><linearGradient><stop/></linearGradient><title>t</title><foreignObject><p>in</p></foreignObject></svg>",
    HEAD + "<math><mi>x</mi><mo>+</mo><mn>1</mn></math><p>after",
    HEAD + "<my-element data-x=1 @click=go><other-element></other-element></my-element><kbd>Ctrl</kbd>a<wbr>b",
    HEAD + "<p é=1 data-ü='ö'>é中😀\x80&nbsp;</p><x-é>y</x-é>",
    HEAD + "<pre>  two\n\n   lines\t</pre><textarea>\n\n a  b</textarea><iframe src=x>raw <b></iframe>",
    HEAD + "<table><tfoot><tr><td>f</table><table><tr><td><p>x<ul><li>y</ul><th>z<caption>c</table><details>no summary</details>",
    HEAD + "<ul> <li>a<li>b<div>in ul</div></ul><dl><dd>first<dt>then</dl><ruby>a<rp>(<rt>b<rp>)</ruby>",
    HEAD + "<b><b><i><em><em>x</em></em></i></b></b><form><p><label>a<input type=text></label></form><select><option>1<option>2</select>",
    "<!DOCTYPE html><head><noscript><link rel=stylesheet></noscript><base href=/><title></title></head><frameset><frame></frameset>",
    "<!DOCTYPE html><body><main><h1>a</h1><section><main>b</main></section></main><address><h2>c</h2></address>  <a><div><p>d</div></a>",
    HEAD + "<button><p>x</p></button><object><p>y</p></object><audio><source><track>z</audio><map><area></map><picture><img></picture>",
    HEAD + "<input type=checkbox checked><br><hr><video controls></video><template><p>t</p></template><noscript><p>n</p></noscript>",
)


def encoded(text: str) -> list[int]:
    return encode(VOCABULARY, read(text, fragment=False).events)


def states(ids: list[int]) -> list[GuardState]:
    reached = [GUARD.start()]
    for token in ids:
        reached.append(GUARD.advance(reached[-1], token))
    return reached


def ending(state: GuardState, budget: int, rng: np.random.Generator) -> list[int]:
    ids: list[int] = []
    while True:
        tokens = np.flatnonzero(GUARD.allowed(state, budget - len(ids)))
        assert len(tokens), (state, [VOCABULARY[token].text for token in ids])
        token = int(rng.choice(tokens))
        if token == VOCABULARY.eos:
            return ids
        state = GUARD.advance(state, token)
        ids.append(token)


@pytest.mark.parametrize("text", PAGES)
def test_a_canonical_page_goes_through_whole(text: str) -> None:
    assert GUARD.finished(states(encoded(text))[-1])


@pytest.mark.parametrize("text", PAGES)
def test_from_every_token_of_a_page_on_a_page_ends_within_its_budget(text: str) -> None:
    rng = np.random.default_rng(0)
    for state in states(encoded(text)):
        least = GUARD.least_cost(state)
        for budget in (least, least + 1, least + 7):
            assert len(ending(state, budget, rng)) <= budget


def test_what_is_made_after_a_clean_prompt_is_clean() -> None:
    rng = np.random.default_rng(1)
    for text in (PAGES[0], PAGES[9], PAGES[10].replace("<div>in ul</div>", ""), PAGES[13].replace("<section><main>b</main></section>", "")):
        ids = encoded(text)
        for cut, state in enumerate(states(ids)):
            if VOCABULARY[ids[cut - 1]].byte < 0:
                whole = [*ids[:cut], *ending(state, GUARD.least_cost(state) + 20, rng)]
                assert syntax_errors(page(VOCABULARY, whole)) == [], page(VOCABULARY, whole)


@pytest.mark.parametrize(
    ("before", "wrong", "told"),
    [
        ("<p>", "<div>", r"<div> cannot stand in <p>; what could: <"),
        ("<a>", "<a>", r"<a> cannot stand in <a>"),
        ("<ul><li>", "</ul>", r"</ul> cannot stand in <li>; what could: .*</li>"),
        ("<table>", "a", r"'a' cannot stand in <table>; what could: .*</table>"),
        ("<table>", "<tr>", r"<tr> cannot stand in <table>"),
        ("<form><div>", "<form>", r"<form> cannot stand in <div>"),
        ("<h1>", "<h2>", r"<h2> cannot stand in <h1>"),
        ("<select>", "<div>", r"<div> cannot stand in <select>"),
        ("", "<body>", r"<body> cannot stand in <body>"),
        ("", "[PAD]", r"a control token cannot stand in <body>"),
        ("", "[EOS]", r"the page's end cannot stand in <body>"),
        ("", '">', r"'\">' cannot stand in <body>"),
    ],
)
def test_a_prompt_that_breaks_a_rule_is_told_what_stood_there_and_what_could(before: str, wrong: str, told: str) -> None:
    shell = [VOCABULARY.id(text) for text in ("<!DOCTYPE html>", "<html>", "<head>", "<title>", "a", "</title>", "</head>", "<body>")]
    state = states([*shell, *(VOCABULARY.id(f"<{tag}>") for tag in before.strip("<>").split("><") if tag)])[-1]
    token = {"[PAD]": VOCABULARY.pad, "[EOS]": VOCABULARY.eos}.get(wrong)
    with pytest.raises(PromptError, match=told):
        GUARD.advance(state, VOCABULARY.id(wrong) if token is None else token)


def test_names_that_do_not_fit_are_refused() -> None:
    body = states(encoded(HEAD + "<table><tr><td>"))[-7]
    assert body.frame.position.place.name == "td"
    spelled = [VOCABULARY.id("<"), *(VOCABULARY.byte(value) for value in b"k"), VOCABULARY.id(">"), VOCABULARY.id("</"), VOCABULARY.id("x")]
    with pytest.raises(PromptError, match=r"'x' cannot stand in a spelled end tag"):
        for token in spelled:
            body = GUARD.advance(body, token)


def test_ids_outside_of_the_vocabulary_are_refused() -> None:
    for token in (-1, len(VOCABULARY)):
        with pytest.raises(PromptError, match="not among the"):
            GUARD.advance(GUARD.start(), token)
