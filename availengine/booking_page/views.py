"""The steps of the page. Looking changes nothing; the last form, when it is sent, books."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from availengine.api.errors import STATUS, ApiError
from availengine.api.throttling import require_booking_rate, visitor_digest
from availengine.booking_page import booked, words
from availengine.booking_page.choices import minute_in, new_key
from availengine.booking_page.details import Trouble, details_page, start_of
from availengine.booking_page.entrance import Visit, pages_to_pay, with_visit
from availengine.booking_page.form import DetailsForm, Token, TooOld, token_of
from availengine.booking_page.plan import Plan, Step, plan_of
from availengine.booking_page.steps import step_page
from availengine.booking_page.times import LIVE
from availengine.clock import current_time
from bookings import execution, settlement
from bookings.consents import versions
from bookings.deposits import DepositWish
from bookings.errors import SlotTaken
from bookings.models import Booking, Status
from bookings.once import book_once
from bookings.services import NewBooking
from businesses.errors import Busy, DomainError, InProgress, Undone
from payments.models import Channel, Deposit, DepositStatus


@csrf_exempt  # there is no cookie to be protected: the form carries a token of its own
@require_http_methods(["GET", "HEAD", "POST"])
@with_visit
def book(visit: Visit) -> HttpResponse:
    """The step that the visitor is at; with POST, the booking."""
    if visit.request.method == "POST":
        return _send(visit)
    plan = plan_of(visit.snapshot, visit.choices)
    if plan.step == Step.DETAILS:
        return details_page(visit, plan)
    return visit.page("page.html", step_page(visit, plan))


def _send(visit: Visit) -> HttpResponse:
    start = minute_in(visit.request.POST.get("start", "")) or visit.choices.start
    visit = replace(visit, choices=visit.choices.but(start=start))
    plan = plan_of(visit.snapshot, visit.choices)
    if plan.step != Step.DETAILS:  # something that was chosen is not offered any more
        return redirect(visit.url())
    form = DetailsForm(visit.request.POST, business=visit.business)
    try:
        token = token_of(visit.request.POST, visit.business)
    except TooOld:
        return details_page(visit, plan, form, trouble=Trouble(words.told(words.TOO_OLD)), status=400)
    if token.hasty and not _is_booked(token, visit):
        return details_page(visit, plan, form, token=token, trouble=Trouble(words.told(words.TOO_QUICK)), status=400)
    if not form.is_valid():
        return details_page(visit, plan, form, token=_current(token, visit), status=400)
    try:
        return _book(visit, plan, form, token)
    except ApiError as error:
        refused = details_page(
            visit, plan, form, token=token, trouble=Trouble(words.told(words.TOO_MANY)), status=error.problem.status
        )
        refused.headers["Retry-After"] = error.problem.headers["Retry-After"]
        return refused
    except DomainError as error:
        return _refused(visit, plan, form, token, error)


def _is_booked(token: Token, visit: Visit) -> bool:
    """Whether this form, gone back to, has been sent before."""
    key = token.booking_id(visit.business, visitor_digest(visit.request))
    return Booking.objects.filter(business_id=visit.business.id, uuid=key).exists()


def _current(token: Token, visit: Visit) -> Token:
    """The form is shown again, with the texts as they are now."""
    return replace(token, versions=versions(visit.business))


def _refused(visit: Visit, plan: Plan, form: DetailsForm, token: Token, error: DomainError) -> HttpResponse:
    """All that was typed stays. What is under way goes on with the same key; anything else begins anew."""
    goes_on = isinstance(error, SlotTaken | Busy | InProgress) and not isinstance(error, Undone)
    nearest = tuple(error.nearest_minutes) if isinstance(error, SlotTaken) else ()
    token = _current(token if goes_on else replace(token, key=new_key()), visit)
    trouble = Trouble(words.said(error), nearest)
    return details_page(visit, plan, form, token=token, trouble=trouble, status=STATUS.get(error.code, 409))


def _book(visit: Visit, plan: Plan, form: DetailsForm, token: Token) -> HttpResponse:
    """Book once, however often the form is sent, and lead on: to pay, or to what was booked."""
    require_booking_rate(visit.business.id, visit.request)
    visitor = visitor_digest(visit.request)
    new = NewBooking(
        business_id=visit.business.id,
        live=LIVE,
        guest=form.guest(),
        start=start_of(visit, plan),
        ask=plan.ask,
        customer_notes=form.cleaned_data["notes"],
        deposit=DepositWish(channel=Channel.PAGE, by_rule=True, visitor=visitor),
        key=token.booking_id(visit.business, visitor),
        agreed=form.agreed(token.versions),
    )
    booking = book_once(new, now=visit.now)
    deposit = _way_to_pay(booking)
    if deposit and deposit.checkout_url.startswith(f"{pages_to_pay()}/"):
        return redirect(deposit.checkout_url)
    return redirect(booked.address(visit.business, booking, visit.choices.lang))


def _way_to_pay(booking: Booking) -> Deposit | None:
    """The deposit of a booking that waits for it. Raises what `execution.open_payment` does."""
    deposit = booking.deposit
    if deposit is None or booking.status != Status.PENDING or deposit.status != DepositStatus.PENDING:
        return None
    owed = settlement.owed(booking)
    return execution.open_payment(owed, now=current_time()).deposit if owed else deposit
