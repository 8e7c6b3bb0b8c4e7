"""What Today, a new booking and a refusal offer beyond the usual: walk-ins, charges that are named, whom for."""

import re
from typing import Any

from availengine.sandbox import Sandbox
from bookings.models import Booking, Customer
from tests.api.calls import DAY, Tenant
from tests.api.conftest import _rival, _salon, _sandbox, _studio, clock, rival, salon, stored, stripe, studio
from tests.api.paying import NEAR, configure, deposit_of, letters, paid, takes
from tests.dashboard.panel import at_desk, form, path, text

__all__ = ["_rival", "_salon", "_sandbox", "_studio", "clock", "rival", "salon", "stored", "stripe", "studio"]


def new(tenant: Tenant) -> str:
    return path(tenant, "bookings", "new")


def test_staff_send_a_link_for_what_the_rule_asks(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "charge", 1500)
    desk = at_desk(studio)
    page = desk.get(new(studio)).content.decode()
    assert 'name="link"' in page
    assert 'name="amount"' not in page
    body = form(studio, email="jane@example.com", link="1", amount="1")
    assert desk.post(new(studio), body).status_code == 302
    made = Booking.objects.get()
    assert (made.status, deposit_of(str(made.uuid)).amount_cents) == ("pending", 1500)
    assert ("payment_link", "jane@example.com") in letters()


def test_staff_cannot_ask_without_a_rule(studio: Tenant, stripe: Sandbox) -> None:
    desk = at_desk(studio)
    assert 'name="link"' not in desk.get(new(studio)).content.decode()


def test_for_a_stored_customer(salon: Tenant, rival: Tenant) -> None:
    salon.book(booking_date=DAY, start_time="10:00")
    rival.book(booking_date=DAY, start_time="10:00", first_name="Eve")
    jane = Customer.objects.get(business=salon.business)
    eve = Customer.objects.get(business=rival.business)
    desk = at_desk(salon)
    assert 'name="first_name" required maxlength="100" autocomplete="off" value="Jane"' in shown(desk, salon, jane.uuid)
    for nobody in (eve.uuid, "x", ""):
        page = shown(desk, salon, nobody)
        assert 'name="first_name" required maxlength="100" autocomplete="off" value=""' in page


def shown(desk: Any, tenant: Tenant, key: object) -> str:
    return str(desk.get(new(tenant), {"pick": key}).content.decode())


def test_today_offers_walk_ins_and_other_days_do_not(salon: Tenant) -> None:
    desk = at_desk(salon)
    assert 'id="walk-in"' in desk.get(path(salon)).content.decode()
    assert 'id="walk-in"' not in desk.get(path(salon), {"day": DAY}).content.decode()
    assert 'id="walk-in"' not in at_desk(salon, "viewer").get(path(salon)).content.decode()


def test_who_sets_up_enters_an_absence_from_today(salon: Tenant) -> None:
    assert path(salon, "disruption") in at_desk(salon, "manager").get(path(salon)).content.decode()
    assert path(salon, "disruption") not in at_desk(salon).get(path(salon)).content.decode()


def test_a_block_names_what_a_no_show_charges(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    configure(studio, plan="premium")
    held = paid(studio, stripe, booking_date=NEAR)

    def charges(role: str) -> list[str]:
        page = at_desk(studio, role).get(path(studio), {"day": NEAR}).content.decode()
        assert held in page
        return re.findall(r'data-charge="([^"]+)"', page)

    assert [re.sub(r"\D", "", amount) for amount in charges("staff")] == ["20"]
    assert charges("viewer") == []


def test_a_booking_leads_back_to_its_day(salon: Tenant) -> None:
    made = salon.book(booking_date=DAY, start_time="10:00")
    page = at_desk(salon).get(path(salon, "bookings", made["id"])).content.decode()
    (link,) = re.findall(rf'<a href="({path(salon)}[?]at=[0-9]+)">', page)
    assert made["id"] in at_desk(salon, "viewer").get(link).content.decode()


def test_minutes_that_are_none_show_today(salon: Tenant) -> None:
    desk = at_desk(salon)
    for at in ("", "-1", "x", "1e3", "9" * 9):
        assert 'id="walk-in"' in desk.get(path(salon), {"at": at}).content.decode()
    for far in ("0", "9" * 8):
        assert 'id="walk-in"' not in desk.get(path(salon), {"at": far}).content.decode()


def test_a_refund_says_what_was_paid_and_went_back(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "charge")
    key = paid(studio, stripe)
    desk = at_desk(studio, "manager")
    refund = path(studio, "bookings", key, "refund")
    assert "Went back already" not in text(desk.get(refund))
    assert desk.post(refund, {"amount": "5", "left": "2000"}).status_code == 302
    assert re.search(
        r"Paid \S*20\S* Went back already \S*5", text(desk.get(refund)).replace("USD ", "").replace("EUR ", "")
    )
