"""What may stand in what: content models, exclusions by ancestor, and what html5lib reports. Tables only.

Laws: what `CONTENT` and `EXCLUDES` allow, html5lib parses without an error; an element with required children never requires
itself, however deep; where text may come, text may follow text.
Source: HTML Standard, section 4, the content model of each element, and 13.2.6 for the parser's own rules, read in November 2026.
"""

from collections.abc import Mapping
from typing import Final

from htmlgen.markup.elements import ESCAPABLE_RAW_TEXT, FLOW, HEADING, INTERACTIVE, PHRASING, RAW_TEXT

TEXT: Final = "#text"
DOCTYPE: Final = "#doctype"
ROOT: Final = ""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In no category: code, foreign content, and what only some places or attributes make valid; a place that allows one names it.
_NOT_EVERYWHERE: Final = _names("script style template svg math base link meta area")

CATEGORIES: Final = {
    "FLOW": (FLOW - _NOT_EVERYWHERE) | {TEXT},
    "PHRASING": (PHRASING - _NOT_EVERYWHERE) | {TEXT},
    "HEADING": HEADING,
    "METADATA": _names("link meta"),
    "TEXT": frozenset((TEXT,)),
    "DOCTYPE": frozenset((DOCTYPE,)),
}

# Elements of one content model.
_SAME: Final = {
    "FLOW*": """address article aside blockquote body caption dd dialog div dt figcaption footer form header li main nav search
        section td th""",
    "PHRASING*": """abbr b bdi bdo cite code data dfn em h1 h2 h3 h4 h5 h6 i kbd label mark meter output p pre progress q rt s samp
        small span strong sub sup time u var button""",
    "TRANSPARENT*": "a canvas del ins noscript object slot",
    "TEXT*": "option rp textarea script style noframes",
    "li*": "menu ol ul",
    "tr*": "tbody tfoot thead",
    "(PHRASING | HEADING)*": "legend summary",
    "source* track* TRANSPARENT*": "audio video",
    "": "iframe",
}

CONTENT: Final[Mapping[str, str]] = {
    **{name: notation for notation, names in _SAME.items() for name in names.split()},
    ROOT: "DOCTYPE html",
    "html": "head (body | frameset)",
    "frameset": "(frame | frameset | noframes)*",
    "head": "METADATA* title METADATA*",
    "head>noscript": "METADATA*",
    "title": "TEXT+",
    "table": "caption? colgroup* thead? tbody* tfoot?",
    "colgroup": "col*",
    "tr": "(td | th)*",
    "dl": "(dt+ dd+)* | div+",
    "dl>div": "dt+ dd+",
    "select": "(option | optgroup)*",
    "optgroup": "option*",
    "datalist": "PHRASING* | option*",
    "details": "summary FLOW*",
    "fieldset": "legend? FLOW*",
    "figure": "figcaption FLOW* | FLOW* figcaption?",
    "hgroup": "p* HEADING p*",
    "map": "(TRANSPARENT | area)*",
    "picture": "source* img",
    "ruby": "(PHRASING+ (rt | rp rt rp))+",
}

# Elements that no table knows: their end tag, and phrasing; in SVG and MathML text alone.
UNKNOWN: Final = "PHRASING*"
FOREIGN: Final = "TEXT*"

# Obsolete: stepped through, never made.
NEVER: Final = _names("frameset frame noframes")

_SECTIONING: Final = _names("article aside nav section")
_BANNERS: Final = _names("header footer")
_HEADINGS: Final = HEADING | {"hgroup"}
_FORMATTING: Final = _names("b code em i s small strong u")

# What no descendant may be. Formatting elements of one name are not nested: the parser forgets the outermost of four alike
# (13.2.4.3, the Noah's Ark clause) and then reports an end tag.
EXCLUDES: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset((name,)) for name in _FORMATTING | _names("dfn form label meter noscript progress ruby")},
    **{name: _SECTIONING | _BANNERS | _HEADINGS | {"main"} for name in ("dt", "th")},
    **{name: _BANNERS | {"main"} for name in _BANNERS},
    **{name: frozenset(("main",)) for name in _SECTIONING | _names("blockquote dd details dialog figure li main td")},
    **dict.fromkeys(_names("a button canvas"), INTERACTIVE),
    **{name: _names("audio video") for name in _names("audio video")},
    "address": _SECTIONING | _BANNERS | _HEADINGS | _names("address main"),
    "caption": _names("main table"),
}

# What an element requires is not excluded in it, even where a prompt has it below what excludes it.
ADMITS: Final[Mapping[str, frozenset[str]]] = {"hgroup": HEADING}

# 13.2.6.4.7: start tags that close an open `p`.
CLOSES_P: Final = _names(
    """address article aside blockquote center details dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header
    hgroup hr li listing main menu nav ol p plaintext pre section summary table ul dd dt xmp"""
)

# 13.2.6.5: HTML start tags that end SVG and MathML; HTML starts again in integration points.
BREAKS_OUT: Final = _names(
    """b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p
    pre ruby s small span strong strike sub sup table tt u ul var"""
)
FOREIGN_ROOTS: Final = _names("svg math")
INTEGRATION_POINTS: Final = _names("foreignObject desc title annotation-xml mi mo mn ms mtext")

# What html5lib reports, whatever the Standard says: all that is held against a prompt.
PARSER_EXCLUDES: Final[Mapping[str, frozenset[str]]] = {
    "a": _names("a"),
    "button": _names("button"),
    "form": _names("form"),
    "nobr": _names("nobr"),
    "p": CLOSES_P,
}
_SCOPES: Final = CLOSES_P - {"form"} | _names("a button nobr")  # 13.2.4.2: these look no further for what to close
PARSER_ADMITS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(INTEGRATION_POINTS, BREAKS_OUT | _SCOPES),
    **dict.fromkeys(_names("applet caption marquee object td th"), _SCOPES),
    "button": CLOSES_P - {"form"},
}
_SCRIPTS: Final = _names("script style")
_IN_HEAD: Final = _names("base basefont bgsound link meta noframes style")
PARSER_CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset() for name in RAW_TEXT | ESCAPABLE_RAW_TEXT},
    **{name: _names("tr") | _SCRIPTS for name in ("thead", "tbody", "tfoot")},
    ROOT: frozenset((DOCTYPE, "html")),
    "html": _names("head body frameset"),
    "head": _IN_HEAD | _names("noscript script title"),
    "head>noscript": _IN_HEAD,
    "table": _names("caption colgroup thead tbody tfoot") | _SCRIPTS,
    "tr": _names("td th") | _SCRIPTS,
    "colgroup": _names("col"),
    "select": _names("option optgroup script"),
    "optgroup": _names("option script"),
    "option": _names("script"),
    "frameset": _names("frame frameset noframes"),
}
PARSER_NEVER_CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(HEADING, HEADING),
    **{name: _names("dd dt") for name in ("dd", "dt")},
    "li": _names("li"),
}
PARSER_PARENTS: Final[Mapping[str, frozenset[str]]] = {
    **{name: _names("table") for name in ("caption", "colgroup", "thead", "tbody", "tfoot")},
    **{name: _names("html") for name in ("head", "body", "frameset")},
    **{name: _names("tr") for name in ("td", "th")},
    "tr": _names("thead tbody tfoot"),
    "col": _names("colgroup"),
    "frame": _names("frameset"),
    "html": frozenset((ROOT,)),
    DOCTYPE: frozenset((ROOT,)),
}
PARSER_NO_TEXT: Final = _names("html head head>noscript table thead tbody tfoot tr colgroup frameset") | {ROOT}

# Where children come in the parser's order alone, what is out of place cannot be skipped.
PARSER_ORDERED: Final = frozenset((ROOT, "html"))

# Names with a hyphen that SVG and MathML took first (4.13.3): no custom elements.
NOT_CUSTOM: Final = _names(
    "annotation-xml color-profile font-face font-face-format font-face-name font-face-src font-face-uri missing-glyph"
)

# Attributes that are never made: scripts and inline styles.
NEVER_ATTRIBUTE_PREFIX: Final = "on"
NEVER_ATTRIBUTES: Final = _names("style")
