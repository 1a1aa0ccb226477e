"""Settings as frozen dataclasses, to and from JSON."""

import dataclasses
import json
from typing import Any, TypeVar

from htmlgen.errors import ConfigError

T = TypeVar("T")


def to_dict(config: Any) -> dict[str, Any]:
    """A config dataclass as plain JSON values."""
    return dataclasses.asdict(config)


def from_dict(kind: type[T], values: Any) -> T:
    """A config dataclass from JSON values. Raises: ConfigError, naming a field that is missing, unknown, or refused."""
    if not isinstance(values, dict):
        raise ConfigError(f"{kind.__name__} must be a JSON object, got {json.dumps(values)[:60]}")
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(values) - known):
        raise ConfigError(f"{kind.__name__} has no field {unknown[0]!r} among {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{kind.__name__}: {error}") from error
