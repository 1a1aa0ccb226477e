"""Rules in the body (HTML Standard 13.2.6.4.7)."""

from typing import Final

from htmlgen.evaluation.syntax.adoption import adopt
from htmlgen.evaluation.syntax.construction import Construction
from htmlgen.evaluation.syntax.foreign import insert_foreign
from htmlgen.evaluation.syntax.head_modes import end_template
from htmlgen.evaluation.syntax.modes import (
    AFTER_BODY,
    IN_BODY,
    IN_FRAMESET,
    IN_HEAD,
    IN_TABLE,
    IN_TEMPLATE,
    for_names,
    ignore_start_tag,
    raw_text,
)
from htmlgen.evaluation.syntax.tables import FORMATTING, HEADINGS, MAY_STAY_OPEN
from htmlgen.evaluation.syntax.tokens import SPACE, Tag
from htmlgen.evaluation.syntax.tree import Element

_BLOCKS: Final = """address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup
    main menu nav ol p search section summary ul""".split()
_ENDED_BLOCKS: Final = [*(name for name in _BLOCKS if name != "p"), "button", "listing", "pre", "select"]
_OBJECTS: Final = ("applet", "marquee", "object")
_METADATA: Final = ("base", "basefont", "bgsound", "link", "meta", "noframes", "script", "style", "template", "title")
_NOT_HERE: Final = ("caption", "col", "colgroup", "frame", "head", "tbody", "td", "tfoot", "th", "thead", "tr")
START: Final = IN_BODY.start
END: Final = IN_BODY.end


def _text(at: Construction, data: str) -> None:
    if "\0" in data:
        data = data.replace("\0", "")
        if not data:
            return
    if at.formatting:
        at.reconstruct()
    at.insert_text(data)
    if at.frameset_ok and data.strip(SPACE):
        at.frameset_ok = False


def _ordinary(at: Construction, tag: Tag) -> None:
    if at.formatting:
        at.reconstruct()
    at.insert(tag)


def end_any_other(at: Construction, name: str) -> None:
    if at.pop_if_current(name):
        return
    places = at.places.get(name)
    if not places or places[-1] < at.current.special:
        at.error("stray-end-tag", name)
        return
    at.imply_end_tags(but=name)
    if places[-1] != len(at.stack) - 1:
        at.fault("unclosed-element", at.current)
    at.pop_to(places[-1])


def _end_of_page(at: Construction) -> None:
    if at.template_modes:
        IN_TEMPLATE.end_of_page(at)
    else:
        _all_may_stay_open(at)


IN_BODY.text, IN_BODY.other_start, IN_BODY.other_end, IN_BODY.end_of_page = _text, _ordinary, end_any_other, _end_of_page


def _all_may_stay_open(at: Construction) -> None:
    """An error if an element is open that has to be closed before the body."""
    for element in reversed(at.stack):
        if element.name not in MAY_STAY_OPEN or element.namespace != "html":
            at.fault("unclosed-element", element)
            return
        at.count(1)


# html, body, frameset


def _merge_attributes(at: Construction, element: Element, tag: Tag) -> None:
    element.attributes = tag.attributes | element.attributes


def _second_html(at: Construction, tag: Tag) -> None:
    at.error("stray-start-tag", tag.name)
    if not at.places["template"]:
        _merge_attributes(at, at.stack[0], tag)


def _second_body(at: Construction, tag: Tag) -> None:
    at.error("stray-start-tag", tag.name)
    if len(at.stack) > 1 and at.stack[1].name == "body" and not at.places["template"]:
        at.frameset_ok = False
        _merge_attributes(at, at.stack[1], tag)


def _frameset(at: Construction, tag: Tag) -> None:
    at.error("stray-start-tag", tag.name)
    if len(at.stack) == 1 or at.stack[1].name != "body" or not at.frameset_ok:
        return
    body = at.stack[1]
    body.leave()
    at.pop_to(1)
    at.insert(tag)
    at.mode = IN_FRAMESET


def _end_body(at: Construction, name: str) -> None:
    if at.has("body"):
        _all_may_stay_open(at)
        at.mode = AFTER_BODY
    else:
        at.error("stray-end-tag", name)


def _end_html(at: Construction, name: str) -> None:
    _end_body(at, name)
    if at.mode is AFTER_BODY:
        at.mode.end_tag(at, name)


START.update({"html": _second_html, "body": _second_body, "frameset": _frameset})
END.update({"body": _end_body, "html": _end_html, "template": end_template})
for_names(START, _METADATA, IN_HEAD.start_tag)
for_names(START, _NOT_HERE, ignore_start_tag)


# Blocks


def _block(at: Construction, tag: Tag) -> None:
    at.close_p()
    at.insert(tag)


def _heading(at: Construction, tag: Tag) -> None:
    at.close_p()
    if at.current.name in HEADINGS and at.current.namespace == "html":
        at.error("nested-element", tag.name)
        at.pop()
    at.insert(tag)


def _pre(at: Construction, tag: Tag) -> None:
    _block(at, tag)
    at.line_feed_dropped_at = at.token_end
    at.frameset_ok = False


def _end_block(at: Construction, name: str) -> None:
    if at.pop_if_current(name):
        return
    if at.has(name):
        at.close(name)
    else:
        at.error("stray-end-tag", name)


def _end_heading(at: Construction, name: str) -> None:
    if at.pop_if_current(name):
        return
    place = at.innermost(HEADINGS)
    if place < at.current.scope or place < 0:
        at.error("stray-end-tag", name)
        return
    at.imply_end_tags()
    at.expect(name)
    at.pop_to(place)


def _end_p(at: Construction, name: str) -> None:
    if at.pop_if_current(name):
        return
    if not at.has_in_button_scope("p"):
        at.error("stray-end-tag", name)
        at.insert_implied("p")
    at.close("p", but="p")


for_names(START, _BLOCKS, _block)
for_names(START, HEADINGS, _heading)
for_names(START, ("pre", "listing"), _pre)
for_names(END, _ENDED_BLOCKS, _end_block)
for_names(END, HEADINGS, _end_heading)
END["p"] = _end_p


# Items of lists


def _item(at: Construction, tag: Tag) -> None:
    names = ("li",) if tag.name == "li" else ("dd", "dt")
    at.frameset_ok = False
    place = at.innermost(names)
    if place >= at.current.wall and place >= 0:
        at.close(at.stack[place].name, but=at.stack[place].name)
    _block(at, tag)


def _end_li(at: Construction, name: str) -> None:
    if at.pop_if_current(name):
        return
    if at.has_in_list_scope(name):
        at.close(name, but=name)
    else:
        at.error("stray-end-tag", name)


def _end_dd(at: Construction, name: str) -> None:
    if at.pop_if_current(name):
        return
    if at.has(name):
        at.close(name, but=name)
    else:
        at.error("stray-end-tag", name)


for_names(START, ("li", "dd", "dt"), _item)
for_names(END, ("dd", "dt"), _end_dd)
END["li"] = _end_li


# Formatting


def _formatting(at: Construction, tag: Tag) -> None:
    at.reconstruct()
    at.remember(at.insert(tag), tag)


def _a(at: Construction, tag: Tag) -> None:
    if (entry := at.active("a")) is not None:
        at.fault("nested-element", entry.element)
        adopt(at, "a")
        if entry in at.formatting:
            at.formatting.remove(entry)
        if entry.element.place >= 0:
            at.remove_from_stack(entry.element)
    _formatting(at, tag)


def _nobr(at: Construction, tag: Tag) -> None:
    at.reconstruct()
    if at.has("nobr"):
        at.error("nested-element", "nobr")
        _end_formatting(at, "nobr")
    _formatting(at, tag)


def _end_formatting(at: Construction, name: str) -> None:
    if not adopt(at, name):
        end_any_other(at, name)


for_names(START, FORMATTING, _formatting)
START.update({"a": _a, "nobr": _nobr})
for_names(END, FORMATTING, _end_formatting)


# Forms and objects


def _form(at: Construction, tag: Tag) -> None:
    in_template = bool(at.places["template"])
    if at.form is not None and not in_template:
        at.error("nested-element", "form")
        return
    at.close_p()
    form = at.insert(tag)
    if not in_template:
        at.form = form


def _end_form(at: Construction, name: str) -> None:
    if at.places["template"]:
        _end_block(at, name)
        return
    form, at.form = at.form, None
    if form is None or not at.has_element(form):
        at.error("stray-end-tag", name)
        return
    at.imply_end_tags()
    if form is not at.current:
        at.fault("unclosed-element", at.current)
    at.remove_from_stack(form)


def _button(at: Construction, tag: Tag) -> None:
    if at.has("button"):
        at.error("nested-element", "button")
        at.imply_end_tags()
        at.pop_until("button")
    _ordinary(at, tag)
    at.frameset_ok = False


def _object(at: Construction, tag: Tag) -> None:
    _ordinary(at, tag)
    at.mark()
    at.frameset_ok = False


def _end_object(at: Construction, name: str) -> None:
    if at.has(name):
        at.close(name)
        at.clear_to_mark()
    else:
        at.error("stray-end-tag", name)


START.update({"form": _form, "button": _button})
END["form"] = _end_form
for_names(START, _OBJECTS, _object)
for_names(END, _OBJECTS, _end_object)


# Select


def _in_select_fragment(at: Construction) -> bool:
    return at.context is not None and at.context.name == "select" and at.context.namespace == "html"


def _select(at: Construction, tag: Tag) -> None:
    if _in_select_fragment(at):
        at.error("nested-element", "select")
    elif at.has("select"):
        at.error("nested-element", "select")
        at.pop_until("select")
    else:
        _ordinary(at, tag)
        at.frameset_ok = False


def _option(at: Construction, tag: Tag) -> None:
    if at.has("select"):
        at.imply_end_tags(but="optgroup")
        if at.has("option"):
            at.error("misplaced-option", tag.name)
    elif at.current.name == "option":
        at.pop()
    _ordinary(at, tag)


def _optgroup(at: Construction, tag: Tag) -> None:
    if at.has("select"):
        at.imply_end_tags()
        if at.has("option") or at.has("optgroup"):
            at.error("misplaced-option", tag.name)
    elif at.current.name == "option":
        at.pop()
    _ordinary(at, tag)


START.update({"select": _select, "option": _option, "optgroup": _optgroup})


# Void elements


def _void(at: Construction, tag: Tag) -> None:
    if at.formatting:
        at.reconstruct()
    at.insert_void(tag)
    at.frameset_ok = False


def is_hidden(tag: Tag) -> bool:
    """Whether an `input` has the type `hidden`."""
    return tag.attributes.get("type", "").lower() == "hidden"


def _input(at: Construction, tag: Tag) -> None:
    if _in_select_fragment(at):
        at.error("input-in-select")
        return
    if at.has("select"):
        at.error("input-in-select")
        at.pop_until("select")
    if at.formatting:
        at.reconstruct()
    at.insert_void(tag)
    at.frameset_ok = at.frameset_ok and is_hidden(tag)


def _hr(at: Construction, tag: Tag) -> None:
    at.close_p()
    if at.has("select"):
        at.imply_end_tags()
        if at.has("option") or at.has("optgroup"):
            at.error("misplaced-option", tag.name)
    at.insert_void(tag)
    at.frameset_ok = False


def _image(at: Construction, tag: Tag) -> None:
    at.error("image-start-tag")
    _void(at, Tag("img", tag.attributes, tag.self_closing))


def _end_br(at: Construction, name: str) -> None:
    at.error("stray-end-tag", name)
    _void(at, Tag("br", {}))


for_names(START, ("area", "br", "embed", "img", "keygen", "wbr"), _void)
for_names(START, ("param", "source", "track"), Construction.insert_void)
START.update({"input": _input, "hr": _hr, "image": _image})
END["br"] = _end_br


# Text of its own kind


def _plaintext(at: Construction, tag: Tag) -> None:
    _block(at, tag)
    at.content = "plaintext"


def _textarea(at: Construction, tag: Tag) -> None:
    raw_text("rcdata")(at, tag)
    at.line_feed_dropped_at = at.token_end
    at.frameset_ok = False


def _xmp(at: Construction, tag: Tag) -> None:
    at.close_p()
    at.reconstruct()
    _iframe(at, tag)


def _iframe(at: Construction, tag: Tag) -> None:
    at.frameset_ok = False
    raw_text("rawtext")(at, tag)


START.update({"plaintext": _plaintext, "textarea": _textarea, "xmp": _xmp, "iframe": _iframe, "noembed": raw_text("rawtext")})


# Tables, ruby, foreign content


def _table(at: Construction, tag: Tag) -> None:
    if not at.quirks:
        at.close_p()
    at.insert(tag)
    at.frameset_ok = False
    at.mode = IN_TABLE


def _ruby_base(at: Construction, tag: Tag) -> None:
    if at.has("ruby"):
        at.imply_end_tags()
    if at.current.name != "ruby":
        at.error("misplaced-ruby-part", tag.name)
    at.insert(tag)


def _ruby_text(at: Construction, tag: Tag) -> None:
    if at.has("ruby"):
        at.imply_end_tags(but="rtc")
    if at.current.name not in ("ruby", "rtc"):
        at.error("misplaced-ruby-part", tag.name)
    at.insert(tag)


def _svg(at: Construction, tag: Tag) -> None:
    at.reconstruct()
    insert_foreign(at, tag, "svg")


def _math(at: Construction, tag: Tag) -> None:
    at.reconstruct()
    insert_foreign(at, tag, "math")


for_names(START, ("rb", "rtc"), _ruby_base)
for_names(START, ("rp", "rt"), _ruby_text)
START.update({"table": _table, "svg": _svg, "math": _math})
