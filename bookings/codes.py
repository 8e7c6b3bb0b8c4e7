"""Confirmation codes that people can read aloud: a label, never a credential."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from businesses.db import Raced, violated

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0, 1, I, L and O


def new_code() -> str:
    """AV- and six characters. Unique per business only once stored: the caller tries again on a collision."""
    return "AV-" + "".join(secrets.choice(ALPHABET) for _ in range(6))


@contextmanager
def fresh_code() -> Iterator[str]:
    """A code to store a booking with: on the rare collision within a business the transaction is run again."""
    try:
        yield new_code()
    except IntegrityError as error:
        if violated(error) == "booking_code_once":
            raise Raced from error
        raise
