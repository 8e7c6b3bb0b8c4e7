"""Signing in and out: password, limits, the second step, passkeys' pages, reset by mail, sessions."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache.backends.redis import RedisCache
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from availengine.api.throttling import client as valkey
from businesses.models import Business, Member, User
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import PASSWORD, browser, person

LOGIN = "/accounts/login/"
NOW = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(salon: Business) -> Member:
    return person(salon, "owner", "owner@example.com")


def sign_in(client: Client, password: str = PASSWORD, email: str = "owner@example.com", **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def inside(client: Client) -> bool:
    return client.get("/dashboard/salon/").status_code == 200


def test_with_address_and_password(owner: Member) -> None:
    client = Client()
    answer = sign_in(client, email="Owner@Example.com")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/")
    assert client.get("/dashboard/").headers["Location"] == "/dashboard/salon/"
    assert inside(client)


def test_back_to_where_one_wanted_to_go(owner: Member) -> None:
    client = Client()
    wanted = "/dashboard/salon/setup/members/"
    at = client.get(wanted).headers["Location"]
    assert at == f"{LOGIN}?next={wanted}"
    assert f'name="next" value="{wanted}"' in client.get(at).content.decode()
    assert sign_in(client, next=wanted).headers["Location"] == wanted
    assert sign_in(Client(), next="https://evil.example/").headers["Location"] == "/dashboard/"


@pytest.mark.parametrize(("email", "password"), [("owner@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_wrong_ones_are_told_apart_by_nothing(owner: Member, email: str, password: str) -> None:
    client = Client()
    with nothing_changes():
        answer = sign_in(client, password, email)
    assert answer.status_code == 200
    assert "The email address and/or password you specified are not correct." in answer.content.decode()
    assert not inside(client)


def test_somebody_switched_off_stays_out(owner: Member) -> None:
    client = Client()
    User.objects.update(is_active=False)
    sign_in(client)
    assert not inside(client)


def test_guesses_are_counted_per_address(owner: Member) -> None:
    for _ in range(5):
        sign_in(Client(REMOTE_ADDR="10.0.0.1"), "wrong")
    answer = sign_in(Client(REMOTE_ADDR="10.0.0.2"))
    assert "Too many failed login attempts." in answer.content.decode()
    assert sign_in(Client(), email="somebody@example.com").status_code == 200


def test_guesses_are_counted_per_visitor(owner: Member) -> None:
    client = Client(REMOTE_ADDR="10.0.0.1")
    statuses = [sign_in(client, "wrong", f"a{number}@example.com").status_code for number in range(31)]
    assert statuses == [200] * 30 + [429]
    assert sign_in(Client(REMOTE_ADDR="10.0.0.2")).status_code == 302


def test_without_valkey_one_signs_in_all_the_same(owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise redis.ConnectionError("gone")

    for name in ("add", "get", "set", "delete"):
        monkeypatch.setattr(RedisCache, name, gone)
    client = Client()
    assert sign_in(client).status_code == 302
    assert inside(client)


def test_the_cache_keeps_no_pickles(owner: Member) -> None:
    sign_in(Client(), "wrong")
    stored = [valkey().get(key) for key in valkey().keys("cache:*")]
    assert stored
    assert [value for value in stored if value[:1] not in (b"[", b"1", b"t")] == []


def test_sign_up_is_closed(db: None) -> None:
    for name in ("account_signup", "account_email", "mfa_signup_webauthn"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/", "/accounts/login/code/"):
        assert Client().get(path).status_code == 404


def test_signing_out(owner: Member) -> None:
    client = browser(owner)
    assert client.get("/accounts/logout/").status_code == 200
    assert inside(client)
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert not inside(client)


def test_the_admin_uses_the_same_door(owner: Member) -> None:
    assert Client().get("/admin/", follow=True).redirect_chain[-1] == (f"{LOGIN}?next=%2Fadmin%2F", 302)
    assert browser(owner).get("/admin/login/").status_code == 403
    User.objects.update(is_staff=True, is_superuser=True)
    client = Client()
    assert sign_in(client, next="/admin/").headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


# --- reset --------------------------------------------------------------------------------------------------------


def ask_for_a_link(email: str) -> Any:
    return Client().post("/accounts/password/reset/", {"email": email})


def test_a_forgotten_password(owner: Member) -> None:
    assert ask_for_a_link("owner@example.com").headers["Location"] == "/accounts/password/reset/done/"
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["owner@example.com"], "AvailEngine: Password Reset Email")
    (path,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", letter.body)
    client = Client()
    form = client.get(path).headers["Location"]
    client.post(form, {"password1": "an entirely new one", "password2": "an entirely new one"})
    assert [letter.subject for letter in mail.outbox][1:] == ["AvailEngine: Password Reset"]
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), "an entirely new one").status_code == 302
    assert "does not work any more" in Client().get(path).content.decode()


def test_nobody_learns_who_has_an_account(owner: Member) -> None:
    known, unknown = ask_for_a_link("owner@example.com"), ask_for_a_link("nobody@example.com")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [letter.to for letter in mail.outbox] == [["owner@example.com"]]


def test_a_mail_server_out_of_reach(owner: Member, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert ask_for_a_link("owner@example.com").headers["Location"] == "/accounts/password/reset/done/"
    assert "a mail about an account was not sent" in caplog.text


# --- the second step ----------------------------------------------------------------------------------------------


def code_of(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


def switch_on(client: Client) -> str:
    """Through the page, as people do; the secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/security/totp/activate/").content.decode()
    (secret,) = re.findall(r"<code>(\w+)</code>", page)
    answer = client.post("/accounts/security/totp/activate/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/accounts/security/recovery-codes/"
    return secret


def test_a_code_is_asked_for_once_it_is_set_up(owner: Member, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        transaction, "on_commit", lambda do: do()
    )  # the request's own, which is over when a test commits
    client = Client()
    sign_in(client)
    secret = switch_on(client)
    (letter,) = mail.outbox
    assert letter.subject == "AvailEngine: Authenticator App Activated"

    assert secret not in str(Authenticator.objects.get(type=Authenticator.Type.TOTP).data)

    other = Client()
    assert sign_in(other).headers["Location"] == "/accounts/security/authenticate/"
    assert not inside(other)
    assert other.post("/accounts/security/authenticate/", {"code": "000000"}).status_code == 200
    assert not inside(other)
    clock.shift(30)  # the next code
    code = code_of(secret)
    other.post("/accounts/security/authenticate/", {"code": code})
    assert inside(other)

    again = Client()
    sign_in(again)
    again.post("/accounts/security/authenticate/", {"code": code})
    assert not inside(again)


def test_a_recovery_code_works_once(owner: Member) -> None:
    client = Client()
    sign_in(client)
    switch_on(client)
    page = client.get("/accounts/security/recovery-codes/").content.decode()
    codes = re.findall(r"<li>(\d+)</li>", page)
    assert len(codes) == 10
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post("/accounts/security/authenticate/", {"code": codes[0]})
        assert inside(other) is expected


def test_the_admin_asks_for_it_too(owner: Member) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    Authenticator.objects.create(
        user=owner.user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("A" * 32)}
    )
    client = Client()
    assert sign_in(client, next="/admin/").headers["Location"].startswith("/accounts/security/authenticate/")
    assert client.get("/admin/").status_code == 302


def test_changes_ask_who_it_is_when_it_is_a_while_ago(owner: Member) -> None:
    client = browser(owner)  # signed in without a password, as after a long time
    answer = client.get("/accounts/security/totp/activate/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert "Is it you?" in client.get(answer.headers["Location"]).content.decode()
    assert client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 200
    assert client.get("/accounts/security/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/security/totp/activate/").status_code == 200


def test_passkeys_are_offered(owner: Member) -> None:
    page = Client().get(LOGIN).content.decode()
    assert 'id="passkey_login"' in page
    options = Client().get("/accounts/security/passkeys/login/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["rpId"] == "testserver"
    client = Client()
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert b'"creation_options"' in client.get("/accounts/security/passkeys/add/").content


@pytest.mark.parametrize("made_up", ['{"id": "x"}', "[]", "{", "7", '{"id": "eA", "rawId": "eA", "response": 1}', ""])
def test_a_made_up_passkey_opens_nothing(owner: Member, made_up: str) -> None:
    client = Client()
    client.get("/accounts/security/passkeys/login/")
    assert client.post("/accounts/security/passkeys/login/", {"credential": made_up}).status_code == 302
    assert not inside(client)


# --- sessions, the own account --------------------------------------------------------------------------------------


def test_other_sessions_are_ended(owner: Member) -> None:
    here, there = Client(HTTP_USER_AGENT="Here"), Client(HTTP_USER_AGENT="There")
    for client in (here, there):
        sign_in(client)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Here" in page
    assert "There" in page
    here.post("/accounts/sessions/")
    assert (inside(here), inside(there)) == (True, False)


def test_a_new_password_ends_other_sessions(owner: Member) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client)
    new = {"oldpassword": PASSWORD, "password1": "an entirely new one", "password2": "an entirely new one"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert (inside(here), inside(there)) == (True, False)


def test_the_own_name(owner: Member) -> None:
    client = browser(owner)
    assert client.post("/accounts/name/", {"name": "  Ada   Lovelace "}).headers["Location"] == "/accounts/"
    assert User.objects.get().name == "Ada Lovelace"
    assert 'value="Ada Lovelace"' in client.get("/accounts/").content.decode()
    with nothing_changes():
        assert Client().post("/accounts/name/", {"name": "Eve"}).status_code == 302
