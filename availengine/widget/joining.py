"""The modules of `src/` as one script that any page can load: no bundler, the same bytes every time.

A module imports others, texts (JSON) and style (CSS) by name, one statement a line, as browsers understand it too.
They share one scope then: no two of them may declare the same name at their top (tests/widget/).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

SOURCES = Path(__file__).parent / "src"
HEADING = "/* AvailEngine booking widget. MIT License. */\n"
IMPORT = re.compile(r'^import (?P<name>.+?) from "(?P<path>\.[\w/.]+)".*;\n', re.MULTILINE)


def joined(main: str = "main.js") -> str:
    """Everything that `main` imports, each before whoever needs it, and `main` itself."""
    body = "".join(_with_imports(main, "", set()))
    return f'{HEADING}(()=>{{"use strict";\n{body}}})();\n'


def _with_imports(path: str, name: str, done: set[str]) -> Iterator[str]:
    if path in done:
        return
    done.add(path)
    text = (SOURCES / path).read_text("utf-8")
    if path.endswith(".js"):
        for found in IMPORT.finditer(text):
            yield from _with_imports(normpath(join(dirname(path), found["path"])), found["name"], done)
        yield _compact(re.sub("^export ", "", IMPORT.sub("", text), flags=re.MULTILINE))
    elif path.endswith(".json"):
        yield f"const {name}={_literal(json.loads(text))};\n"
    else:
        yield f"const {name}=new CSSStyleSheet();{name}.replaceSync({_literal(_style(text))});\n"


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _compact(text: str) -> str:
    """Without indentation, empty lines, and lines that are a comment."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def _style(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
