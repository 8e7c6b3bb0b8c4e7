"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's first recommendation: 19 MiB, two passes. Django's 100 MiB would tie up a small host."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
