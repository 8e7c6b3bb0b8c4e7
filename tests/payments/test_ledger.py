"""The books: they only grow, and the database itself refuses a second charge."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from availengine.sandbox import Sandbox
from payments.ledger import balance
from payments.models import Deposit, LedgerEntry
from tests.api.calls import Tenant, nothing_changes, ok
from tests.api.paying import NEAR, deposit_of, jobs, paid, takes
from tests.money import arrive, books_agree


@pytest.fixture
def deposit(studio: Tenant, stripe: Sandbox) -> Deposit:
    """EUR 20, charged."""
    takes(studio)
    return deposit_of(paid(studio, stripe))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payments_ledgerentry SET amount_cents = 1",
        "UPDATE payments_ledgerentry SET kind = kind",
        "DELETE FROM payments_ledgerentry",
        "DELETE FROM payments_ledgerentry WHERE kind = 'charged'",
        "INSERT INTO payments_ledgerentry (business_id, deposit_id, kind, amount_cents, effect_cents, stripe_ref) "
        "SELECT business_id, deposit_id, kind, 1, 1, stripe_ref FROM payments_ledgerentry "
        "ON CONFLICT (deposit_id, kind, stripe_ref) DO UPDATE SET amount_cents = 1",
    ],
)
def test_the_database_refuses_to_change_an_entry(deposit: Deposit, sql: str) -> None:
    with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_so_it_does_for_the_models(deposit: Deposit) -> None:
    entry = LedgerEntry.objects.get()
    for change in (entry.delete, entry.save, LedgerEntry.objects.all().delete):
        with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize("kind", ["charged", "captured"])
def test_one_charge_per_deposit(deposit: Deposit, kind: str) -> None:
    """GUARANTEES M1."""
    values: dict[str, Any] = {"business_id": deposit.business_id, "amount_cents": 2000, "effect_cents": 2000}
    with pytest.raises(IntegrityError, match="entry_one_charge"), transaction.atomic():
        LedgerEntry.objects.create(deposit=deposit, kind=kind, stripe_ref="pi_another", **values)


def test_the_same_movement_once(deposit: Deposit) -> None:
    entry = LedgerEntry.objects.get()
    with pytest.raises(IntegrityError, match="entry_o"), transaction.atomic():
        LedgerEntry.objects.create(
            business_id=entry.business_id,
            deposit=deposit,
            kind="charged",
            amount_cents=1,
            effect_cents=1,
            stripe_ref=entry.stripe_ref,
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"captured_cents": 2001}, "deposit_captured_once"),
        ({"refunded_cents": 2001}, "deposit_refunded_once"),
        ({"refunded_cents": -1}, "refunded_cents"),
        ({"captured_cents": 0, "refunded_cents": 1}, "deposit_refunded_once"),
    ],
)
def test_no_more_than_was_agreed(deposit: Deposit, change: dict[str, int], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Deposit.objects.update(**change)


def test_an_entry_of_another_tenant_is_refused(deposit: Deposit, rival: Tenant) -> None:
    values = {"kind": "held", "amount_cents": 1, "effect_cents": 0, "stripe_ref": "x"}
    with pytest.raises(IntegrityError, match="tenant_fk"), transaction.atomic():
        LedgerEntry.objects.create(business_id=rival.business.id, deposit=deposit, **values)


def test_the_sum_of_the_effects_is_what_stripe_holds(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = paid(studio, stripe)
    wanted = [2000]
    for amount in (700, 300):
        ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund", {"amount_cents": amount}))
        wanted.append(wanted[-1] - amount)
        assert balance(deposit_of(booking)) == wanted[-1]
        books_agree(stripe)
    dispute = stripe.dispute(deposit_of(booking).intent_ref)
    arrive(stripe)
    assert balance(deposit_of(booking)) == 0
    books_agree(stripe)
    stripe.close_dispute(dispute["id"], won=True)
    arrive(stripe)
    assert balance(deposit_of(booking)) == 1000
    books_agree(stripe)


def test_entering_the_same_reading_again_changes_no_money(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/no-show"))
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/refund", {"amount_cents": 500}))
    entries = list(LedgerEntry.objects.values())
    for _ in range(3):
        clock.shift(86_400)
        jobs()
    assert list(LedgerEntry.objects.values()) == entries
    deposit = deposit_of(booking)
    assert (deposit.status, deposit.captured_cents, deposit.refunded_cents) == ("captured", 2000, 500)
