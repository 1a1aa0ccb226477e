"""One start tag: the values of its attributes, and attributes that contradict each other.

`_VALUES` is the table of values: an attribute, the elements on which it means that, its rule and its checker, which says what is wrong with
a value, or None. `_TAGS` is the table of checks that look at several attributes of an element.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from htmlgen.evaluation.values.languages import language_problem
from htmlgen.evaluation.values.media import media_problem, sizes_problem
from htmlgen.evaluation.values.microsyntaxes import (
    color_problem,
    custom_name_problem,
    style_problem,
    unique_problem,
    week_problem,
)
from htmlgen.evaluation.values.paths import path_problem
from htmlgen.evaluation.values.patterns import pattern_problem
from htmlgen.evaluation.values.policies import policy_problem
from htmlgen.evaluation.values.urls import absolute_url_problem, filled_url_problem, srcset_problem, url_problem, web_urls_problem
from htmlgen.markup.elements import FLOW
from htmlgen.markup.events import StartTag

#: A value → what is wrong with it, in words.
Check = Callable[[str], str | None]
Attributes = Mapping[str, str]
#: A rule, a message, and the attribute that they are about, empty for several.
Problem = tuple[str, str, str]

_LONG: Final = 512  # characters of a value above which nothing is remembered of it


def _or_empty(check: Check) -> Check:
    return lambda value: check(value) if value else None


def _each_absolute(value: str) -> str | None:
    return next((wrong for url in value.split() if (wrong := absolute_url_problem(url))), None)


#: Attribute, elements (none named: any), rule, checker.
_VALUES: Final[tuple[tuple[str, str, str, Check], ...]] = (
    ("lang", "", "value/language", _or_empty(language_problem)),
    ("xml:lang", "", "value/language", _or_empty(language_problem)),
    ("hreflang", "a area link", "value/language", _or_empty(language_problem)),
    ("srclang", "track", "value/language", _or_empty(language_problem)),
    ("href", "a area base", "value/url", url_problem),
    ("href", "link", "value/url", filled_url_problem),
    ("src", "audio embed iframe img input script source track video", "value/url", filled_url_problem),
    ("cite", "blockquote del ins q", "value/url", url_problem),
    ("action", "form", "value/url", filled_url_problem),
    ("formaction", "button input", "value/url", filled_url_problem),
    ("data", "object", "value/url", filled_url_problem),
    ("poster", "video", "value/url", filled_url_problem),
    ("itemid", "", "value/url", url_problem),
    ("itemtype", "", "value/url", _each_absolute),
    ("ping", "a area", "value/url", web_urls_problem),
    ("srcset", "img source", "value/srcset", srcset_problem),
    ("imagesrcset", "link", "value/srcset", srcset_problem),
    ("sizes", "img source", "value/sizes", sizes_problem),
    ("imagesizes", "link", "value/sizes", sizes_problem),
    ("media", "link meta source style", "value/media", media_problem),
    ("is", "", "value/custom-name", custom_name_problem),
    ("pattern", "input", "value/pattern", pattern_problem),
    ("style", "", "value/style", style_problem),
    ("color", "link", "value/color", color_problem),
    ("d", "path", "value/path", path_problem),
    *((name, elements, "value/duplicate-token", unique_problem) for name, elements in (
        ("accesskey", ""), ("itemprop", ""), ("itemref", ""), ("itemtype", ""), ("sandbox", "iframe"), ("rel", "a area form link"),
        ("headers", "td th"), ("for", "output"), ("blocking", "link script style"), ("sizes", "link"),
    )),
)  # fmt: skip


def _by_attribute() -> dict[str, list[tuple[frozenset[str], str, Check]]]:
    found: dict[str, list[tuple[frozenset[str], str, Check]]] = {}
    for name, elements, rule, check in _VALUES:
        found.setdefault(name, []).append((frozenset(elements.split()), rule, check))
    return found


_CHECKS: Final = _by_attribute()


def tag_problems(tag: StartTag) -> tuple[Problem, ...]:
    """What is wrong with a start tag by itself."""
    return tuple(_problems(tag))


def _problems(tag: StartTag) -> Iterator[Problem]:
    for name, value in tag.attributes:
        for elements, rule, check in _CHECKS.get(name, ()):
            if (not elements or tag.name in elements) and (wrong := _checked(check, value)):
                yield rule, f"{name} of <{tag.name}>: {wrong}", name
    attributes = dict(tag.attributes)
    for judge in (*_TAGS.get(tag.name, ()), *_ALL_TAGS):
        yield from judge(attributes)
    if "-" in tag.name and "is" in attributes:
        yield "attribute/is", f"<{tag.name}> is a custom element by its name; leave out is, which turns other elements into one", "is"
    if "xml:lang" in attributes and "lang" not in attributes and tag.name in _HTML_ONLY:
        yield "attribute/xml-lang", f"xml:lang of <{tag.name}> means nothing in HTML; write lang", "xml:lang"
    if tag.name in _ROLES and attributes.get("role", "").strip().lower() == _ROLES[tag.name]:
        yield "aria/redundant-role", f"<{tag.name}> has the role {_ROLES[tag.name]} by itself; leave out role", "role"


def _checked(check: Check, value: str) -> str | None:
    return check(value) if len(value) > _LONG else _remembered_check(check, value)


@lru_cache(maxsize=8192)
def _remembered_check(check: Check, value: str) -> str | None:
    return check(value)


#: Elements that SVG and MathML do not have.
_HTML_ONLY: Final = (FLOW | {"html", "head", "body", "li", "dt", "dd", "tr", "td", "th"}) - {
    "a", "audio", "canvas", "iframe", "math", "script", "style", "svg", "video"
}  # fmt: skip
#: "ARIA in HTML", 4: elements whose role never differs, and which it is. A list keeps it, as style sheets can take it away.
_ROLES: Final = {
    "article": "article", "aside": "complementary", "button": "button", "datalist": "listbox", "dialog": "dialog", "fieldset": "group",
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading", "hr": "separator", "main": "main",
    "meter": "meter", "nav": "navigation", "option": "option", "output": "status", "progress": "progressbar", "search": "search",
    "table": "table", "textarea": "textbox",
}  # fmt: skip


# Several attributes ---------------------------------------------------------------------------------------------------------------


def _number(attributes: Attributes, name: str) -> float | None:
    try:
        return float(attributes[name])
    except (KeyError, ValueError):  # absent, or no number: that is found elsewhere
        return None


def _order(attributes: Attributes, bounds: dict[str, float], pairs: tuple[tuple[str, str], ...]) -> Iterator[Problem]:
    """Args: bounds, what an absent attribute stands for; pairs, attributes of which the first is at most the second."""
    numbers = {name: _number(attributes, name) for pair in pairs for name in pair}
    for low, high in pairs:
        below, above = numbers[low], numbers[high]
        below = bounds.get(low) if below is None and low not in attributes else below
        above = bounds.get(high) if above is None and high not in attributes else above
        if below is not None and above is not None and below > above:
            both = ((low, below), (high, above))
            shown = (f"{name}={value:g}{'' if name in attributes else ' (as it is absent)'}" for name, value in both)
            yield "value/range", " is above ".join(shown), low if low in attributes else high


_METER: Final = (
    ("min", "max"), ("min", "value"), ("value", "max"), ("min", "low"), ("low", "max"), ("min", "high"), ("high", "max"), ("low", "high"),
    ("min", "optimum"), ("optimum", "max"),
)  # fmt: skip


def _meter(attributes: Attributes) -> Iterator[Problem]:
    yield from _order(attributes, {"min": 0.0, "max": 1.0}, _METER)


def _progress(attributes: Attributes) -> Iterator[Problem]:
    yield from _order(attributes, {"max": 1.0}, (("value", "max"),))


def _input(attributes: Attributes) -> Iterator[Problem]:
    kind = attributes.get("type", "").lower()
    if kind == "image" and "src" not in attributes:
        yield "attribute/image-src", '<input type="image"> without src shows no image', "src"
    for name in ("value", "min", "max"):
        if name not in attributes or not attributes[name]:
            continue
        if kind == "week" and (wrong := week_problem(attributes[name])):
            yield "value/week", f"{name} of <input>: {wrong}", name
        if kind == "color" and name == "value" and (wrong := color_problem(attributes[name])):
            yield "value/color", f"{name} of <input>: {wrong}", name
        if kind == "url" and name == "value" and (wrong := absolute_url_problem(attributes[name])):
            yield "value/url", f"{name} of <input>: {wrong}", name


def _map(attributes: Attributes) -> Iterator[Problem]:
    if "id" in attributes and "name" in attributes and attributes["id"] != attributes["name"]:
        message = f'<map> has the id "{attributes["id"]}" and the name "{attributes["name"]}"; they must be the same'
        yield "attribute/map-name", message, "id"


#: HTML Standard 4.2.4: attributes of link, and the keywords of which one must be in rel.
_LINK_KEYWORDS: Final = {
    "as": ("preload", "modulepreload"), "blocking": ("stylesheet", "expect"), "color": ("mask-icon",), "disabled": ("stylesheet",),
    "imagesizes": ("preload",), "imagesrcset": ("preload",), "integrity": ("stylesheet", "preload", "modulepreload"),
    "sizes": ("icon", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image", "fluid-icon"),
}  # fmt: skip


def _link(attributes: Attributes) -> Iterator[Problem]:
    rel = attributes.get("rel", "").lower().split()
    for name, keywords in _LINK_KEYWORDS.items():
        if name in attributes and not any(keyword in rel for keyword in keywords):
            yield "attribute/link-keyword", f"{name} of <link> is for rel={' or '.join(keywords)}; leave it out", name
    if "alternate" in rel and "stylesheet" in rel and not attributes.get("title"):
        yield "attribute/alternate-title", "an alternate style sheet needs a title by which it can be chosen", "title"
    if "preload" in rel and "as" not in attributes:
        yield "attribute/preload-as", "a preloaded resource needs the attribute as, which says what it is for", "as"


def _meta(attributes: Attributes) -> Iterator[Problem]:
    kind, name, content = attributes.get("http-equiv", "").lower(), attributes.get("name", "").lower(), attributes.get("content", "")
    if kind == "content-security-policy" and (wrong := policy_problem(content)):
        yield "value/policy", f"content of <meta>: {wrong}", "content"
    if name == "theme-color" and content and (wrong := color_problem(content)):
        yield "value/color", f"content of <meta>: {wrong}", "content"
    if name == "viewport" and (wrong := _viewport(content)):
        yield "value/viewport", f"content of <meta>: {wrong}", "content"
    if "media" in attributes and name != "theme-color":
        yield "attribute/meta-media", 'media can only stand on <meta name="theme-color">', "media"


def _viewport(content: str) -> str | None:
    """CSS Viewport 1, 3, and WCAG 1.4.4: people can zoom."""
    settings = dict(part.strip().lower().partition("=")[::2] for part in content.replace(";", ",").split(","))
    settings = {name.strip(): value.strip() for name, value in settings.items()}
    if settings.get("user-scalable") in ("no", "0"):
        return "user-scalable=no keeps people from zooming; leave it out"
    try:
        if float(settings.get("maximum-scale", 10)) < 2:
            return f"maximum-scale={settings['maximum-scale']} keeps people from zooming; leave it out"
    except ValueError:
        return f"maximum-scale is a number, not {settings['maximum-scale']!r}"
    return None


def _script(attributes: Attributes) -> Iterator[Problem]:
    """HTML Standard 16.2: what may stand though it is obsolete, if it says what is so anyway."""
    if "charset" in attributes and ("src" not in attributes or attributes["charset"].lower() != "utf-8"):
        yield "attribute/script-legacy", 'charset of <script> can only be "utf-8", beside src; leave it out', "charset"
    if "language" in attributes and attributes.get("type", "text/javascript").lower() != "text/javascript":
        yield "attribute/script-legacy", f"language of <script> contradicts its type, {attributes['type']!r}; leave it out", "language"


_BUTTON_ROLES: Final = frozenset(
    "button checkbox combobox gridcell link menuitem menuitemcheckbox menuitemradio option radio slider switch tab treeitem".split()
)
#: "ARIA in HTML", 4: the roles of inputs by their type, where the grammar allows those of their kind.
_INPUT_ROLES: Final = {
    "email": frozenset(("textbox",)), "tel": frozenset(("textbox",)), "url": frozenset(("textbox",)), "search": frozenset(("searchbox",)),
    "reset": _BUTTON_ROLES, "submit": _BUTTON_ROLES,
}  # fmt: skip


def _role_problem(attributes: Attributes, name: str, allowed: frozenset[str]) -> Iterator[Problem]:
    role = attributes.get("role", "").strip().lower()
    if role and role not in allowed:
        yield "aria/attribute", f"{name} cannot have role={role[:40]}, but {' or '.join(sorted(allowed))}", "role"


def _input_role(attributes: Attributes) -> Iterator[Problem]:
    kind = attributes.get("type", "").lower()
    if allowed := _INPUT_ROLES.get(kind):
        allowed = frozenset(("combobox",)) if "list" in attributes and allowed is not _BUTTON_ROLES else allowed
        yield from _role_problem(attributes, f'<input type="{kind}">', allowed)


def _select_role(attributes: Attributes) -> Iterator[Problem]:
    drops = "multiple" not in attributes and attributes.get("size", "1").strip() in ("", "1")
    shown = "<select> that drops down" if drops else "<select> that shows several options"
    yield from _role_problem(attributes, shown, frozenset(("combobox", "menu")) if drops else frozenset(("listbox",)))


def _object_role(attributes: Attributes) -> Iterator[Problem]:
    yield from _role_problem(attributes, "<object>", frozenset(("application", "document", "image", "img")))


def _area(attributes: Attributes) -> Iterator[Problem]:
    if "shape" not in attributes and "coords" not in attributes:
        yield "attribute/area-coords", "<area> without shape is a rectangle, and needs coords", "coords"


def _iframe(attributes: Attributes) -> Iterator[Problem]:
    tokens = attributes.get("sandbox", "").lower().split()
    if "allow-top-navigation" in tokens and "allow-top-navigation-by-user-activation" in tokens:
        message = "allow-top-navigation makes allow-top-navigation-by-user-activation void; leave one out"
        yield "value/sandbox", message, "sandbox"


def _time(attributes: Attributes) -> Iterator[Problem]:
    value = attributes.get("datetime", "")
    if "-W53" in value and (wrong := week_problem(value)):
        yield "value/week", f"datetime of <time>: {wrong}", "datetime"


def _languages(attributes: Attributes) -> Iterator[Problem]:
    """HTML Standard 3.2.6.2: xml:lang says what lang says, or is left out."""
    other = attributes.get("xml:lang")
    if other is not None and attributes.get("lang", other).lower() != other.lower():
        yield "attribute/xml-lang", f'xml:lang="{other}" says otherwise than lang="{attributes["lang"]}"; leave it out', "xml:lang"


def _native_state(attributes: Attributes) -> Iterator[Problem]:
    """ARIA in HTML, 6: a native attribute says the same, so that a state that says otherwise is an error."""
    if "aria-hidden" in attributes and "hidden" in attributes:
        if attributes["hidden"].lower() == "until-found" and attributes["aria-hidden"].lower() == "true":
            message = "aria-hidden=true keeps what hidden=until-found reveals from assistive technology; leave out aria-hidden"
            yield "aria/native-state", message, "aria-hidden"
            return
        yield from _contradicts(attributes, "aria-hidden", "hidden")
    for name in ("disabled", "readonly", "required"):
        if name in attributes and f"aria-{name}" in attributes:
            yield from _contradicts(attributes, f"aria-{name}", name)
    for name in ("colspan", "rowspan"):
        if name in attributes and f"aria-{name}" in attributes and attributes[name] != attributes[f"aria-{name}"]:
            message = f"aria-{name} says otherwise than {name}; leave it out"
            yield "aria/native-state", message, f"aria-{name}"
    if "aria-expanded" in attributes and (name := next((each for each in ("popovertarget", "command") if each in attributes), "")):
        yield "aria/native-state", f"aria-expanded is known from what {name} opens; leave it out", "aria-expanded"
    if attributes.get("aria-readonly", "").lower() == "true" and "contenteditable" in attributes:
        yield "aria/native-state", "aria-readonly=true contradicts contenteditable; leave out one of them", "aria-readonly"


def _contradicts(attributes: Attributes, state: str, name: str) -> Iterator[Problem]:
    if attributes[state].lower() == "false":
        yield "aria/native-state", f"{state}=false contradicts {name}; leave it out", state


_ALL_TAGS: Final = (_native_state, _languages)
_TAGS: Final[dict[str, tuple[Callable[[Attributes], Iterator[Problem]], ...]]] = {
    "meter": (_meter,), "progress": (_progress,), "input": (_input, _input_role), "map": (_map,), "link": (_link,), "meta": (_meta,),
    "iframe": (_iframe,), "time": (_time,), "script": (_script,), "area": (_area,),
    "select": (_select_role,), "object": (_object_role,),
}  # fmt: skip
