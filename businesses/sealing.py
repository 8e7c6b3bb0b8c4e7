"""Encryption at rest of what must be shown again but not be readable in the database."""

import base64
import functools
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


@functools.cache
def _fernet(secret_key: str) -> Fernet:
    digest = hashlib.sha256(b"availengine.sealing:" + secret_key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def seal(plain: bytes) -> bytes:
    """Encrypted with a key derived from SECRET_KEY."""
    return _fernet(settings.SECRET_KEY).encrypt(plain)


def unseal(sealed: bytes) -> bytes:
    """What was sealed. Raises cryptography's InvalidToken when SECRET_KEY has changed since."""
    return _fernet(settings.SECRET_KEY).decrypt(sealed)
