"""Evaluations as one HTML file for people: it needs nothing else, no network and no server, and says itself what it leaves out.

Whatever comes from pages, names and messages goes through `text` on its way, see `elements`.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import resources
from secrets import token_urlsafe
from typing import Any, Final, TextIO

from markdown_it import MarkdownIt
from markdown_it.token import Token

import htmlgen
from htmlgen.errors import UnknownRuleError
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.reports import plots
from htmlgen.evaluation.reports.elements import element, head, table, text
from htmlgen.evaluation.reports.excerpts import Excerpt, brief, excerpt
from htmlgen.evaluation.reports.gathering import SCORE_BINS, Gathered, gather
from htmlgen.evaluation.reports.html_comparison import compared_content
from htmlgen.evaluation.reports.pictures import browser, picture
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.rules import RULES, explanation, rule_of
from htmlgen.evaluation.running.totals import Compared, Seen, Totals, counted

PAGES_SHOWN: Final = 100
FINDINGS_SHOWN: Final = 50
# The nonce is drawn for each report: no page that is judged can know it, and so none can bring a script along.
_POLICY: Final = "script-src 'nonce-{}'; connect-src 'none'; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'"

_CONTENTS: Final = {
    "summary": "Summary",
    "rules-found": "Findings by rule",
    "comparison": "Beside other pages",
    "pages": "Pages, the worst first",
    "rules": "What the rules mean",
}


def write_html(
    pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None, pictures: int = 0, date: datetime | None = None
) -> Totals:
    """One HTML document: sums, distributions, rules, a comparison, if there is one, and the worst pages with their findings.

    Args: pictures, how many of the worst pages are shown as a browser shows them, if there is a Chromium; date, None for this moment.
    Only the pages that are shown are kept in memory: `PAGES_SHOWN`, each with its first `FINDINGS_SHOWN` findings.
    """
    gathered = gather(pages, PAGES_SHOWN)
    comparison = compared().to_dict() if compared else None
    for part in _document(gathered, comparison, pictures, date or datetime.now(UTC)):
        stream.write(part)
    return gathered.totals


def _document(gathered: Gathered, comparison: dict[str, Any] | None, pictures: int, date: datetime) -> Iterator[str]:
    nonce = token_urlsafe(16)
    compared = compared_content(comparison) if comparison else ""
    contents = [part for part in _CONTENTS if (part != "comparison" or compared) and (part != "rules" or gathered.totals.rules)]
    begun = head("HTML report", _asset("report.css"), policy=_POLICY.format(nonce))
    yield f'<!DOCTYPE html>\n<html lang="en">{begun}<body>{_header(date, contents)}<main>\n'
    yield _summary(gathered.totals)
    if gathered.totals.pages:
        yield _distributions(gathered)
    yield _rules_found(gathered)
    if compared:
        yield _section("comparison", compared)
    yield from _pages(gathered, pictures)
    yield _explanations(gathered)
    yield f"</main>{element('footer', element('p', f'Written by htmlgen {htmlgen.__version__}.'))}"
    yield f'<script nonce="{nonce}">{_asset("report.js")}</script></body></html>\n'


def _asset(name: str) -> str:
    return (resources.files("htmlgen.evaluation.reports") / name).read_text("utf-8")


def _header(date: datetime, contents: list[str]) -> str:
    time = element("time", f"{date.day} {date:%B %Y, %H:%M} UTC", datetime=f"{date:%Y-%m-%dT%H:%MZ}")
    links = (element("li", element("a", _CONTENTS[part], href=f"#{part}")) for part in contents)
    header = element("header", element("h1", "HTML report"), element("p", time))
    return header + element("nav", element("ul", *links), aria_label="Contents")


def _section(identifier: str, *content: str) -> str:
    heading = element("h2", _CONTENTS[identifier], id=identifier)
    return element("section", heading, *content, aria_labelledby=identifier) + "\n"


def _summary(totals: Totals) -> str:
    share = totals.without_errors / totals.pages if totals.pages else 1.0
    tiles = (
        ("Pages", f"{totals.pages:,}", ""),
        ("Without errors", f"{share:.1%}", "good" if share == 1 else ""),
        ("Errors", f"{totals.errors:,}", "error" if totals.errors else ""),
        ("Warnings", f"{totals.warnings:,}", "warning" if totals.warnings else ""),
        ("Mean score", f"{totals.mean_score:.3f}", ""),
        ("Size", _bytes(totals.bytes), ""),
    )
    unread = (element("p", f"{counted(len(totals.unreadable), 'source')} not judged:"), _reasons(totals)) if totals.unreadable else ()
    items = (element("div", element("dt", name), element("dd", value), class_=f"tile {tone}".rstrip()) for name, value, tone in tiles)
    return _section("summary", element("dl", *items, class_="tiles"), *unread)


def _reasons(totals: Totals) -> str:
    shown = [element("li", text(reason)) for reason in list(totals.unreadable.values())[:FINDINGS_SHOWN]]
    more = len(totals.unreadable) - len(shown)
    return element("ul", *shown, element("li", f"and {more:,} more") if more else "", class_="unreadable")


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:,.1f} GB"


def _distributions(gathered: Gathered) -> str:
    scores = [plots.Bar(f"{index / SCORE_BINS:.2g}", gathered.scores[index]) for index in range(SCORE_BINS + 1)]
    figures = (
        ("Pages by score", "1 is a page with nothing to find", scores),
        ("Pages by findings", "none, 1, 2 to 3, 4 to 7 …", plots.doublings(gathered.findings, "")),
        ("Pages by size", "each bar doubles the one before", plots.doublings(gathered.sizes, "B")),
    )
    shown = (
        element("figure", element("figcaption", title, element("small", told)), plots.histogram(title, bars, f"plot-{number}"))
        for number, (title, told, bars) in enumerate(figures)
    )
    return element("div", *shown, class_="plots") + "\n"


def _rules_found(gathered: Gathered) -> str:
    found = gathered.totals.rules.most_common()
    if not found:
        return _section("rules-found", element("p", "No page has a finding."))
    rows = [
        (_rule_link(rule), _title(rule), _share(number, found[0][1], gathered.severities[rule]), f"{gathered.pages_of[rule]:,}")
        for rule, number in found
    ]
    return _section("rules-found", table("rules", ("Rule", "What is wrong", "Findings", "Pages"), rows))


def _share(number: int, most: int, severity: str) -> str:
    return element("div", element("span", f"{number:,}"), plots.bar(number / most), class_=f"share {severity}")


def _rule_link(rule: str) -> str:
    return element("a", text(rule), class_="rule", href=f"#{_anchor(rule)}")


def _anchor(rule: str) -> str:
    return "rule-" + "".join(character if character.isalnum() or character == "-" else "_" for character in rule)


def _title(rule: str) -> str:
    """A rule's title; what stands between backticks is code."""
    pieces = text(rule_of(rule).title).split("`")
    return "".join(element("code", piece) if index % 2 else piece for index, piece in enumerate(pieces))


def _pages(gathered: Gathered, pictures: int) -> Iterator[str]:
    shown = gathered.worst
    chromium = browser() if pictures else None
    yield f'<section aria-labelledby="pages">{element("h2", _CONTENTS["pages"], id="pages")}'
    yield element("p", _told(len(shown), gathered.totals))
    if shown:
        yield _filter(gathered.totals)
    for index, evaluation in enumerate(shown):
        image = picture(evaluation.page, chromium) if chromium and index < pictures else None
        yield _page(evaluation, image, opened=index == 0)
    yield "</section>\n"


def _told(shown: int, totals: Totals) -> str:
    with_findings = totals.pages - totals.without_findings
    if not with_findings:
        return f"None of {counted(totals.pages, 'page')} has a finding."
    which = f"The {shown} worst of {with_findings:,}" if shown < with_findings else f"All {shown}"
    of_all = f"of {counted(totals.pages, 'page')}, each with its first {FINDINGS_SHOWN} findings at most."
    return f"{which} pages with findings are shown, {of_all}"


def _filter(totals: Totals) -> str:
    """Hidden where no script runs."""
    options = (element("option", f"{text(rule)} ({number:,})", value=rule) for rule, number in totals.rules.most_common())
    rules = element("select", element("option", "all", value=""), *options, name="rule")
    name = element("input", name="page", type="search")
    shown = element("output", name="shown")
    return element("form", element("label", "Rule ", rules), element("label", "Name contains ", name), shown, id="filter", hidden=True)


def _page(evaluation: Evaluation, image: str | None, *, opened: bool) -> str:
    name, lines = text(evaluation.name), Lines(evaluation.page)
    findings = [_finding(evaluation.page, lines, finding) for finding in evaluation.findings[:FINDINGS_SHOWN]]
    more = len(evaluation.findings) - FINDINGS_SHOWN
    return element(
        "details",
        element("summary", element("span", name, class_="name"), *_counts(evaluation)),
        element("img", class_="picture", src=image, width="512", height="384", alt=f"{evaluation.name} in a browser") if image else "",
        element("ol", *findings, class_="findings"),
        element("p", f"{counted(more, 'more finding')} of this page.") if more > 0 else "",
        class_="page",
        data_name=evaluation.name,
        open=opened,
    ) + "\n"


def _counts(evaluation: Evaluation) -> Iterator[str]:
    errors = sum(finding.severity == "error" for finding in evaluation.findings)
    for number, severity in ((errors, "error"), (len(evaluation.findings) - errors, "warning")):
        if number:
            yield element("span", counted(number, severity), class_=severity)
    yield element("span", f"score {evaluation.score:.3f}", class_="score")


def _finding(page: str, lines: Lines, finding: Finding) -> str:
    severity = element("span", finding.severity, class_=finding.severity)
    return element(
        "li",
        element("p", f"{severity} {_rule_link(finding.rule)} {text(brief(finding.message))}"),
        element("p", f"line {finding.line:,}, column {finding.column:,}", class_="place"),
        _source(excerpt(page, lines, finding)),
        data_rule=finding.rule,
    )


def _source(piece: Excerpt | None) -> str:
    """A line of source; the place is marked, and a style sheet puts a caret below it."""
    if piece is None:
        return ""
    before, at, after = piece.source[: piece.place], piece.source[piece.place : piece.place + 1], piece.source[piece.place + 1 :]
    return element("pre", element("code", text(before), element("mark", text(at or " ")), text(after)))


def _explanations(gathered: Gathered) -> str:
    order = [*RULES, *gathered.totals.rules]
    articles = (
        element("article", element("h3", text(rule)), element("p", _title(rule), class_="title"), _explanation(rule), id=_anchor(rule))
        for rule in sorted(gathered.totals.rules, key=order.index)
    )
    return _section("rules", *articles) if gathered.totals.rules else ""


def _explanation(rule: str) -> str:
    """A rule's page without its first heading; links that lead into a folder of pages are left as text."""
    try:
        markdown = explanation(rule).partition("\n")[2]
    except UnknownRuleError:
        return ""
    parser = MarkdownIt("commonmark", {"html": False})
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        _unlink(token.children or [])
    return str(parser.renderer.render(tokens, parser.options, {}))


def _unlink(tokens: list[Token]) -> None:
    inside = False
    for token in tokens:
        if token.type == "link_open" and not str(token.attrGet("href")).startswith("https:"):
            token.tag, token.attrs, inside = "span", {}, True
        elif token.type == "link_close" and inside:
            token.tag, inside = "span", False
