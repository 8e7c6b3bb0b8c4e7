"""The folder of one move: raw answers, the provisioning file, customers, bookings, reports. For its owner only."""

import json
import os
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

RAW = "raw"


class FolderError(Exception):
    """A file is missing or cannot be read; the message names it."""


class Folder:
    """Files by their names within the folder, such as `raw/business.json`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def write(self, name: str, text: str) -> None:
        """Whole or not at all: what is there was written to its end. Readable by its owner only."""
        target = self.path / name
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = target.with_name(f".{target.name}.part")
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            unfinished.replace(target)
        except OSError as error:
            raise FolderError(f"{target}: {error.strerror}") from error

    def write_json(self, name: str, value: Any) -> None:
        self.write(name, json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def write_lines(self, name: str, rows: Iterable[Any]) -> None:
        self.write(name, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def read_json(self, name: str, default: Any = None) -> Any:
        """The parsed file, fractions as Decimal; `default` where there is none. Raises FolderError."""
        path = self.path / name
        if not path.exists():
            return default
        return _parsed(path, self._text(path), "")

    def read_lines(self, name: str) -> Iterator[tuple[int, Any]]:
        """(number, value) of each line of a file, none where there is no file. Raises FolderError."""
        path = self.path / name
        if not path.exists():
            return
        for number, line in enumerate(self._text(path).splitlines(), start=1):
            if line.strip():
                yield number, _parsed(path, line, f", line {number}")

    def names(self, folder: str) -> list[str]:
        """The JSON files in a folder of this folder, sorted."""
        return sorted(f"{folder}/{path.name}" for path in (self.path / folder).glob("*.json"))

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise FolderError(f"{path}: {getattr(error, 'strerror', None) or 'is not UTF-8 text'}") from error


def _parsed(path: Path, text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=lambda name: None)
    except (ValueError, RecursionError) as error:
        raise FolderError(f"{path}{where}: is not JSON: {error}") from error
