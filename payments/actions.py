"""The calls that make Stripe do something, one function per action; each key names the instruction and its attempt.

Whatever could move money twice is looked for at Stripe before it is asked for again: idempotency keys are forgotten
after a day, and a server error uses one up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer

from payments.gateway import Account, Object, Refused, Unreached, ask
from payments.models import Action, Channel, Deposit, DepositKind, DepositStatus, Instruction
from payments.money import to_stripe
from payments.reading import account_of

BACK = "payments.way-back"
CARD = {"payment_method_types": ["card"]}


@dataclass(frozen=True, slots=True)
class Result:
    """Ids that Stripe gave; empty ones leave a deposit's as they are."""

    customer_ref: str = ""
    intent_ref: str = ""
    setup_ref: str = ""
    session_ref: str = ""
    checkout_url: str = ""

    def give_to(self, deposit: Deposit) -> None:
        for field in fields(self):
            if getattr(self, field.name):
                setattr(deposit, field.name, getattr(self, field.name))


def open_payment(deposit: Deposit, instruction: Instruction) -> Result:
    """Make what the customer pays with. A later hold saves the card first (GUARANTEES M6)."""
    customer = _customer(deposit, instruction) if deposit.kind == DepositKind.AUTHORIZATION_HOLD else ""
    if deposit.channel in (Channel.LINK, Channel.PAGE):
        return _open_session(deposit, instruction, customer)
    account, key = account_of(deposit), instruction.idempotency_key
    if deposit.hold_at:
        setup = {**CARD, "customer": customer, "usage": "off_session", "metadata": _metadata(deposit, instruction)}
        return Result(customer, setup_ref=ask(account, "setup_intents.create", setup, key=key)["id"])
    intent = {**_amount(deposit, deposit.amount_cents), **_intent_data(deposit, instruction), **CARD}
    if customer:
        intent["customer"] = customer
    return Result(customer, intent_ref=ask(account, "payment_intents.create", intent, key=key)["id"])


def _customer(deposit: Deposit, instruction: Instruction) -> str:
    """Cards are saved with a customer of Stripe's."""
    person = {"name": deposit.payer_name, "email": deposit.payer_email, "metadata": _metadata(deposit, instruction)}
    known = {name: value for name, value in person.items() if value}
    return str(ask(account_of(deposit), "customers.create", known, key=f"{instruction.idempotency_key}-customer")["id"])


def _open_session(deposit: Deposit, instruction: Instruction, customer: str) -> Result:
    """A Checkout page; see docs.stripe.com/api/checkout/sessions/create."""
    params: dict[str, Any] = {
        **CARD,
        "metadata": _metadata(deposit, instruction),
        "client_reference_id": str(deposit.uuid),
        **_ways_back(deposit),
    }
    if deposit.expires_at and deposit.channel == Channel.LINK:
        params["expires_at"] = int(deposit.expires_at.timestamp())  # of a page it may be sooner than Stripe allows
    if customer:
        params["customer"] = customer
    elif deposit.payer_email:
        params["customer_email"] = deposit.payer_email
    if deposit.hold_at:
        params |= {"mode": "setup", "setup_intent_data": {"metadata": params["metadata"]}}
    else:
        params |= {"mode": "payment", "payment_intent_data": _intent_data(deposit, instruction)}
        params["line_items"] = [_line(deposit)]
    made = ask(account_of(deposit), "checkout.sessions.create", params, key=instruction.idempotency_key)
    return Result(customer, session_ref=made["id"], checkout_url=made["url"])


def _ways_back(deposit: Deposit) -> dict[str, str]:
    """Where Checkout leads afterwards: who came from the page that books gets back to the booking."""
    if deposit.channel != Channel.PAGE:
        return {"success_url": f"{settings.BASE_URL}/pay/thanks", "cancel_url": f"{settings.BASE_URL}/pay/later"}
    back = f"{settings.BASE_URL}/pay/{reference_of(deposit)}"
    return {"success_url": f"{back}?paid", "cancel_url": back}


def reference_of(deposit: Deposit) -> str:
    """A deposit's name in an address, which nobody can guess; the same at every try."""
    return Signer(salt=BACK).sign(str(deposit.uuid))


def deposit_of(reference: str) -> Deposit | None:
    """The deposit that `reference_of` has named."""
    try:
        return Deposit.objects.filter(uuid=Signer(salt=BACK).unsign(reference)).first()
    except BadSignature:
        return None


def _line(deposit: Deposit) -> Object:
    price = _amount(deposit, deposit.amount_cents)
    product = {"name": deposit.description or "Deposit"}
    return {
        "quantity": 1,
        "price_data": {"currency": price["currency"], "unit_amount": price["amount"], "product_data": product},
    }


def _amount(deposit: Deposit, amount: int) -> Object:
    return {"amount": to_stripe(amount, deposit.currency), "currency": deposit.currency.lower()}


def _metadata(deposit: Deposit, instruction: Instruction) -> dict[str, str]:
    """How events and lists at Stripe are recognised as ours."""
    return {"deposit": str(deposit.uuid), "instruction": str(instruction.uuid)}


def _intent_data(deposit: Deposit, instruction: Instruction) -> Object:
    """The card of a hold is saved as well: should the hold lapse before the visit, another takes its place."""
    data: Object = {"description": deposit.description, "metadata": _metadata(deposit, instruction)}
    if deposit.kind == DepositKind.AUTHORIZATION_HOLD:
        data |= {"capture_method": "manual", "setup_future_usage": "off_session"}
    return data


def close_payment(deposit: Deposit, instruction: Instruction) -> Result:
    """Nobody shall pay any more. What is paid already refuses, and shows in the reading that follows; only a hold
    that the customer has just given could be cancelled like an open payment, so that is looked at first.
    """
    account, key = account_of(deposit), instruction.idempotency_key
    if deposit.session_ref:
        ask(account, "checkout.sessions.expire", on=deposit.session_ref, key=key)
    elif deposit.setup_ref:
        ask(account, "setup_intents.cancel", {"cancellation_reason": "abandoned"}, on=deposit.setup_ref, key=key)
    elif deposit.intent_ref and not _just_held(deposit, account):
        ask(account, "payment_intents.cancel", {"cancellation_reason": "abandoned"}, on=deposit.intent_ref, key=key)
    return Result()


def _just_held(deposit: Deposit, account: Account) -> bool:
    if deposit.kind != DepositKind.AUTHORIZATION_HOLD:
        return False
    return bool(ask(account, "payment_intents.retrieve", on=deposit.intent_ref)["status"] == "requires_capture")


def place_hold(deposit: Deposit, instruction: Instruction) -> Result:
    return _pay_with_saved_card(deposit, instruction, "manual")


def capture(deposit: Deposit, instruction: Instruction) -> Result:
    """Take the hold; of a card that is only saved, charge it. What an event says is taken already is left alone."""
    if deposit.status == DepositStatus.SAVED:
        return _pay_with_saved_card(deposit, instruction, "automatic")
    if deposit.status != DepositStatus.HELD:
        return Result()
    amount = {"amount_to_capture": to_stripe(instruction.amount_cents, deposit.currency)}
    ask(account_of(deposit), "payment_intents.capture", amount, on=deposit.intent_ref, key=instruction.idempotency_key)
    return Result()


def _pay_with_saved_card(deposit: Deposit, instruction: Instruction, capture_method: str) -> Result:
    account = account_of(deposit)
    if instruction.tries > 1:
        for made in _made_by(instruction, account, "payment_intents.list", {"customer": deposit.customer_ref}):
            if made["status"] in ("requires_capture", "succeeded", "processing"):
                return Result(intent_ref=made["id"])
    intent = {
        **CARD,
        **_amount(deposit, instruction.amount_cents),
        "capture_method": capture_method,
        "customer": deposit.customer_ref,
        "payment_method": deposit.method_ref,
        "off_session": True,
        "confirm": True,
        "description": deposit.description,
        "metadata": _metadata(deposit, instruction),
    }
    made = ask(account, "payment_intents.create", intent, key=instruction.idempotency_key)
    if made["status"] not in ("requires_capture", "succeeded", "processing"):
        raise Refused("The card needs its owner to confirm the payment.", "authentication_required")
    return Result(intent_ref=made["id"])


def release(deposit: Deposit, instruction: Instruction) -> Result:
    """Give the hold back, or forget the saved card, unless the next hold needs it."""
    account, key = account_of(deposit), instruction.idempotency_key
    if deposit.status == DepositStatus.HELD:
        ask(
            account,
            "payment_intents.cancel",
            {"cancellation_reason": "requested_by_customer"},
            on=deposit.intent_ref,
            key=key,
        )
    elif deposit.method_ref and instruction.ends_as != DepositStatus.SAVED:
        ask(account, "payment_methods.detach", on=deposit.method_ref, key=key)
    return Result()


def refund(deposit: Deposit, instruction: Instruction) -> Result:
    account = account_of(deposit)
    if instruction.tries > 1:
        found = _made_by(instruction, account, "refunds.list", {"payment_intent": deposit.intent_ref})
        if any(True for _ in found):
            return Result()
    params = {
        "payment_intent": deposit.intent_ref,
        "amount": to_stripe(instruction.amount_cents, deposit.currency),
        "reason": "requested_by_customer",
        "metadata": _metadata(deposit, instruction),
    }
    ask(account, "refunds.create", params, key=instruction.idempotency_key)
    return Result()


def _made_by(instruction: Instruction, account: Account, listing: str, params: Object) -> Iterator[Object]:
    """What an earlier try of this instruction made at Stripe. A list that is refused tells nothing: Unreached."""
    try:
        found = ask(account, listing, {**params, "limit": 100})["data"]
    except Refused as error:
        raise Unreached(error.message) from error
    for row in found:
        if (row.get("metadata") or {}).get("instruction") == str(instruction.uuid):
            yield row


PERFORM: dict[Action, Callable[[Deposit, Instruction], Result]] = {
    Action.OPEN: open_payment,
    Action.CLOSE: close_payment,
    Action.HOLD: place_hold,
    Action.CAPTURE: capture,
    Action.RELEASE: release,
    Action.REFUND: refund,
}
