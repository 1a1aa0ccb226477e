"""Attributes in their context: is what stands around an element, and what refers to it, held against its roles, sources and options?"""

import pytest

from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.values.attributes import value_findings
from htmlgen.markup.events import EndTag, Event, StartTag

PAGE = '<!DOCTYPE html><html lang="en"><title>Tea</title>{}'
TABS = '<div role="tablist"><button role="tab" aria-selected="true" {}>x</button></div>'

#: What stands in a page, and the rules that it breaks.
BODIES = {
    # WAI-ARIA 1.3, 5.2.8
    '<div role="row"><p>x</div>': {"aria/parent-role"},
    '<div role="table"><div><div role="row"><p role="cell">x</div></div></div>': set(),
    '<div role="cell">x</div>': {"aria/parent-role"},
    '<div role="listbox" aria-owns="o"></div><p id="o" role="option">x': set(),
    '<div role="listbox" aria-controls="o"></div><p id="o" role="option">x': {"aria/parent-role"},
    '<div role="option">x</div><div role="listbox"><div role="option">y</div></div>': {"aria/parent-role"},
    "<fieldset><p role=treeitem>x</fieldset>": set(),
    # ARIA in HTML, li, td, summary, label
    '<ul><li role="tab">x</ul>': {"aria/parent-role", "aria/child-role"},
    '<ul role="tree"><li role="treeitem">x</ul>': set(),
    '<ul role="tree"><li role="button">x</ul>': {"aria/child-role"},
    '<div role="list"><div role="group">x</div></div>': {"aria/child-role"},
    '<div role="menu"><div role="group"><p role="separator">x</div></div>': {"aria/child-role"},
    '<div role="menu"><div role="group"><p role="menuitem">x</div></div>': set(),
    '<table><tr><td role="button">x</table>': {"aria/table-part"},
    '<table role="none"><tr><td role="button">x</table>': set(),
    '<table><tr><td><table role="none"><tr><td role="button">x</table></table>': set(),
    '<details><summary aria-expanded="true">x</summary></details>': {"aria/native-part"},
    '<details><summary aria-label="y">x</summary></details>': set(),
    '<label for="i" role="button">x</label><input id="i">': {"aria/label"},
    '<label aria-label="y">x <input></label>': {"aria/label"},
    '<label for="i" aria-label="y">x</label><p id="i">': set(),
    '<label for="i" aria-label="y">x</label><input id="i" type="hidden">': set(),
    # headings, links, buttons
    '<h1>x<span role="note">y</span></h1>': {"aria/in-heading"},
    '<h1>x</h1><span role="note">y</span>': set(),
    '<a href="x"><span role="switch" aria-checked="true">y</span></a>': {"aria/in-interactive"},
    '<button><span role="img" aria-label="y"></span></button>': set(),
    # references
    TABS.format(""): {"aria/tab-panel"},
    TABS.format('aria-controls="p"') + '<p id="p" role="tabpanel">x': set(),
    TABS.format('aria-controls="p"') + '<p id="p">x': {"aria/tab-panel"},
    TABS.format('id="t"') + '<p aria-labelledby="t" role="tabpanel">x': set(),
    # pictures: HTML Standard 4.8.2
    '<picture><source srcset="a"><source srcset="b"><img src="c" alt=""></picture>': {"attribute/source-condition"},
    '<picture><source srcset="a" media="all"><img src="c" srcset="d" alt=""></picture>': {"attribute/source-condition"},
    '<picture><source srcset="a" media="print"><source srcset="b"><img src="c" alt=""></picture>': set(),
    '<picture><source srcset="a"><img src="c" alt=""></picture>': set(),
    '<picture><source srcset="a 1w"><img src="c" alt=""></picture>': {"attribute/source-sizes"},
    '<picture><source srcset="a 1w" sizes="1px"><img src="c" alt=""></picture>': set(),
    '<picture><source srcset="a 1w"><img src="c" sizes="auto" loading="lazy" alt=""></picture>': set(),
    # options: HTML Standard 4.10.7
    "<select><option selected>a<option selected>b</select>": {"attribute/one-selected"},
    "<select multiple><option selected>a<option selected>b</select>": set(),
    "<select required></select>": {"attribute/placeholder-option"},
    "<select required><option>a</select>": {"attribute/placeholder-option"},
    "<select required><option value=''>a</select>": set(),
    "<select required><option> </select>": set(),
    "<select required><optgroup label=x><option value=''>a</optgroup></select>": {"attribute/placeholder-option"},
    "<select required size=2><option>a</select>": set(),
    "<select size=2><button>x</button><option>a</select>": {"attribute/select-button"},
    "<select multiple><button>x</button><option>a</select>": {"attribute/select-button"},
    "<select multiple size=1><button>x</button><option>a</select>": set(),
    # items: HTML Standard 5.2
    "<p itemprop=a>x": {"attribute/itemprop"},
    "<p itemscope itemprop=a>x": {"attribute/itemprop"},
    "<div itemscope><p itemprop=a>x</div>": set(),
    "<div id=a><p itemprop=b>x</div><p itemscope itemref=a>": set(),
    # data in scripts
    "<script type=importmap>{</script>": {"value/script-data"},
    "<script type=importmap>{}</script>": set(),
    "<script type=application/json>{</script>": set(),
}


def rules(page: str, *, fragment: bool = False) -> set[str]:
    return {finding.rule for finding in value_findings(parse_document(page, fragment=fragment).events, fragment=fragment)}


@pytest.mark.parametrize("body", BODIES)
def test_an_element_is_held_against_what_stands_around_it(body: str) -> None:
    assert rules(PAGE.format(body)) == BODIES[body]


@pytest.mark.parametrize("body", ["<p role=option>x", "<p itemprop=a>x", TABS.format("")])
def test_nothing_is_asked_of_what_stands_around_a_fragment(body: str) -> None:
    assert rules(PAGE.format(body)) != set()
    assert rules(body, fragment=True) == set()


def test_a_finding_names_its_event_and_its_attribute() -> None:
    events = parse_document('<p lang="zzz">x', fragment=True).events
    (finding,) = value_findings(events, fragment=True)
    assert (finding.index, finding.rule, finding.attribute) == (0, "value/language", "lang")


DEEP = [
    StartTag("div", (("role", "option"), ("id", "x"))),
    StartTag("b", (("itemprop", "a"), ("id", "b"))),
    StartTag("label", (("role", "button"), ("for", "x"))),
    StartTag("select", (("required", ""),)),
    StartTag("table"),
]


@pytest.mark.parametrize("tag", DEEP, ids=lambda tag: tag.name)
def test_no_nesting_is_too_deep(tag: StartTag) -> None:
    events: list[Event] = [*[tag] * 100_000, *[EndTag(tag.name)] * 100_000]
    assert len(list(value_findings(events))) in (0, 100_000)
