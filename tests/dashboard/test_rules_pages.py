"""The pages of the rules, of deposits and policy, and of the business itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from businesses.models import Business
from businesses.tenants import save_business
from tests import factories
from tests.api.calls import Tenant, nothing_changes
from tests.dashboard.bodies import DEPOSITS, PROFILE, RULES
from tests.dashboard.conftest import AsSomebody, browser, person

SETUP = "/dashboard/salon/setup/"


def fresh(salon: Business) -> Business:
    return Business.objects.get(id=salon.id)


def stale_part(page: str) -> str:
    return page[page.index('id="stale"') : page.index("</section>", page.index('id="stale"'))]


# --- rules ---------------------------------------------------------------------------------------------------------


def test_rules(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    assert 'value="24"' in owner.get(f"{SETUP}rules/").content.decode()
    sent = {**RULES, "sms_reminders": "on", "seen": salon.updated_at.isoformat()}
    assert owner.post(f"{SETUP}rules/", sent).headers["Location"] == f"{SETUP}rules/"
    row = fresh(salon)
    assert (row.slot_interval_minutes, row.lead_time_minutes, row.window_days, row.cancel_notice_hours) == (
        15,
        120,
        90,
        48,
    )
    assert (row.reminder_hours, row.sms_reminders, row.auto_confirm) == ([48, 2], True, False)
    assert (row.name, row.currency) == ("North Elm Studio", "USD")
    assert 'value="48, 2"' in owner.get(f"{SETUP}rules/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("slot_interval_minutes", "0", "greater than or equal to 1"),
        ("window_days", "731", "less than or equal to 730"),
        ("lead_time_minutes", "", "This field is required."),
        ("reminder_hours", "soon", "Write hours like 48, 2."),
        ("reminder_hours", "²", "Write hours like 48, 2."),
        ("reminder_hours", "1,2,3,4,5,6", "Up to five, each once."),
        ("reminder_hours", "2,2", "Up to five, each once."),
        ("reminder_hours", "721", "1 to 720 hours."),
        ("reminder_hours", "0", "1 to 720 hours."),
    ],
)
def test_rules_that_cannot_be(signed_in: AsSomebody, field: str, value: str, said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{SETUP}rules/", {**RULES, field: value})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_rules_that_somebody_else_changed(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    save_business(salon.id, {"window_days": 30}, now=datetime.now(UTC))
    with nothing_changes():
        answer = owner.post(f"{SETUP}rules/", {**RULES, "seen": salon.updated_at.isoformat()})
    assert answer.status_code == 409
    part = stale_part(answer.content.decode())
    assert "<td>30</td><td>90</td>" in part
    assert "<td>24</td><td>48, 2</td>" in part


# --- deposits and policy ---------------------------------------------------------------------------------------------

STEPS = {"step0-hours": "48", "step0-fee": "0", "step2-hours": "24", "step2-fee": "50"}


def test_deposits(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    sent = {**DEPOSITS, **STEPS, "deposit_only_for": ["new_customers"], "deposit_amount_cents": "12,50"}
    assert owner.post(f"{SETUP}deposits/", sent).headers["Location"] == f"{SETUP}deposits/"
    row = fresh(salon)
    assert (row.deposit_type, row.deposit_basis, row.deposit_amount_cents) == ("charge", "fixed", 1250)
    assert (row.deposit_only_for, row.deposit_window_minutes) == (["new_customers"], 45)
    assert row.cancellation_steps == [[48, 0], [24, 50]]
    page = owner.get(f"{SETUP}deposits/").content.decode()
    assert "When booking, a deposit of USD 12.50 is paid." in page
    assert "Until 24 hours before, 50 % of the deposit are kept." in page
    assert "Not saved yet" not in page


def test_a_preview_saves_nothing(signed_in: AsSomebody) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{SETUP}deposits/", {**DEPOSITS, **STEPS, "preview": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    for text in ("When booking, a deposit of USD 20 is paid.", "free until 48 hours before", "Not saved yet"):
        assert text in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deposit_amount_cents": ""}, "Please fill this in."),
        ({"deposit_basis": "percent"}, "Please fill this in."),
        ({"deposit_amount_cents": "1000001"}, "This is too much."),
        ({"deposit_type": "authorization_hold"}, "Card holds need the premium plan."),
        ({"deposit_window_minutes": "0"}, "greater than or equal to 1"),
        ({"step0-hours": "48"}, "Please fill this in."),
        ({**STEPS, "step0-hours": "24"}, "Each step is nearer to the visit"),
        ({**STEPS, "step0-fee": "50"}, "Each step costs more"),
        ({"step0-hours": "9000", "step0-fee": "1"}, "less than or equal to 8760"),
    ],
)
def test_deposits_that_cannot_be(signed_in: AsSomebody, changes: dict[str, str], said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{SETUP}deposits/", {**DEPOSITS, **changes})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_the_premium_plan_holds_cards(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    assert "Your plan takes deposits" in owner.get(f"{SETUP}deposits/").content.decode()
    Business.objects.filter(id=salon.id).update(plan="premium")
    assert "Your plan takes deposits" not in owner.get(f"{SETUP}deposits/").content.decode()
    assert owner.post(f"{SETUP}deposits/", {**DEPOSITS, "deposit_type": "authorization_hold"}).status_code == 302
    assert fresh(salon).deposit_type == "authorization_hold"


def test_a_rule_that_is_switched_off_keeps_its_amount(signed_in: AsSomebody, salon: Business) -> None:
    signed_in("owner").post(f"{SETUP}deposits/", {**DEPOSITS, "deposit_type": "none"})
    assert (fresh(salon).deposit_type, fresh(salon).deposit_amount_cents) == ("none", 2000)


def test_a_policy_that_somebody_else_changed(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    save_business(salon.id, {"cancellation_steps": [[72, 0]]}, now=datetime.now(UTC))
    with nothing_changes():
        answer = owner.post(f"{SETUP}deposits/", {**DEPOSITS, **STEPS, "seen": salon.updated_at.isoformat()})
    assert answer.status_code == 409
    part = stale_part(answer.content.decode())
    for text in ("free until 72 hours before", "free until 48 hours before", "Paid when booking"):
        assert text in part


# --- the business ----------------------------------------------------------------------------------------------------


def test_the_profile(signed_in: AsSomebody, salon: Business) -> None:
    sent = {**PROFILE, "email": "hi@example.com", "timezone": "Europe/Athens", "currency": "EUR", "language": "el"}
    assert signed_in("owner").post(f"{SETUP}business/", sent).headers["Location"] == f"{SETUP}business/"
    row = fresh(salon)
    assert (row.name, row.email, row.timezone, row.currency, row.language) == (
        *("North Elm", "hi@example.com", "Europe/Athens", "EUR", "el"),
    )
    assert row.slug == "salon"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Mars/Base", "Select a valid choice."),
        ("currency", "usd", "Select a valid choice."),
        ("currency", "JPY", "The new currency has other decimals"),
        ("email", "nobody", "Enter a valid email address."),
        ("logo_url", "ftp//x", "Enter a valid URL."),
    ],
)
def test_a_profile_that_cannot_be(signed_in: AsSomebody, field: str, value: str, said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{SETUP}business/", {**PROFILE, field: value})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_zone_and_currency_stay_under_bookings(db: None) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 12, 0, tzinfo=UTC), tick=False):
        tenant = Tenant(factories.business())
        tenant.book(booking_date="2026-05-15", start_time="09:00")
        owner = browser(person(tenant.business, "owner"))
        with nothing_changes():
            for field, value in (("timezone", "Europe/Athens"), ("currency", "EUR")):
                answer = owner.post(f"{SETUP}business/", {**PROFILE, field: value})
                assert answer.status_code == 400
                assert "There are bookings" in answer.content.decode()
        assert owner.post(f"{SETUP}business/", PROFILE).status_code == 302


def test_a_profile_that_somebody_else_changed(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    save_business(salon.id, {"name": "Oak"}, now=datetime.now(UTC))
    with nothing_changes():
        answer = owner.post(f"{SETUP}business/", {**PROFILE, "seen": salon.updated_at.isoformat()})
    part = stale_part(answer.content.decode())
    assert answer.status_code == 409
    assert "<td>Oak</td><td>North Elm</td>" in part
    again: dict[str, Any] = {**PROFILE, "seen": fresh(salon).updated_at.isoformat()}
    assert owner.post(f"{SETUP}business/", again).status_code == 302
