"""What of SARIF 2.1.0 the evaluator writes, as a JSON Schema: nothing else is allowed, and what the standard requires is required.

Written after the standard's text, sections 3.13 (log) to 3.52; https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from typing import Any


def _object(required: str, optional: str = "", **properties: Any) -> dict[str, Any]:
    names = (*required.split(), *optional.split())
    assert set(names) == set(properties)
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def _array(items: Any, **limits: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **limits}


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 0}
_FROM_ONE = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_URI = {"type": "string", "format": "uri", "pattern": "^https://"}
_URI_REFERENCE = {"type": "string", "pattern": r"^([A-Za-z0-9._~!$&'()*+,;=@/:-]|%[0-9A-F]{2})+$"}
# 3.12: a text may have a Markdown form, and must have a plain one
_MESSAGE = _object("text", text=_TEXT)
_HELP = _object("text", "markdown", text=_TEXT, markdown=_TEXT)
# 3.49, reportingDescriptor
_RULE = _object(
    "id name shortDescription fullDescription help defaultConfiguration properties",
    "helpUri",
    id={"type": "string", "pattern": "^[a-z]+/[a-z0-9-]+$"},
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    defaultConfiguration=_object("level", level=_LEVEL),
    helpUri=_URI,
    help=_HELP,
    properties=_object("tags", tags=_array(_TEXT, uniqueItems=True)),
)
_DRIVER = _object("name semanticVersion rules", name=_TEXT, semanticVersion=_TEXT, rules=_array(_RULE, uniqueItems=True))
# 3.29 and 3.30: lines and columns from 1, offsets in characters from 0
_REGION = _object("startLine startColumn charOffset", startLine=_FROM_ONE, startColumn=_FROM_ONE, charOffset=_COUNT)
_PLACE = _object("artifactLocation region", artifactLocation=_object("uri index", uri=_URI_REFERENCE, index=_COUNT), region=_REGION)
_RESULT = _object(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=_TEXT,
    ruleIndex=_COUNT,
    level=_LEVEL,
    message=_MESSAGE,
    locations=_array(_object("physicalLocation", physicalLocation=_PLACE), minItems=1, maxItems=1),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
)
_ARTIFACT = _object(
    "location length mimeType sourceLanguage",
    location=_object("uri", uri=_URI_REFERENCE),
    length=_COUNT,
    mimeType={"const": "text/html"},
    sourceLanguage={"const": "html"},
)
# 3.20: what keeps a run from being a success is a notification
_NOTE = _object("level message", level=_LEVEL, message=_MESSAGE)
_INVOCATION = _object(
    "executionSuccessful",
    "toolExecutionNotifications",
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=_array(_NOTE, minItems=1),
)
_RUN = _object(
    "tool invocations artifacts results columnKind",
    "properties",
    tool=_object("driver", driver=_DRIVER),
    invocations=_array(_INVOCATION),
    artifacts=_array(_ARTIFACT, uniqueItems=True),
    results=_array(_RESULT),
    columnKind={"const": "unicodeCodePoints"},
    properties={"type": "object", "additionalProperties": {"type": ["number", "string", "null"]}},  # 3.8, a property bag
)
_LOG: dict[str, Any] = {"$schema": _URI, "version": {"const": "2.1.0"}, "runs": _array(_RUN, minItems=1, maxItems=1)}
SCHEMA = _object("$schema version runs", **_LOG)
