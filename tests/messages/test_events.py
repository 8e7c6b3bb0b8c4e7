"""Which event makes which message, and to whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings import mailroom
from bookings.models import Booking, Message, Status
from businesses.models import Member, User
from payments.models import Action, Deposit, Instruction, Progress
from tests.api.calls import Tenant, desk, ok
from tests.messages.post import at_the_desk, collect, configure, kinds, sent, with_deposit
from webhooks.models import Event

JANE = "jane@example.com"


def told(booking: str, *types: str) -> list[Message]:
    """What is written of events of the booking's deposit."""
    row = Booking.objects.get(uuid=booking)
    Event.objects.all().delete()
    for type_ in types:
        data = {"deposit": {"booking_id": booking}}
        Event.objects.create(business_id=row.business_id, live=row.live, type=type_, data=data)
    return collect()


def instructed(deposit: Deposit, purpose: str, amount: int, progress: str = Progress.DONE) -> None:
    Instruction.objects.create(
        business_id=deposit.business_id,
        deposit=deposit,
        action=Action.REFUND,
        purpose=purpose,
        amount_cents=amount,
        progress=progress,
    )


def cancelled(studio: Tenant, booking: str) -> list[Message]:
    """What is written when the booking is cancelled, as if Stripe had nothing to do with it."""
    row = Booking.objects.get(uuid=booking)
    Event.objects.all().delete()
    deposit, row.deposit = row.deposit, None
    row.save()
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/cancel"))
    Booking.objects.filter(id=row.id).update(deposit=deposit)
    return collect()


def test_each_is_told_once(studio: Tenant) -> None:
    booking = studio.book()["id"]
    assert kinds(collect()) == [("confirmation", "email", JANE)]
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}", {"capacity": 1}))
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}/notes", {"staff_notes": "x"}))
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}", {"status": "checked_in"}))
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}", {"status": "completed"}))
    assert collect() == []


def test_a_business_that_looks_at_each_booking(studio: Tenant) -> None:
    configure(studio, auto_confirm=False)
    booking = studio.book()["id"]
    assert kinds(collect()) == [("request", "email", JANE)]
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}", {"status": "confirmed"}))
    assert kinds(collect()) == [("confirmation", "email", JANE)]


def test_staff_book_without_an_address(studio: Tenant) -> None:
    booking = at_the_desk(studio)
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/cancel"))
    assert collect() == []


def test_an_address_that_is_none(studio: Tenant) -> None:
    """What staff type is not checked when they book."""
    at_the_desk(studio, email="jane@example")
    (message,) = collect()
    assert (message.state, message.problem, message.next_try_at) == ("skipped", "Not a valid e-mail address.", None)
    assert sent() == []


def test_a_form_whose_deposit_is_not_paid(studio: Tenant) -> None:
    """Nobody was told of it: nobody is told of its end, or of its new time."""
    for status in ("pending", "expired", "canceled"):
        booking = studio.book()["id"]
        Booking.objects.filter(uuid=booking).update(status=Status.PENDING)
        with_deposit(booking, status=status)
        assert cancelled(studio, booking) == []


def test_booked_with_a_deposit(studio: Tenant) -> None:
    """Nothing before it is paid."""
    configure(studio, auto_confirm=False)
    booking = studio.book()["id"]
    with_deposit(booking, status="pending")
    assert collect() == []
    Deposit.objects.update(status="paid", captured_cents=2000)
    assert kinds(told(booking, "payment.succeeded")) == [("request", "email", JANE)]
    assert told(booking, "payment.succeeded", "deposit.held", "deposit.saved") == []
    Booking.objects.update(status="confirmed")
    Message.objects.all().delete()
    assert told(booking, "payment.succeeded") == []


def test_a_payment_link_that_was_not_paid(studio: Tenant) -> None:
    booking = at_the_desk(studio, email=JANE)
    with_deposit(booking, status="expired", channel="link", checkout_url="https://pay.example/x")
    (message,) = cancelled(studio, booking)
    assert (message.kind, message.subject) == (
        "expired",
        "Studio: your reservation for Friday, 15 May 2026 at 10:00 has ended",
    )
    assert "METHOD:CANCEL" in message.calendar


def test_a_payment_link_that_never_was(studio: Tenant) -> None:
    booking = at_the_desk(studio, email=JANE)
    with_deposit(booking, status="canceled", channel="link")
    assert cancelled(studio, booking) == []


BACK = "EUR 15 of your deposit go back to your card; banks may need some days to show it."
KEPT = "By the cancellation policy, EUR 5 of your deposit are kept."
RELEASED = "The hold of EUR 20 on your card is released. Nothing is charged."


@pytest.mark.parametrize(
    ("deposit", "refund", "sentences"),
    [
        ({"status": "refund_pending", "captured_cents": 2000, "refunding_cents": 1500}, 1500, [BACK, KEPT]),
        ({"status": "refunded", "captured_cents": 2000, "refunded_cents": 1500}, 1500, [BACK, KEPT]),
        ({"status": "paid", "captured_cents": 2000}, 0, [KEPT.replace("EUR 5", "EUR 20")]),
        ({"status": "held", "kind": "authorization_hold"}, 0, [RELEASED]),
        ({"status": "released", "kind": "authorization_hold"}, 0, [RELEASED]),
        ({"status": "pending", "channel": "link", "checkout_url": "https://x"}, 0, ["Nothing was charged."]),
    ],
)
def test_what_a_cancellation_says_of_the_money(
    studio: Tenant, deposit: dict[str, Any], refund: int, sentences: list[str]
) -> None:
    booking = studio.book()["id"]
    row = with_deposit(booking, **deposit)
    if refund:
        instructed(row, Status.CANCELLED, refund)
    (message,) = cancelled(studio, booking)
    paragraphs = message.text.rstrip().split("\n\n")
    assert paragraphs[1:-2] == ["Your booking at Studio is cancelled.", *sentences]


@pytest.mark.parametrize(
    ("deposit", "sentence"),
    [
        ({"kind": "authorization_hold", "status": "captured", "captured_cents": 2000}, "EUR 20 were charged"),
        ({"status": "paid", "captured_cents": 2000}, "the deposit of EUR 20 is kept"),
    ],
)
def test_what_a_no_show_says_of_the_money(studio: Tenant, deposit: dict[str, Any], sentence: str) -> None:
    booking = studio.book()["id"]
    collect()
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}", {"status": "no_show"}))
    with_deposit(booking, **deposit)
    (message,) = collect()
    assert sentence in message.text


def test_refunds_that_staff_make(studio: Tenant) -> None:
    """Each is told once, however many events there are; those of a cancellation are told with it."""
    booking = studio.book()["id"]
    deposit = with_deposit(booking, captured_cents=2000)
    collect()
    instructed(deposit, "refund", 500)
    (first,) = told(booking, "payment.refunded")
    assert (first.kind, first.subject) == ("refund", "Studio: EUR 5 go back to you")
    instructed(deposit, "refund", 250)
    (second,) = told(booking, "payment.refunded", "payment.refunded")
    assert second.subject == "Studio: EUR 2.50 go back to you"
    instructed(deposit, Status.CANCELLED, 100)
    assert told(booking, "payment.refunded") == []


def test_a_card_that_a_payment_link_did_not_take(studio: Tenant) -> None:
    booking = at_the_desk(studio, email=JANE)
    url, until = "https://pay.example/x", timezone.now() + timedelta(hours=1)
    with_deposit(booking, status="pending", channel="link", checkout_url=url, expires_at=until)
    collect()
    (message,) = told(booking, "payment.failed")
    assert (message.kind, message.recipient) == ("payment_failed", JANE)
    assert "until Friday, 1 May 2026 at 11:00." in message.text
    assert f"Pay EUR 20: {url}\n" in message.text
    assert told(booking, "payment.failed") == []


@pytest.mark.parametrize("change", [{"channel": "form"}, {"status": "failed"}, {"status": "paid"}])
def test_other_failures_are_told_where_they_happen(studio: Tenant, change: dict[str, str]) -> None:
    booking = at_the_desk(studio, email=JANE)
    until = timezone.now() + timedelta(hours=1)
    found = {"status": "pending", "channel": "link", "checkout_url": "https://x", "expires_at": until, **change}
    with_deposit(booking, **found)
    collect()
    assert told(booking, "payment.failed") == []


def test_after_an_outage_nobody_is_told_to_come_to_what_has_been(studio: Tenant, clock: Any) -> None:
    booking = studio.book()["id"]
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-05-15", "time": "12:00"}))
    clock.shift(timedelta(days=15))
    assert collect() == []


def test_it_is_told_as_it_was(studio: Tenant) -> None:
    """Booked, moved and cancelled before anybody looked: three messages, each of its own time."""
    booking = studio.book()["id"]
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-05-15", "time": "12:00"}))
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/cancel"))
    assert [(m.kind, m.subject.split(" at ")[-1][:5]) for m in collect()] == [
        ("confirmation", "10:00"),
        ("reschedule", "12:00"),
        ("cancellation", "12:00"),
    ]


def test_test_bookings_are_told_to_the_business(studio: Tenant) -> None:
    ok(studio.test.post("/v1/bookings/", studio.public()), 201)
    (message,) = collect()
    assert (message.recipient, message.live) == ("desk@studio.example", False)
    assert message.subject.startswith("[TEST] Studio: your booking on")
    assert message.text.startswith("Test mode: the customer, jane@example.com, is not told.\n")
    assert "Test mode: the customer, jane@example.com, is not told." in message.html
    (letter,) = sent()
    assert letter["To"] == "desk@studio.example"


def test_a_test_booking_of_a_business_without_address(studio: Tenant) -> None:
    configure(studio, email="")
    ok(studio.test.post("/v1/bookings/", studio.public()), 201)
    (message,) = collect()
    assert (message.recipient, message.state, message.problem) == ("", "skipped", "There is no e-mail address.")
    user = User.objects.create_user("owner@example.com", "a long password")
    Member.objects.create(business=studio.business, user=user, role="owner")
    ok(studio.test.post("/v1/manage/bookings/staff", desk(time="12:00")), 201)
    assert kinds(collect()) == [("confirmation", "email", "owner@example.com")]


def test_what_cannot_be_composed_is_shown_and_holds_up_nothing(
    studio: Tenant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(visit: Any, key: str) -> None:
        if visit.booking.guest_first_name == "Broken":
            raise ValueError("no such template")
        mailroom._confirmed(visit, key)

    monkeypatch.setitem(mailroom.COMPOSERS, "booking.created", broken)
    studio.book(first_name="Broken")
    studio.book(start_time="12:00")
    lost, written = collect()
    assert (lost.state, lost.kind, lost.problem) == ("failed", "booking.created", "ValueError: no such template")
    assert written.kind == "confirmation"
