"""Evaluations as bytes, for other processes and for the cache: JSON, by the order of a dataclass' fields, without the page's text.

Law: unpack(pack(evaluation), page=..., name=...) is the evaluation, whatever fields it has, as long as they are dataclasses, tuples and
mappings of plain values.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.result import Evaluation


def pack(evaluation: Evaluation) -> bytes:
    """Without the text and the name, which the receiver knows."""
    return json.dumps(_plain(replace(evaluation, page="", name="")), separators=(",", ":")).encode("utf-8", "surrogatepass")


def unpack(
    packed: bytes, *, page: str, name: str, size: int | None = None, encoding: tuple[Finding, ...] | None = None
) -> Evaluation:
    """Args: page, its text; size, in bytes, and encoding, of the page at hand, None for those that were packed.

    Raises: ValueError, for bytes that `pack` did not write.
    """
    names, makers = _parts(Evaluation)
    try:
        found = {key: make(each) for key, make, each in zip(names, makers, json.loads(packed), strict=True)}
        found["page"], found["name"] = page, name
        if size is not None:
            found["bytes"] = size
        if encoding is not None:
            found["encoding"] = encoding
        return Evaluation(**found)
    except (TypeError, LookupError, RecursionError) as error:
        raise ValueError("not an evaluation") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value


@cache
def _maker(kind: Any) -> Callable[[Any], Any]:
    """What makes a value of a type out of what `_plain` made of it."""
    if is_dataclass(kind):
        return _dataclass_maker(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _tuple_maker(arguments)
    if origin in (Union, UnionType):
        (other,) = (each for each in arguments if each is not type(None))
        return _optional_maker(_maker(other))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_maker(_maker(arguments[1]))
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _optional_maker(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else make(value)


def _mapping_maker(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {key: make(each) for key, each in value.items()}


def _tuple_maker(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    makers = [_maker(kind) for kind in kinds if kind is not Ellipsis]
    if Ellipsis in kinds:
        return lambda value: tuple(map(makers[0], value))
    return lambda value: tuple(make(each) for make, each in zip(makers, value, strict=True))


def _dataclass_maker(kind: Any) -> Callable[[Any], Any]:
    names, makers = _parts(kind)
    if all(make is _as_it_is for make in makers):  # findings, which are most of what there is

        def plain(values: Any) -> Any:
            if len(values) != len(names):
                raise TypeError
            return kind(*values)

        return plain
    return lambda values: kind(**{name: make(each) for name, make, each in zip(names, makers, values, strict=True)})


@cache
def _parts(kind: Any) -> tuple[tuple[str, ...], tuple[Callable[[Any], Any], ...]]:
    """The fields of a dataclass, and what makes the value of each."""
    hints = get_type_hints(kind)
    names = tuple(field.name for field in fields(kind))
    return names, tuple(_maker(hints[name]) for name in names)
