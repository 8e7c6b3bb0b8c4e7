"""The form of the hosted page with which people get onto the waitlist: no cookie, no script.

The form carries a signature with the time at which it was shown and the id that the entry is to have: sent twice it is
one entry, sent faster than anybody types, or with the field filled in that people do not see, it is none.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from availengine.api.errors import ApiError
from availengine.api.fields import PHONE
from availengine.api.throttling import require_rate, visitor_address, visitor_digest
from availengine.booking_page.about import LANGUAGES, about
from availengine.booking_page.choices import Choices
from availengine.booking_page.entrance import language_for
from availengine.clock import current_minute, current_time
from bookings.customers import Guest
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from bookings.waitlist.entries import NewEntry, join_waitlist
from bookings.waitlist.links import new_link
from businesses.actors import act_as
from businesses.errors import DomainError
from businesses.localtime import DAY, date_of
from businesses.models import BillingStatus, Business

SALT = "waitlist.form"
FORM_LASTS = 6 * 3600  # seconds
FASTEST = 2  # seconds: nobody fills it in faster
LARGEST_PARTY = 50

REFUSALS = {
    "no_waitlist": gettext_lazy("There is no waitlist here."),
    "too_many_entries": gettext_lazy("You are on the waitlist three times already. Leave it once first."),
    "capacity": gettext_lazy("This is for fewer people. Please choose a smaller party, or call us."),
    "party_size": gettext_lazy("This is for fewer people. Please choose a smaller party, or call us."),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the form was shown with."""

    key: UUID
    shown_at: float


class WishForm(forms.Form):
    service = forms.ChoiceField(label=gettext_lazy("What"))
    party = forms.IntegerField(label=gettext_lazy("For how many"), min_value=1, max_value=LARGEST_PARTY, initial=1)
    date = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(
        label=gettext_lazy("Or until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    earliest = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    latest = forms.TimeField(
        label=gettext_lazy("To"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    first_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.RegexField(
        label=gettext_lazy("Phone number"),
        regex=PHONE,
        min_length=7,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    notes = forms.CharField(
        label=gettext_lazy("Wishes"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, snapshot: Snapshot, now: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        offered = [(str(service.uuid), service.name) for service in snapshot.offered_services()]
        self.fields["service"].choices = offered  # type: ignore[attr-defined]
        today = date_of(snapshot.business.zone, now)
        last = today + timedelta(days=snapshot.business.window_days)
        for name in ("date", "until"):
            self.fields[name].widget.attrs |= {"min": today.isoformat(), "max": last.isoformat()}

    def wish(self, business: Business, *, key: UUID, language: str, visitor: str) -> NewEntry:
        data = self.cleaned_data
        return NewEntry(
            business_id=business.id,
            live=True,
            guest=Guest(**{name: data[name] for name in ("first_name", "last_name", "email", "phone")}),
            services=(UUID(data["service"]),),
            party=data["party"],
            first_day=data["date"],
            last_day=data["until"] or data["date"],
            from_minutes=_minutes(data["earliest"], 0),
            until_minutes=_minutes(data["latest"], DAY),
            customer_notes=data["notes"],
            language=language,
            visitor=visitor,
            key=key,
        )


def _minutes(at: Any, default: int) -> int:
    return default if at is None else at.hour * 60 + at.minute


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def waitlist(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and joining with it: then the page of the entry. 404 for a business that keeps no waitlist."""
    business = Business.objects.filter(slug=slug, waitlist=True, billing_status=BillingStatus.ACTIVE).first()
    if business is None:
        raise Http404
    asked = request.POST.get("lang", "") or request.GET.get("lang", "")
    language = language_for(request, business, asked)
    act_as("customer")
    with translation.override(language):
        response = _answer(request, business, language)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, business: Business, language: str) -> HttpResponse:
    snapshot, now = snapshot_of(business.id), current_minute()
    if request.method != "POST":
        form = WishForm(snapshot, now, initial=_asked(request.GET, snapshot, now))
        return _page(request, business, form, language)
    form = WishForm(snapshot, now, request.POST)
    ticket = _ticket(request, business)
    if ticket is None or request.POST.get("website"):
        return _page(request, business, form, language, problem=_("Please send the form again."), status=400)
    if not form.is_valid():
        return _page(request, business, form, language, ticket=ticket, status=400)
    try:
        require_rate(f"visitor:{business.id}:{visitor_address(request)}", settings.VISITOR_BOOKINGS_PER_MINUTE)
        wish = form.wish(business, key=ticket.key, language=language, visitor=visitor_digest(request))
        entry = join_waitlist(wish, now=now)
    except (DomainError, ApiError) as error:
        problem, status = _refused(error)
        return _page(request, business, form, language, ticket=ticket, problem=problem, status=status)
    return redirect(new_link(entry).removeprefix(settings.BASE_URL.rstrip("/")))


def _refused(error: DomainError | ApiError) -> tuple[str, int]:
    """In the visitor's words, where there are such."""
    if isinstance(error, ApiError):
        return _("Please wait a minute, and try again."), 429
    told = REFUSALS.get(str((error.details or {}).get("reason")))
    return str(told or _("This cannot be waited for. Please look at the days and times.")), 409


def _asked(query: Mapping[str, str], snapshot: Snapshot, now: int) -> dict[str, Any]:
    """What the link that led here says, as far as it can be read."""
    party, day = query.get("party", ""), query.get("date", "") or query.get("day", "")
    known = {str(service.uuid) for service in snapshot.offered_services()}
    default = snapshot.default_service()
    service = query.get("service", "")
    return {
        "service": service if service in known else str(default.uuid) if default else "",
        "party": int(party) if party.isascii() and party.isdigit() and 1 <= int(party[:4]) <= LARGEST_PARTY else 1,
        "date": _day(day) or date_of(snapshot.business.zone, now),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def _in_language(request: HttpRequest, code: str) -> str:
    """The same wish, asked in another language."""
    query = request.GET.copy()
    query["lang"] = code
    return query.urlencode()


def _ticket(request: HttpRequest, business: Business) -> Ticket | None:
    """The form's, if it is one of ours for this business, not too old, and was not sent too soon."""
    try:
        slug, key, shown = signing.loads(request.POST.get("form", ""), salt=SALT, max_age=FORM_LASTS)
    except (signing.BadSignature, ValueError, UnicodeError):
        return None
    if slug != business.slug or current_time().timestamp() - shown < FASTEST:
        return None
    return Ticket(UUID(key), shown)


def _page(
    request: HttpRequest,
    business: Business,
    form: WishForm,
    language: str,
    *,
    ticket: Ticket | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = ticket or Ticket(uuid.uuid4(), current_time().timestamp())
    path = f"/book/{business.slug}/waitlist"
    context = {
        **about(snapshot_of(business.id), Choices(), path=path, now=current_minute()),
        "languages": [(code, name, f"{path}?{_in_language(request, code)}") for code, name in LANGUAGES],
        "home": f"/book/{business.slug}",
        "folded": True,
        "back": f"/book/{business.slug}?{request.GET.urlencode()}" if business.hosted_page else "",
        "business": business,
        "language": language,
        "form": form,
        "problem": problem,
        "ticket": signing.dumps([business.slug, str(shown.key), shown.shown_at], salt=SALT),
    }
    return render(request, "waitlist_form.html", context, status=status)
