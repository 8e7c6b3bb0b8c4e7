"""The money of one booking: a hold released, a deposit refunded or asked for. Stripe is asked after the transaction."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from availengine.dashboard import booking_words
from availengine.dashboard.access import Desk, page
from availengine.dashboard.amounts import cents_of, typed
from availengine.dashboard.booking_forms import AmountForm, RefundForm
from availengine.dashboard.panel import booking_of, changed, heading_of, not_changed, settled, show
from bookings import services
from bookings.models import Booking
from bookings.requests import request_deposit
from businesses.errors import Conflict, Invalid
from businesses.roles import Permission
from payments.models import DepositStatus
from payments.money import spoken


@require_POST
@page(Permission.BOOKINGS)
def release(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """Give a hold back. Staff do that at the desk, as they record no-shows."""
    found = booking_of(desk, key)
    if found.deposit and found.deposit.status == DepositStatus.RELEASED:
        return changed(request, desk, key)
    try:
        found = services.release_hold(business_id=desk.business.id, live=desk.live, booking_id=key, now=desk.minute)
    except Conflict as error:
        return not_changed(request, desk, key, error)
    done = settled(request, desk, found)
    amount = spoken(done.deposit.amount_cents, done.deposit.currency) if done else ""
    return changed(request, desk, key, _("The hold of %(amount)s was released.") % {"amount": amount} if done else "")


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.MONEY)
def refund(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """How much can go back; a POST refunds. The form says how much there was: sent twice it refunds once."""
    found = booking_of(desk, key)
    try:
        left = _refundable(found)
        if request.method != "POST":
            return show(request, "_refund.html", {**heading_of(desk, found), **left})
        form = RefundForm(request.POST)
        if not form.is_valid():
            raise Invalid("Not an amount.")
        amount = cents_of(form.cleaned_data["amount"], found.currency)
        found = services.refund_deposit(
            business_id=desk.business.id,
            live=desk.live,
            booking_id=key,
            now=desk.minute,
            amount_cents=amount,
            of_cents=form.cleaned_data["left"],
        )
    except Invalid as error:
        return _refund_again(request, desk, found, error)
    except Conflict as error:
        return not_changed(request, desk, key, error)
    done = settled(request, desk, found)
    return changed(request, desk, key, _refunded(booking_of(desk, key), amount) if done else "")


@require_POST
@page(Permission.MONEY)
def link(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """Ask for a deposit of a booking that has none. Sent twice it is asked for once."""
    form = AmountForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid("Not an amount.")
        amount = cents_of(form.cleaned_data["amount"], desk.business.currency)
        found = request_deposit(
            business_id=desk.business.id, live=desk.live, booking_id=key, amount_cents=amount, now=desk.minute
        )
    except (Conflict, Invalid) as error:
        return not_changed(request, desk, key, error)
    done = settled(request, desk, found)
    return changed(
        request, desk, key, _("The payment link is sent to %(email)s.") % {"email": found.guest_email} if done else ""
    )


def _refund_again(request: HttpRequest, desk: Desk, found: Booking, error: Invalid) -> HttpResponse:
    entered = {"amount": request.POST.get("amount", ""), "problem": booking_words.said(error)}
    context = {**heading_of(desk, found), **_refundable(found), **entered}
    return show(request, "_refund.html", context, status=400)


def _refunded(found: Booking, amount: int) -> str:
    told = {"amount": spoken(amount, found.currency)}
    if found.deposit and found.deposit.status == DepositStatus.REFUND_PENDING:
        return _("A refund of %(amount)s is under way.") % told
    return _("%(amount)s refunded.") % told


def _refundable(booking: Booking) -> dict[str, Any]:
    """What a refund may give back, in words and as it would be typed. Raises Conflict when there is nothing."""
    deposit = booking.deposit
    if deposit is None or not deposit.refundable_cents:
        raise Conflict("There is nothing to refund.")
    return {
        "left": deposit.refundable_cents,
        "paid": spoken(deposit.amount_cents, deposit.currency),
        "back": spoken(deposit.refunded_cents, deposit.currency) if deposit.refunded_cents else "",
        "most": spoken(deposit.refundable_cents, deposit.currency),
        "amount": typed(deposit.refundable_cents, deposit.currency),
        "currency": deposit.currency,
    }
