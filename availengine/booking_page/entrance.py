"""Who may come in: the business of an address, in the visitor's language; a friendly word where it is closed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from availengine.api.errors import ApiError
from availengine.api.throttling import require_reader_rate
from availengine.booking_page import words
from availengine.booking_page.about import about
from availengine.booking_page.choices import Choices, choices_of
from availengine.clock import current_minute
from bookings.queries import business_id_of, snapshot_of
from bookings.snapshot import Snapshot
from bookings.wording import DATES, language_of
from businesses.actors import act_as
from businesses.errors import NotFound
from businesses.models import BillingStatus, Business

STRIPES_PAGES = "https://checkout.stripe.com"


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a business's page. `now` is a minute."""

    request: HttpRequest
    snapshot: Snapshot
    choices: Choices
    language: str
    now: int

    @property
    def business(self) -> Business:
        return self.snapshot.business

    @property
    def path(self) -> str:
        return f"/book/{self.business.slug}"

    @property
    def home(self) -> str:
        """The beginning, in the same language."""
        return Choices(lang=self.choices.lang).at(self.path)

    def url(self, **changes: object) -> str:
        """The address of the page with something else chosen."""
        return self.choices.but(**changes).at(self.path)

    def page(self, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
        around = about(self.snapshot, self.choices, path=self.request.path, now=self.now)
        own = {"visit": self, "business": self.business, "language": self.language, "home": self.home}
        shown = {**own, **around, **context}
        return render(self.request, f"booking_page/{template}", shown, status=status)


View = Callable[..., HttpResponse]


def with_visit(view: View) -> Callable[..., HttpResponseBase]:
    """The business behind a slug, open for bookings; 404 for none. No cookie, no session.

    The form may lead on to the page where one pays.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, **more: str) -> HttpResponseBase:
        def answer(request: HttpRequest) -> HttpResponse:
            return _visited(view, request, slug, more)

        return csp_update({"form-action": [pages_to_pay()]})(answer)(request)

    return wrapped


def _visited(view: View, request: HttpRequest, slug: str, more: dict[str, str]) -> HttpResponse:
    """The answer, kept by the visitor's browser alone, for the way back."""
    try:
        snapshot, choices = snapshot_of(business_id_of(slug)), choices_of(request.GET)
    except NotFound as error:
        raise Http404 from error
    act_as("customer")
    language = language_for(request, snapshot.business, choices.lang)
    with translation.override(language):
        response = _answer(view, Visit(request, snapshot, choices, language, current_minute()), more)
    patch_vary_headers(response, ("Accept-Language",))
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response


def _answer(view: View, visit: Visit, more: dict[str, str]) -> HttpResponse:
    try:
        require_reader_rate(visit.request)
    except ApiError as error:
        response = visit.page("problem.html", {"message": words.told(words.TOO_MANY)}, status=error.problem.status)
        for name, value in error.problem.headers.items():
            response.headers[name] = value
        return response
    if not more and not is_open(visit.snapshot):
        return visit.page("closed.html", {}, status=200 if visit.request.method in ("GET", "HEAD") else 409)
    return view(visit, **more)


def is_open(snapshot: Snapshot) -> bool:
    """Whether anything can be booked on the page at all."""
    business = snapshot.business
    paid = business.billing_status == BillingStatus.ACTIVE
    return bool(paid and business.hosted_page and snapshot.offered_services())


def language_for(request: HttpRequest, business: Business, chosen: str) -> str:
    """The chosen one; else the business's, if the visitor reads it; else the first of theirs that there is."""
    if chosen in DATES:
        return chosen
    own = language_of(business)
    read = list(_read_by(request))
    return own if own in read or not read else read[0]


def _read_by(request: HttpRequest) -> Iterable[str]:
    """The languages of the browser that there are texts in."""
    for tag, weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language = tag.split("-")[0]
        if weight > 0 and language in DATES:
            yield language


def pages_to_pay() -> str:
    """The origin of the Checkout pages: Stripe's, or the sandbox's."""
    if not settings.STRIPE_API_BASE:
        return STRIPES_PAGES
    address = urlsplit(settings.STRIPE_API_BASE)
    return f"{address.scheme}://{address.netloc}"
