"""JSON Schema from serializers, so that what agents are told of a tool is what is checked."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers as drf

from availengine.api.fields import PHONE, Email, Phone, Time

Schema = dict[str, Any]


def schema_of(serializer: type[drf.Serializer[Any]], *, closed: bool = False) -> Schema:
    """The schema of an object. `closed`: it has no other fields than these."""
    schema = _object(serializer())
    return {**schema, "additionalProperties": False} if closed else schema


def _object(serializer: drf.Serializer[Any]) -> Schema:
    fields = serializer.fields.items()
    required = [name for name, field in fields if field.required]
    schema: Schema = {"type": "object", "properties": {name: _field(field) for name, field in fields}}
    return {**schema, "required": required} if required else schema


def _field(field: Any) -> Schema:
    schema = _kind(field)
    if field.allow_null:
        schema = {**schema, "type": [schema["type"], "null"]}
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if field.help_text:
        schema["description"] = str(field.help_text)
    if field.default is not drf.empty:
        schema["default"] = field.default
    return schema


def _kind(field: Any) -> Schema:
    if isinstance(field, drf.ListSerializer):
        return {"type": "array", "items": _field(field.child)}
    if isinstance(field, drf.Serializer):
        return _object(field)
    return next(of(field) for kind, of in KINDS if isinstance(field, kind))


def _text(field: Any) -> Schema:
    limits = {"minLength": field.min_length, "maxLength": field.max_length}
    return {"type": "string", **{name: value for name, value in limits.items() if value is not None}}


def _integer(field: Any) -> Schema:
    limits = {"minimum": field.min_value, "maximum": field.max_value}
    return {"type": "integer", **{name: value for name, value in limits.items() if value is not None}}


def _list(field: Any) -> Schema:
    limits = {"minItems": field.min_length, "maxItems": field.max_length}
    given = {name: value for name, value in limits.items() if value is not None}
    return {"type": "array", "items": _field(field.child), **given}


# The first that fits counts: a special field comes before what it derives from.
KINDS: list[tuple[type[drf.Field[Any, Any, Any, Any]], Callable[[Any], Schema]]] = [
    (Time, lambda field: {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
    (drf.DateField, lambda field: {"type": "string", "format": "date"}),
    (drf.DateTimeField, lambda field: {"type": "string", "format": "date-time"}),
    (drf.BooleanField, lambda field: {"type": "boolean"}),
    (drf.IntegerField, _integer),
    (Phone, lambda field: {**_text(field), "pattern": PHONE}),
    (Email, lambda field: {**_text(field), "format": "email"}),
    (drf.UUIDField, lambda field: {"type": "string", "format": "uuid"}),
    (drf.ListField, _list),
    (drf.CharField, _text),
    (drf.ChoiceField, lambda field: {"type": "string", "enum": list(field.choices)}),
]
