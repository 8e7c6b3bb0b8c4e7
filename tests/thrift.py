"""What tests do a thousand times and need not do as thoroughly as a server does it once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from businesses.passwords import PasswordHasher


class CheapPasswords(PasswordHasher):
    """Stored in the same form, and guessed a thousand times as fast."""

    memory_cost = 8
    time_cost = 1


@contextmanager
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.{CheapPasswords.__name__}"]):
        yield


@contextmanager
def static_files_are_found_once() -> Iterator[None]:
    """Each test client loads the middleware, and that looks through all static files."""
    find = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def remember(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remember)
        yield
