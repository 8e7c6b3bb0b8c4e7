"""How the tests of deposits have rules set, bookings made and deposits paid."""

from typing import Any

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Booking, Message
from businesses.deposit_rules import Rule
from businesses.deposit_rules import rule_columns as columns
from businesses.models import Business, Service
from payments.models import Deposit
from tests.api.calls import Tenant, desk, ok
from tests.money import arrive
from webhooks.models import Event

NEAR = "2026-05-06"  # a hold of that day can be placed at once; one of calls.DAY cannot
DECISIVE = (
    "payment_intent.succeeded",
    "payment_intent.amount_capturable_updated",
    "setup_intent.succeeded",
    "checkout.session.completed",
)


def takes(tenant: Tenant, type: str = "charge", amount_cents: int | None = 2000, **more: Any) -> None:
    """Set the business's deposit rule, for this test; `service` names one whose own rule it shall be."""
    service = more.pop("service", None)
    if more.get("basis") == "percent":
        amount_cents = None
    rule = columns(Rule(type, amount_cents=amount_cents, **more))
    if service:
        Service.objects.filter(uuid=tenant.service(service)).update(**rule)
    else:
        Business.objects.filter(id=tenant.business.id).update(**rule)


def configure(tenant: Tenant, **values: Any) -> None:
    """Change other columns of the business, for this test."""
    Business.objects.filter(id=tenant.business.id).update(**values)


def unpaid(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """A public booking that waits for its deposit, as the answer tells it."""
    made: dict[str, Any] = ok(tenant.full.post("/v1/bookings/", tenant.public(**changes)), 201)
    assert made["booking"]["status"] == "pending"
    return made


def pay(stripe: Sandbox, made: dict[str, Any], card: str = "pm_card_visa") -> None:
    """The customer pays, and Stripe's decisive event arrives."""
    if "checkout_url" in made:
        stripe.pay_session(made["checkout_url"].split("/")[-1], card)
    else:
        stripe.confirm(made["stripe_client_secret"], card)
    arrive(stripe, *DECISIVE)


def paid(tenant: Tenant, stripe: Sandbox, card: str = "pm_card_visa", **changes: Any) -> str:
    """The id of a public booking whose deposit is paid, held or saved, as the rule has it."""
    made = unpaid(tenant, **changes)
    pay(stripe, made, card)
    return str(made["booking"]["id"])


def linked(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """A booking of the desk's with a payment link, as the answer tells it."""
    body = desk(email="jane@example.com", **changes)
    made: dict[str, Any] = ok(tenant.staff.post("/v1/manage/bookings/staff-deposit", body), 201)
    return made


def deposit_of(booking: str) -> Deposit:
    deposit: Deposit = Booking.objects.select_related("deposit").get(uuid=booking).deposit
    return deposit


def state(tenant: Tenant, booking: str) -> tuple[str, str]:
    """How the booking stands, and its deposit."""
    item = tenant.item(booking)
    return item["status"], item["deposit"]["status"]


def asked(stripe: Sandbox, path: str) -> list[dict[str, Any]]:
    """The parameters of every call that Stripe got on a path which ends so, and executed."""
    return [r.params for r in stripe.requests if r.method == "POST" and r.path.endswith(path) and r.status == 200]


def told(*prefixes: str) -> list[str]:
    """The types of the events that were recorded, in order."""
    types = Event.objects.order_by("id").values_list("type", flat=True)
    return [type_ for type_ in types if type_.startswith(prefixes or "")]


def letters() -> list[tuple[str, str]]:
    """(kind, recipient) of the mails that wait to be sent, or were."""
    return list(Message.objects.order_by("id").values_list("kind", "recipient"))


def forget_the_past() -> None:
    """So that a test sees only what comes next."""
    Event.objects.all().delete()
    Message.objects.all().delete()


def jobs() -> None:
    """Everything that beat would start, once."""
    for job in (
        tasks.handle_stripe_events,
        tasks.carry_out_instructions,
        tasks.expire_unpaid,
        tasks.place_holds,
        tasks.watch_holds,
        tasks.reconcile_deposits,
        tasks.send_messages,
    ):
        job()
