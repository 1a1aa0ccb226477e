"""Elements by what the HTML Standard says of them. Tables only.

Source: HTML Standard, https://html.spec.whatwg.org/ (section numbers stand beside each table), read in November 2026.
"""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# 13.1.2, void elements: no end tag, no content.
VOID: Final = _names("area base br col embed hr img input link meta source track wbr")

# Void in the parser alone (13.2.6.4.7): obsolete, but no end tag closes them either.
VOID_IN_PARSER: Final = VOID | _names("basefont bgsound frame keygen param")

# 13.1.2 and 13.2.6: text up to the end tag, no character references. `noscript` is parsed as markup: scripting is off.
RAW_TEXT: Final = _names("script style xmp iframe noembed noframes plaintext")

# 13.1.2, escapable raw text elements: text and character references, no tags.
ESCAPABLE_RAW_TEXT: Final = _names("textarea title")

# 13.2.6.4.7: a line feed right after the start tag is dropped by the parser.
DROPS_FIRST_LINE_FEED: Final = _names("pre listing textarea")

# Where white space is content (15.3.1, `white-space: pre` in the user agent style sheet, and raw text).
KEEPS_SPACE: Final = _names("pre listing textarea") | RAW_TEXT

# Content models without text (4.x): only elements, and white space between them.
NO_TEXT: Final = _names(
    "html head table colgroup thead tbody tfoot tr ul ol menu dl select optgroup hgroup picture frameset"
    " svg g defs symbol clipPath linearGradient radialGradient marker mask pattern filter"
)

# 15.3, `display: block`, `list-item`, `table…` or `none` in the user agent style sheet: white space at their edges is not rendered.
BLOCK: Final = _names(
    """html head body title base link meta script style template address article aside blockquote center dd details dialog dir
    div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav
    ol optgroup option p plaintext pre search section summary ul table caption colgroup col thead tbody tfoot tr td th noframes
    source track param xmp"""
)

# 13.1.2.4: elements whose end tag may be omitted.
OPTIONAL_END: Final = _names("html head body li dt dd p rt rp optgroup option colgroup caption thead tbody tfoot tr td th")

# 3.2.5.2.1, metadata content.
METADATA: Final = _names("base link meta noscript script style template title")

# 3.2.5.2.5, phrasing content (MathML and SVG as `math` and `svg`).
PHRASING: Final = _names(
    """a abbr area audio b bdi bdo br button canvas cite code data datalist del dfn em embed i iframe img input ins kbd label
    link map mark math meta meter noscript object output picture progress q ruby s samp script select slot small span strong sub
    sup svg template textarea time u var video wbr"""
)

# 3.2.5.2.2, flow content.
FLOW: Final = PHRASING | _names(
    """address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main
    menu nav ol p pre search section table ul"""
)

HEADING: Final = _names("h1 h2 h3 h4 h5 h6")

# 3.2.5.2.7, interactive content, less what only attributes make interactive.
INTERACTIVE: Final = _names("a button details embed iframe input label select textarea")

# 2.3.2 and the attribute index: present or absent, whatever the value.
BOOLEAN_ATTRIBUTES: Final = _names(
    """allowfullscreen async autofocus autoplay checked controls default defer disabled formnovalidate inert ismap itemscope
    loop multiple muted nomodule novalidate open playsinline readonly required reversed selected shadowrootclonable
    shadowrootdelegatesfocus shadowrootserializable"""
)
