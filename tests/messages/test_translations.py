"""The translations are whole, fit their texts, and are compiled: users need no gettext."""

import ast
import gettext
import re
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
LANGUAGES = ("de", "el")
GETTEXT = ("_", "gettext", "gettext_lazy", "gettext_noop")


def entries(language: str) -> dict[str, list[str]]:
    """msgid to its translations, from the source file."""
    found: dict[str, list[str]] = {}
    text = re.sub(r'"\n"', "", (LOCALE / language / "LC_MESSAGES" / "django.po").read_text())
    for block in text.split("\n\n")[1:]:
        (key,) = re.findall(r'^msgid "(.*)"$', block, re.M)
        found[key] = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', block, re.M)
        assert "fuzzy" not in block, key
    return found


def names(text: str) -> list[str]:
    return sorted(set(re.findall(r"%\((\w+)\)", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_names(language: str) -> None:
    found = entries(language)
    assert len(found) > 100
    for key, translations in found.items():
        for translation in translations:
            assert translation, key
            assert names(translation) == names(key), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_of_this_source(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for key, translations in entries(language).items():
        plain = key.replace('\\"', '"')
        told = compiled.gettext(plain) if len(translations) == 1 else compiled.ngettext(plain, "", 1)
        assert told == translations[0].replace('\\"', '"'), key


def test_no_text_of_the_code_is_missing() -> None:
    """All that the code hands to gettext is in both files."""
    known = [set(entries(language)) for language in LANGUAGES]
    assert known[0] == known[1]
    used = {text for path in sources() for text in texts_of(path)}
    assert len(used) > 240
    assert used - known[0] == set()


def sources() -> list[Path]:
    """All that may hold texts: the core, the pages, the templates."""
    root = LOCALE.parent
    code = [path for app in ("bookings", "businesses", "availengine") for path in (root / app).rglob("*.py")]
    return [*code, *(path for path in (root / "templates").rglob("*.*") if path.is_file())]


def texts_of(path: Path) -> set[str]:
    text = path.read_text()
    if path.suffix != ".py":
        whole = set(re.findall(r'{% translate "([^"]*)"', text))
        blocks = re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, re.S)
        singular = (block.split("{% plural %}")[0].strip() for block in blocks)
        return whole | {re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for block in singular}
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and node.args)
    asked = {(getattr(call.func, "id", ""), call.args[0]) for call in calls}
    return {first.value for name, first in asked if name in GETTEXT and isinstance(first, ast.Constant)}
