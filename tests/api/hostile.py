"""What hostile callers send, whatever the dialect: values in the place of others, and bodies that are none."""

from typing import Any

LONG = "1" * 5_000
HUGE = b'{"first_name": "' + b"x" * 10_000_000 + b'"}'
DEEP = b'{"a": ' * 10_000 + b"1" + b"}" * 10_000
UNKNOWN = "00000000-0000-4000-8000-000000000000"

TEXTS: list[Any] = ["\x00", "a\x00b", "\x01", "a\x1fb", "\x7f", 5, 1.5, True, [], {}, ["x"], {"x": 1}]
MOMENTS: list[Any] = [
    "\x00",
    5,
    True,
    [],
    {},
    "",
    " ",
    "x" * 10_000,
    LONG,
    "٢٠٢٦-٠٥-١٥",
    "١٤:٠٠",
    "24:00",
    "23:60",
    "-1:00",
]
DATES: list[Any] = [
    *MOMENTS,
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "9999-12-31",
    "0001-01-01",
    "0000-00-00",
    "10000-01-01",
    "2026-05-15T10:00:00Z",
    "２０２６-05-15",
    "2026-W20-5",
]
NUMBERS: list[Any] = [0, -1, 51, 1.5, 1.0, "1", "", True, False, [], {}, [1], 10**19, -(10**19), 1e400, 1e300]
IDS: list[Any] = [
    "",
    "x",
    "\x00",
    0,
    True,
    [],
    {},
    "../../etc",
    "{" + UNKNOWN + "}",
    f"urn:uuid:{UNKNOWN}",
    UNKNOWN + "\n",
]
CHOICES: list[Any] = ["", "x", "\x00", 0, True, [], {}, ["live"], LONG]

BODIES: dict[str, bytes] = {
    "empty": b"",
    "space": b"  ",
    "array": b"[]",
    "array of objects": b'[{"name": "x"}]',
    "string": b'"text"',
    "number": b"5",
    "null": b"null",
    "true": b"true",
    "cut off": b'{"name": "x"',
    "trailing comma": b'{"name": "x",}',
    "two values": b"{} {}",
    "single quotes": b"{'name': 'x'}",
    "comment": b'{"name": "x" /* y */}',
    "NaN": b'{"capacity": NaN}',
    "Infinity": b'{"capacity": Infinity}',
    "-Infinity": b'{"capacity": -Infinity}',
    "lone surrogate": rb'{"first_name": "\ud800", "name": "\ud800"}',
    "lone low surrogate": rb'{"first_name": "\udc00x"}',
    "invalid UTF-8": b'{"first_name": "\xff\xfe"}',
    "overlong UTF-8": b'{"first_name": "\xc0\x80"}',
    "surrogate in UTF-8": b'{"first_name": "\xed\xa0\x80"}',
    "UTF-16": '{"first_name": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"first_name": "x"}',
    "raw control character": b'{"first_name": "a\x00b"}',
    "raw line break": b'{"first_name": "a\nb"}',
    "deep objects": DEEP,
    "deep arrays": b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "form": b"first_name=Jane&last_name=Doe",
    "xml": b"<?xml version='1.0'?><a/>",
}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")
