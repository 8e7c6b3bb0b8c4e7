"""The one door to the staff's pages: who comes, into which business, and what they may do there.

Every view of the dashboard is a `page(…)`, which names what it needs; tests/dashboard/test_access_matrix.py asks all
of them. What a service refuses becomes a page here, so that views only map.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from availengine.api.authentication import SAFE_METHODS
from availengine.api.errors import problem_of
from availengine.clock import current_minute, current_time
from bookings.wording import in_language_of, language_of
from businesses.actors import act_as
from businesses.errors import DomainError, Forbidden, NotFound, PaymentRequired
from businesses.models import BillingStatus, Business, Member, User
from businesses.roles import Permission, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who works in which business, and when. Bookings of the dashboard are live ones."""

    member: Member
    business: Business
    now: datetime
    minute: int
    live: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return self.business.zone

    @property
    def language(self) -> str:
        return language_of(self.business)

    @property
    def past_due(self) -> bool:
        return self.business.billing_status == BillingStatus.PAST_DUE

    def may(self, permission: Permission) -> bool:
        return may(self.member.role, permission)


View = Callable[..., HttpResponseBase]


def page(needs: Permission, *, to_write: Permission | None = None, past_due: bool = False) -> Callable[[View], View]:
    """A page of a business: `view(request, desk, …)` for a member who may.

    `to_write`: what anything but reading needs, where that is more. `past_due`: may be written to by a business
    whose subscription is past due.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, slug: str, **rest: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return _to_sign_in(request)
            desk = desk_of(request.user, slug)
            if desk is None:
                raise Http404
            request.desk = desk  # type: ignore[attr-defined]
            act_as("member", request.user.name or request.user.email)
            with in_language_of(desk.business):
                try:
                    _require(request, desk, needs, to_write or needs, past_due=past_due)
                    response = view(request, desk, **rest)
                except Http404:
                    response = refused(request, NotFound())
                except DomainError as error:
                    response = refused(request, error)
            add_never_cache_headers(response)
            return response

        wrapped.needs = needs  # type: ignore[attr-defined]
        wrapped.needs_to_write = to_write or needs  # type: ignore[attr-defined]
        wrapped.writes_past_due = past_due  # type: ignore[attr-defined]
        return wrapped

    return decorate


def desk_of(user: User, slug: str) -> Desk | None:
    """The user's place in a business; None where they have none, whether or not there is such a business."""
    found = Member.objects.filter(user=user, business__slug=slug).exclude(accepted_at=None)
    member = found.select_related("business", "user").first()
    if member is None:
        return None
    return Desk(member=member, business=member.business, now=current_time(), minute=current_minute())


def _require(request: HttpRequest, desk: Desk, needs: Permission, to_write: Permission, *, past_due: bool) -> None:
    writes = request.method not in SAFE_METHODS
    if not desk.may(needs) or (writes and not desk.may(to_write)):
        raise Forbidden("Your role does not allow this.")
    if writes and desk.past_due and not past_due:
        raise PaymentRequired("The subscription of this business is past due.")


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """htmx would put the sign-in page into a corner of the old one: it is told to go there."""
    if getattr(request, "htmx", False):
        here = request.htmx.current_url_abs_path or request.get_full_path()  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": redirect_to_login(here).headers["Location"]})
    return redirect_to_login(request.get_full_path() if request.method in SAFE_METHODS else request.path)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal as a page within the frame; for htmx as a notice on the page that asked."""
    problem = problem_of(error)
    context = {"problem": problem, "message": gettext(problem.message)}
    if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        response = render(request, "dashboard/_problem.html", context, status=problem.status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#notices", "innerHTML"
    else:
        response = render(request, "dashboard/problem.html", context, status=problem.status)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response
