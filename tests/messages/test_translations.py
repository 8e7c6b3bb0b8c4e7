"""The translations are whole, fit their texts, and are compiled: users need no gettext."""

import gettext
import re
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
LANGUAGES = ("de", "el")


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
    root = LOCALE.parent
    used = set()
    for path in (root / "bookings").glob("*.py"):
        for call in re.findall(r'\b_\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)', path.read_text()):
            used.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call)))
    for path in [*(root / "templates").glob("*.html"), *(root / "templates/mail").iterdir()]:
        used |= set(re.findall(r'{% translate "([^"]*)" %}', path.read_text()))
    assert len(used) > 90
    assert used - known[0] == set()
