"""How expensive a guess at a stored password is. The other tests store them cheaply: see tests/thrift.py."""

from django.conf import settings

from availengine import settings as shipped
from businesses.passwords import PasswordHasher
from tests.thrift import CheapPasswords


def test_guessing_costs_what_owasp_recommends() -> None:
    assert shipped.PASSWORD_HASHERS == ["businesses.passwords.PasswordHasher"]
    assert (
        PasswordHasher().encode("correct horse", "0123456789abcdef").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    )


def test_the_cheap_ones_are_the_same_but_for_their_price() -> None:
    cheap = CheapPasswords().encode("correct horse", "0123456789abcdef")
    assert settings.PASSWORD_HASHERS == ["tests.thrift.CheapPasswords"]
    assert cheap.startswith("argon2$argon2id$v=19$m=8,t=1,p=1$")
    assert PasswordHasher().verify("correct horse", cheap)
    assert not PasswordHasher().verify("correct house", cheap)
