"""What the HTML Standard has dropped, and what to use instead: section 16. Tables only."""

from typing import Final

_CSS: Final = "use CSS"

#: 16.2: elements that must not be used.
OBSOLETE_ELEMENTS: Final = {
    "acronym": "use <abbr>",
    "applet": "use <embed> or <object>",
    "basefont": _CSS,
    "bgsound": "use <audio>",
    "big": _CSS,
    "blink": _CSS,
    "center": _CSS,
    "dir": "use <ul>",
    "font": _CSS,
    "frame": "use <iframe> and CSS, or include on the server",
    "frameset": "use <iframe> and CSS, or include on the server",
    "image": "use <img>",
    "isindex": "use a <form> with a text <input>",
    "keygen": "use the Web Cryptography API",
    "listing": "use <pre> and <code>",
    "marquee": _CSS,
    "menuitem": "use script to handle a contextmenu event",
    "multicol": _CSS,
    "nextid": "use an id for each element",
    "nobr": _CSS,
    "noembed": "use <object> for a fallback",
    "noframes": "use <iframe> and CSS, or include on the server",
    "param": "use the attribute data of <object>",
    "plaintext": "use the MIME type text/plain",
    "rb": "put the base directly into <ruby>",
    "rtc": "use nested <ruby>",
    "spacer": _CSS,
    "strike": "use <del> or <s>",
    "tt": "use <kbd>, <var>, <code> or <samp>, or CSS",
    "xmp": "use <pre> and <code>, and escape < and &",
}


def _css(text: str) -> dict[str, dict[str, str]]:
    """`element: attribute …` lines: attributes that CSS has replaced."""
    lines = (line.partition(":") for line in text.split("\n") if line.strip())
    return {element.strip(): dict.fromkeys(attributes.split(), _CSS) for element, _, attributes in lines}


_PRESENTATIONAL: Final = _css(
    """body: alink bgcolor bottommargin leftmargin link marginheight marginwidth rightmargin text topmargin vlink background
    br: clear
    caption: align
    col: align char charoff valign width
    colgroup: align char charoff valign width
    dialog: align
    div: align
    dl: compact
    embed: align hspace vspace
    fieldset: align
    h1: align
    h2: align
    h3: align
    h4: align
    h5: align
    h6: align
    hr: align color noshade size width
    iframe: align allowtransparency frameborder framespacing hspace marginheight marginwidth scrolling vspace
    img: align border hspace vspace
    input: align border hspace vspace
    legend: align
    li: type
    menu: compact
    object: align border hspace vspace
    ol: compact
    p: align
    pre: width
    table: align bgcolor border bordercolor cellpadding cellspacing frame height rules width background
    tbody: align char charoff height valign background
    td: align axis background bgcolor char charoff height nowrap valign width
    tfoot: align char charoff height valign background
    th: align axis background bgcolor char charoff height nowrap valign width
    thead: align char charoff height valign background
    tr: align bgcolor char charoff height valign background
    ul: compact type"""
)
_OTHERS: Final = {
    "a": {
        "charset": "send a Content-Type header with the linked resource",
        "coords": "use <area> for image maps",
        "datafld": "use script and fetch()",
        "datasrc": "use script and fetch()",
        "methods": "use HTTP OPTIONS",
        "name": "put an id on the nearest container",
        "rev": "use rel with the opposite term",
        "shape": "use <area> for image maps",
        "urn": "put the persistent identifier into href",
    },
    "area": {"nohref": "leave out href", "type": "leave it out", "hreflang": "leave it out"},
    "form": {"accept": "use accept on its inputs of type file"},
    "head": {"profile": "leave it out; register names of meta data as meta extensions"},
    "html": {"manifest": "use service workers", "version": "leave it out"},
    "iframe": {"longdesc": "link to the description with <a>"},
    "img": {
        "longdesc": "link to the description with <a>",
        "lowsrc": "use a progressive image",
        "name": "use id",
    },
    "input": {"ismap": "leave it out", "usemap": "use <img> in a link"},
    "link": {
        "charset": "send a Content-Type header with the linked resource",
        "methods": "use HTTP OPTIONS",
        "rev": "use rel with the opposite term",
        "target": "leave it out",
        "urn": "put the persistent identifier into href",
    },
    "menu": {"label": "use script", "type": "use script"},
    "meta": {"scheme": "use one scheme for each field, or make it part of the value"},
    "object": {
        "archive": "use data and type",
        "classid": "use data and type",
        "code": "use data and type",
        "codebase": "use data and type",
        "codetype": "use data and type",
        "declare": "repeat the whole <object>",
        "standby": "optimise the resource",
        "usemap": "use <img>",
        "typemustmatch": "leave it out",
    },
    "option": {"name": "use id"},
    "param": {"type": "use name and value", "valuetype": "use name and value"},
    "script": {
        "charset": "scripts are UTF-8: leave it out",
        "event": "register event handlers with addEventListener()",
        "for": "register event handlers with addEventListener()",
        "language": "use type, or leave it out for JavaScript",
    },
    "table": {"datapagesize": "use script", "summary": "describe the table in its <caption> or beside it"},
    "td": {"abbr": "put the short text into the cell, the full one into title", "scope": "use scope on <th>"},
    "th": {"axis": "use scope"},
    "body": {"onshow": "leave it out"},
}

#: 16.2: attributes that must not be used, by element.
OBSOLETE_ATTRIBUTES: Final = {
    element: {**_PRESENTATIONAL.get(element, {}), **_OTHERS.get(element, {})} for element in sorted({*_PRESENTATIONAL, *_OTHERS})
}
