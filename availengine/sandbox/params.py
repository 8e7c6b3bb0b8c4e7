"""The form encoding of Stripe's API, `a[b][0][c]=x`, and typed reading of what came in."""

import re
from typing import Any
from urllib.parse import parse_qsl

from availengine.sandbox.errors import ApiError, InvalidParameter, Json

MAX_FIELDS = 2000
MAX_DEPTH = 8
MAX_AMOUNT = 99_999_999
MAX_TEXT = 5000
NAME = re.compile(r"[^\[\]]+(\[[^\[\]]*\])*")
CURRENCY = re.compile(r"[A-Za-z]{3}")
WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


def decode(encoded: str) -> Json:
    """A form as nested dicts; lists are dicts with the keys "0", "1" and so on."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise ApiError("Invalid form: too many fields or not UTF-8.") from error
    found: Json = {}
    for name, value in pairs:
        _place(found, name, value)
    return found


def _place(found: Json, name: str, value: str) -> None:
    if not NAME.fullmatch(name) or name.count("[") > MAX_DEPTH or "\0" in value:
        raise InvalidParameter(f"Invalid parameter name or value: {name[:80]}", name[:80])
    *parents, last = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
    for part in parents:
        found = found.setdefault(part or str(len(found)), {})
        if not isinstance(found, dict):
            raise InvalidParameter(f"Invalid object: {name[:80]}", name[:80])
    found[last or str(len(found))] = value


class Params:
    """One level of the parameters. `path` is its name in error messages."""

    def __init__(self, values: Json | None = None, path: str = "") -> None:
        self.values = values or {}
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def name_of(self, name: str) -> str:
        return f"{self.path}[{name}]" if self.path else name

    def text(self, name: str, default: str | None = None, limit: int = MAX_TEXT) -> str | None:
        """None for what is missing or empty."""
        value = self.values.get(name, default)
        if value is not None and not isinstance(value, str):
            raise InvalidParameter(f"Invalid string: {self.name_of(name)}", self.name_of(name))
        if value is not None and len(value) > limit:
            raise InvalidParameter(f"Invalid string: at most {limit} characters", self.name_of(name))
        return value or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            full = self.name_of(name)
            raise InvalidParameter(f"Missing required param: {full}.", full, "parameter_missing")
        return value

    def choice(self, name: str, options: tuple[str, ...], default: str | None = None) -> str | None:
        value = self.text(name, default)
        if value is not None and value not in options:
            raise InvalidParameter(f"Invalid {self.name_of(name)}: must be one of {', '.join(options)}", name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name)
        if value not in (None, "true", "false"):
            raise InvalidParameter(f"Invalid boolean: {value[:40] if value else ''}", self.name_of(name))
        return default if value is None else value == "true"

    def whole(self, name: str, default: int | None = None) -> int | None:
        value = self.text(name)
        if value is None:
            return default
        if not WHOLE.fullmatch(value):
            full = self.name_of(name)
            raise InvalidParameter(f"Invalid integer: {value[:40]}", full, "parameter_invalid_integer")
        return int(value)

    def amount(self, name: str, lowest: int = 1) -> int | None:
        """Minor units of the currency. None when missing."""
        value, full = self.whole(name), self.name_of(name)
        if value is not None and value < lowest:
            text = f"Invalid positive integer: {full} must be at least {lowest}."
            raise InvalidParameter(text, full, "parameter_invalid_integer")
        if value is not None and value > MAX_AMOUNT:
            raise InvalidParameter(f"Amount must be no more than {MAX_AMOUNT}.", full, "amount_too_large")
        return value

    def required_amount(self, name: str, lowest: int = 1) -> int:
        self.required(name)
        return self.amount(name, lowest) or 0

    def currency(self, name: str = "currency") -> str:
        value = self.required(name)
        if not CURRENCY.fullmatch(value):
            raise InvalidParameter(f"Invalid currency: {value[:40]}.", self.name_of(name))
        return value.lower()

    def url(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not re.match(r"https?://[^\s/]", value):
            raise InvalidParameter("Not a valid URL", self.name_of(name), "url_invalid")
        return value

    def below(self, name: str) -> "Params":
        """The level under this name; an empty one when it is missing."""
        value = self.values.get(name) or {}
        if not isinstance(value, dict):
            raise InvalidParameter(f"Invalid object: {self.name_of(name)}", self.name_of(name))
        return Params(value, self.name_of(name))

    def items(self, name: str) -> list["Params"]:
        """A list of objects, in the order of its numbers."""
        level = self.below(name)
        keys = sorted(level.values, key=lambda key: (len(key), key))
        return [level.below(key) for key in keys]

    def texts(self, name: str) -> list[str]:
        """A list of strings."""
        level = self.below(name)
        return [level.required(key) for key in sorted(level.values, key=lambda key: (len(key), key))]

    def metadata(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """Merged into what was there; an empty value removes its key, an empty `metadata` all of them."""
        if self.values.get("metadata") == "":
            return {}
        level = self.below("metadata")
        merged = {**(before or {}), **{key: level.text(key, limit=500) or "" for key in level.values}}
        merged = {key: value for key, value in merged.items() if value}
        if len(merged) > 50 or any(len(key) > 40 for key in merged):
            raise InvalidParameter("Metadata takes at most 50 keys of at most 40 characters.", "metadata")
        return merged

    def plain(self) -> Any:
        return self.values
