"""What guests agree to when they book. A booking keeps which text that was, by its version, and when; the texts
themselves are the business's, and earlier ones are in the log of its changes.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop

from businesses.errors import Conflict, Invalid
from businesses.localtime import moment_of
from businesses.models import Business

TERMS: Final = "terms"  # nobody books without
MARKETING: Final = "marketing"  # as they like

TERMS_MISSING = gettext_noop("Please agree to the terms.")
TERMS_CHANGED = gettext_noop("The terms have changed meanwhile. Please read them again.")


def texts(business: Business) -> dict[str, str]:
    """What a business asks for, by kind."""
    asked = {TERMS: business.terms_text, MARKETING: business.marketing_text}
    return {kind: text for kind, text in asked.items() if text}


def versions(business: Business) -> dict[str, str]:
    return {kind: version_of(text) for kind, text in texts(business).items()}


def version_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def noted(business: Business, agreed: Mapping[str, str], *, now: int) -> dict[str, Any]:
    """What a booking keeps. `agreed`: the version that was read, of each kind that was agreed to; `now` is a minute.

    Raises Invalid without the terms, Conflict when a text is another one by now.
    """
    current = versions(business)
    if TERMS in current and TERMS not in agreed:
        raise Invalid(TERMS_MISSING, {TERMS: [TERMS_MISSING]})
    if any(current.get(kind) != version for kind, version in agreed.items()):
        raise Conflict(TERMS_CHANGED, {"reason": "terms_changed"})
    at = moment_of(now).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {kind: {"version": version, "at": at} for kind, version in sorted(agreed.items())}
