"""Elements by how the parser treats them (HTML Standard 13.2.4 and 13.2.6), and spellings of SVG and MathML. Tables only."""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# 13.2.4.2: special elements of each namespace.
SPECIAL: Final = {
    "html": _names(
        """address applet area article aside base basefont bgsound blockquote body br button caption center col colgroup dd details
        dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe
        img input keygen li link listing main marquee menu meta nav noembed noframes noscript object ol p param plaintext pre script
        search section select source style summary table tbody td template textarea tfoot th thead title tr track ul wbr xmp"""
    ),
    "math": _names("mi mo mn ms mtext annotation-xml"),
    "svg": _names("foreignObject desc title"),
}

# 13.2.4.2: elements that bound a scope.
SCOPE: Final = {
    "html": _names("applet caption html table td th marquee object select template"),
    "math": SPECIAL["math"],
    "svg": SPECIAL["svg"],
}
# 13.2.6.4.7: special elements past which a list item looks for the one that it closes.
PASSED_BY_ITEMS: Final = _names("address div p")
LIST_SCOPE: Final = ("ol", "ul")
TABLE_SCOPE: Final = ("html", "table", "template")

# 13.2.6.3, elements whose end tag is implied; thoroughly, at the end of a template.
IMPLIED_END: Final = _names("dd dt li optgroup option p rb rp rt rtc")
IMPLIED_END_THOROUGHLY: Final = IMPLIED_END | _names("caption colgroup tbody td tfoot th thead tr")
# 13.2.6.4.7: elements that the end of the body may leave open.
MAY_STAY_OPEN: Final = IMPLIED_END | _names("tbody td tfoot th thead tr body html")

TABLE_PARTS: Final = _names("table tbody tfoot thead tr")
HEADINGS: Final = _names("h1 h2 h3 h4 h5 h6")
FORMATTING: Final = _names("a b big code em font i nobr s small strike strong tt u")

# 13.2.6.4.1: doctypes that set quirks mode, in lower case: whole identifiers, and prefixes of public ones.
QUIRKY_PUBLIC_IDS: Final = ("-//w3o//dtd w3 html strict 3.0//en//", "-/w3c/dtd html 4.0 transitional/en", "html")
QUIRKY_SYSTEM_ID: Final = "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd"
QUIRKY_PREFIXES: Final = tuple(
    prefix.strip()
    for prefix in """+//silmaril//dtd html pro v0r11 19970101//; -//as//dtd html 3.0 aswedit + extensions//;
    -//advasoft ltd//dtd html 3.0 aswedit + extensions//; -//ietf//dtd html 2.0 level 1//; -//ietf//dtd html 2.0 level 2//;
    -//ietf//dtd html 2.0 strict level 1//; -//ietf//dtd html 2.0 strict level 2//; -//ietf//dtd html 2.0 strict//;
    -//ietf//dtd html 2.0//; -//ietf//dtd html 2.1e//; -//ietf//dtd html 3.0//; -//ietf//dtd html 3.2 final//; -//ietf//dtd html 3.2//;
    -//ietf//dtd html 3//; -//ietf//dtd html level 0//; -//ietf//dtd html level 1//; -//ietf//dtd html level 2//;
    -//ietf//dtd html level 3//; -//ietf//dtd html strict level 0//; -//ietf//dtd html strict level 1//;
    -//ietf//dtd html strict level 2//; -//ietf//dtd html strict level 3//; -//ietf//dtd html strict//; -//ietf//dtd html//;
    -//metrius//dtd metrius presentational//; -//microsoft//dtd internet explorer 2.0 html strict//;
    -//microsoft//dtd internet explorer 2.0 html//; -//microsoft//dtd internet explorer 2.0 tables//;
    -//microsoft//dtd internet explorer 3.0 html strict//; -//microsoft//dtd internet explorer 3.0 html//;
    -//microsoft//dtd internet explorer 3.0 tables//; -//netscape comm. corp.//dtd html//; -//netscape comm. corp.//dtd strict html//;
    -//o'reilly and associates//dtd html 2.0//; -//o'reilly and associates//dtd html extended 1.0//;
    -//o'reilly and associates//dtd html extended relaxed 1.0//; -//sq//dtd html 2.0 hotmetal + extensions//;
    -//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//;
    -//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//; -//spyglass//dtd html 2.0 extended//;
    -//sun microsystems corp.//dtd hotjava html//; -//sun microsystems corp.//dtd hotjava strict html//; -//w3c//dtd html 3 1995-03-24//;
    -//w3c//dtd html 3.2 draft//; -//w3c//dtd html 3.2 final//; -//w3c//dtd html 3.2//; -//w3c//dtd html 3.2s draft//;
    -//w3c//dtd html 4.0 frameset//; -//w3c//dtd html 4.0 transitional//; -//w3c//dtd html experimental 19960712//;
    -//w3c//dtd html experimental 970421//; -//w3c//dtd w3 html//; -//w3o//dtd w3 html 3.0//; -//webtechs//dtd mozilla html 2.0//;
    -//webtechs//dtd mozilla html//""".replace("\n", " ").split(";")
)
QUIRKY_WITHOUT_SYSTEM_ID: Final = ("-//w3c//dtd html 4.01 frameset//", "-//w3c//dtd html 4.01 transitional//")

# 13.2.6.5: HTML start tags that end foreign content.
BREAKOUT: Final = _names(
    """b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre
    ruby s small span strong strike sub sup table tt u ul var"""
)
BREAKOUT_FONT: Final = _names("color face size")


def _spellings(text: str) -> dict[str, str]:
    return {name.lower(): name for name in text.split()}


# 13.2.6.5: SVG names in mixed case, by lower case.
SVG_ELEMENTS: Final = _spellings(
    """altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix
    feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
    feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting
    feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient radialGradient textPath"""
)
# 13.2.6.1, adjust SVG attributes, adjust MathML attributes.
FOREIGN_ATTRIBUTES: Final = {
    "svg": _spellings(
        """attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode filterUnits glyphRef
        gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust limitingConeAngle
        markerHeight markerUnits markerWidth maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform
        patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur
        requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles
        surfaceScale systemLanguage tableValues targetX targetY textLength viewBox viewTarget xChannelSelector yChannelSelector
        zoomAndPan"""
    ),
    "math": _spellings("definitionURL"),
}
