"""Confirmation codes that people can read aloud: a label, never a credential."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0, 1, I, L and O


def new_code() -> str:
    """AV- and six characters. Unique per business only once stored: the caller tries again on a collision."""
    return "AV-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
