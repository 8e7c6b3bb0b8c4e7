"""Comparing answers with documented ones: fields, nesting, types and formats, not values."""

import re
from typing import Any

# How a documented value reads, and what any value in its place must look like. The first that fits counts.
FORMATS = {
    r"uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    r"AV-[A-Z0-9]{6}": r"AV-[A-Z0-9]{6}",
    r"[0-9-]{10}T[0-9:]{8}Z": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    r"[0-9]{2}:[0-9]{2}:[0-9]{2}": r"[0-9]{2}:[0-9]{2}:[0-9]{2}",
    r"[0-9]{2}:[0-9]{2}": r"[0-9]{2}:[0-9]{2}",
}


def same_shape(documented: Any, told: Any, path: str = "$") -> None:
    """The same keys in the same order and nesting, the same types, the same formats of text."""
    if isinstance(documented, dict):
        assert isinstance(told, dict), path
        assert list(told) == list(documented), path
        for key, value in documented.items():
            same_shape(value, told[key], f"{path}.{key}")
    elif isinstance(documented, list):
        assert isinstance(told, list), path
        for index, item in enumerate(told):
            same_shape(documented[0], item, f"{path}[{index}]")
    elif documented is None:
        assert told is None or isinstance(told, str), path
    else:
        assert type(told) is type(documented), path
        if isinstance(documented, str):
            wanted = next((f for shown, f in FORMATS.items() if re.fullmatch(shown, documented)), ".+")
            assert re.fullmatch(wanted, told), (path, told)
