"""A person's own page of their place on the waitlist: to look at, to take or decline what is offered, to leave.

As with the page of a booking the link's token is the key; GET changes nothing, and the forms carry a signature for this
entry and this offer.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from availengine.api.throttling import visitor_digest
from availengine.booking_page.about import about
from availengine.booking_page.choices import Choices
from availengine.clock import current_minute, current_time
from availengine.link_pages import private, signed
from bookings import execution, settlement
from bookings.deposits import DepositWish
from bookings.holds import HoldEnded
from bookings.models import AT_WORK, EntryState, OfferState, WaitlistEntry, WaitlistOffer
from bookings.queries import snapshot_of
from bookings.waitlist import letters, offers
from bookings.waitlist.entries import booking_of, leave_waitlist, offer_under_way, place_of
from bookings.waitlist.links import entry_of
from bookings.wording import language_of, spoken_moment
from businesses.actors import act_as
from businesses.errors import Busy, Conflict, DomainError
from payments.models import Channel
from payments.money import spoken

View = Callable[[HttpRequest, WaitlistEntry, str], HttpResponse]


def with_entry(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """The token's entry, in its language; 404 for all that is no token. Nobody keeps the answer."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        entry = entry_of(token, now=current_time())
        if entry is None:
            raise Http404
        act_as("customer")
        with letters.in_language_of(entry):
            return private(view(request, entry, token))

    return wrapped


@require_safe
@with_entry
def entry(request: HttpRequest, found: WaitlistEntry, token: str) -> HttpResponse:
    """The page. Changes nothing."""
    return _page(request, found, token)


@csrf_exempt
@require_POST
@with_entry
def accept(request: HttpRequest, found: WaitlistEntry, token: str) -> HttpResponse:
    """Book what is held; where a deposit is due, the page then leads to its payment: a form may not lead elsewhere, as
    the content security policy has it. A second time: no effect.
    """
    offer = _signed(request, found)
    if offer is None:
        return _page(request, found, token, problem=_("Please look again, and choose."), status=403)
    deposit = DepositWish(channel=Channel.PAGE, by_rule=True, visitor=visitor_digest(request))
    try:
        answered = offers.accept_offer(
            found.business_id, found.uuid, offer, live=found.live, now=current_minute(), deposit=deposit
        )
        owed = settlement.owed(answered.booking)
        if owed:
            execution.open_payment(owed, now=current_time())
    except HoldEnded:
        return _page(request, found, token, problem=_("This time is not held for you any more."), status=409)
    except Busy:
        return _page(request, found, token, problem=_("This did not work just now. Please try again."), status=503)
    except DomainError as error:
        return _page(request, found, token, problem=_refused(error), status=409)
    return redirect(f"/w/{token}")


@csrf_exempt
@require_POST
@with_entry
def decline(request: HttpRequest, found: WaitlistEntry, token: str) -> HttpResponse:
    offer = _signed(request, found)
    if offer is None:
        return _page(request, found, token, problem=_("Please look again, and choose."), status=403)
    try:
        offers.decline_offer(found.business_id, found.uuid, offer, live=found.live, now=current_minute())
    except Conflict as error:
        return _page(request, found, token, problem=_refused(error), status=409)
    return redirect(f"/w/{token}")


@csrf_exempt
@require_POST
@with_entry
def leave(request: HttpRequest, found: WaitlistEntry, token: str) -> HttpResponse:
    if signed(request, "leaving", f"leave:{found.uuid}") is None:
        return _page(request, found, token, problem=_("Please look again, and choose."), status=403)
    try:
        leave_waitlist(found.business_id, found.uuid, live=found.live, now=current_minute())
    except Conflict as error:
        return _page(request, found, token, problem=_refused(error), status=409)
    return redirect(f"/w/{token}")


def _refused(error: DomainError) -> str:
    reason = (error.details or {}).get("reason")
    if reason == "too_many_unpaid":
        return _("There are three bookings of yours waiting for their deposit. Please pay or cancel one first.")
    if reason in ("payments_not_set_up", "payment_refused"):
        return _("The deposit cannot be paid just now. Please contact us.")
    return _("This is booked already. To cancel, use the link in the mail of the booking.")


def _signed(request: HttpRequest, found: WaitlistEntry) -> UUID | None:
    """The offer on the form that was sent, if it is one of ours for this entry."""
    told = signed(request, "offer", f"offer:{found.uuid}")
    return UUID(told) if told else None


def _page(
    request: HttpRequest, found: WaitlistEntry, token: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    found.refresh_from_db(fields=["state", "queued_at"])
    offer = offer_under_way(found)
    context: dict[str, Any] = {
        **about(snapshot_of(found.business_id), Choices(), path=f"/w/{token}", now=current_minute()),
        "languages": (),
        "home": f"/w/{token}",
        "folded": True,
        "entry": found,
        "business": found.business,
        "language": found.language or language_of(found.business),
        "facts": letters.facts_of(found, booking_of(found)),
        "token": token,
        "problem": problem,
        "place": place_of(found) if found.state == EntryState.WAITING else 0,
        "leaving": signing.dumps("", salt=f"leave:{found.uuid}") if found.state in AT_WORK else "",
    }
    if offer:
        context |= _offered(found, offer)
    return render(request, "waitlist_entry.html", context, status=status)


def _offered(found: WaitlistEntry, offer: WaitlistOffer) -> dict[str, Any]:
    """What is offered, until when, and what it costs to take it; or what is still to be paid."""
    told: dict[str, Any] = {"until": spoken_moment(offer.expires_at, found.business), "accepted": False}
    if offer.state == OfferState.ACCEPTED:
        deposit = offer.booking.deposit if offer.booking else None
        return {**told, "accepted": True, "leaving": "", "pay_url": deposit.checkout_url if deposit else ""}
    due = offers.deposit_due(offer, now=current_time())
    amount = spoken(due.amount_cents, found.business.currency) if due else ""
    held = offer.expires_at > current_time()
    form = signing.dumps(str(offer.uuid), salt=f"offer:{found.uuid}") if held else ""
    return {**told, "offer": form, "deposit": amount}
