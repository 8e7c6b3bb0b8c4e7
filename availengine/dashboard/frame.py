"""What is around every page: navigation, the businesses to switch between. A template context processor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.access import Desk
from businesses.models import Member, Role, User
from businesses.roles import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """A way to a page. It is shown to who may see it, once the route exists."""

    route: str
    label: str | Promise
    needs: Permission
    icon: str = ""
    about: str | Promise = ""

    def shown_to(self, desk: Desk, path: str) -> "Shown | None":
        url = way(self.route, desk, self.needs)
        if not url:
            return None
        home = reverse("dashboard:home", args=[desk.business.slug])
        return Shown(self, url, path == url or (url != home and path.startswith(url)))


def way(route: str, desk: Desk, needs: Permission, *args: object) -> str:
    """The address of a page for who may see it; empty where there is none."""
    if not desk.may(needs):
        return ""
    try:
        return reverse(f"dashboard:{route}", args=[desk.business.slug, *args])
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class Shown:
    entry: Entry
    url: str
    current: bool


NAVIGATION = (
    Entry("home", _("Today"), Permission.VIEW, "today"),
    Entry("calendar", _("Calendar"), Permission.VIEW, "calendar"),
    Entry("bookings", _("Bookings"), Permission.VIEW, "bookings"),
    Entry("customers", _("Customers"), Permission.VIEW, "customers"),
    Entry("waitlist", _("Waitlist"), Permission.VIEW, "history"),
    Entry("insights", _("Insights"), Permission.VIEW, "insights"),
    Entry("setup", _("Set-up"), Permission.SETUP, "setup"),
)

# The cards of the set-up page, in this order.
SETUP = (
    Entry("hours", _("Opening hours"), Permission.SETUP, "today", _("When you are open, day by day.")),
    Entry("resources", _("Resources"), Permission.SETUP, "customers", _("People, tables, rooms: what is booked.")),
    Entry("services", _("Services"), Permission.SETUP, "bookings", _("What customers book, its time and its price.")),
    Entry("closures", _("Closures"), Permission.SETUP, "calendar", _("Holidays, time off, special openings.")),
    Entry(
        "calendars",
        _("Calendars"),
        Permission.INTEGRATIONS,
        "calendar",
        _("Bookings in Google, Apple and Outlook; and what is busy there blocks time here."),
    ),
    Entry("rules", _("Booking rules"), Permission.SETUP, "setup", _("How far ahead, confirmations, reminders.")),
    Entry(
        "deposits", _("Deposits and policy"), Permission.SETUP, "lock", _("What is paid ahead, what cancelling costs.")
    ),
    Entry("business", _("Business"), Permission.SETUP, "setup", _("Name, address, zone, currency.")),
    Entry(
        "booking-page",
        _("Page and widget"),
        Permission.SETUP,
        "page",
        _("What customers see when they book, and how it gets onto your website."),
    ),
    Entry("members", _("Members"), Permission.MEMBERS, "members", _("Who works here, and what they may do.")),
    Entry("disruption", _("Somebody is away"), Permission.SETUP, "calendar", _("Enter it, and settle what is booked.")),
    Entry(
        "why",
        _("Why is this not bookable?"),
        Permission.VIEW,
        "question",
        _("Every start of a day, offered or not, with the reason and what to change."),
    ),
    Entry("messages", _("Messages"), Permission.VIEW, "mail", _("Mails and text messages, and what became of them.")),
    Entry("keys", _("API keys"), Permission.INTEGRATIONS, "key", _("What other programs book and read with.")),
    Entry("webhooks", _("Webhooks"), Permission.INTEGRATIONS, "hook", _("Which addresses are told of what happens.")),
    Entry("audit", _("Audit log"), Permission.SETUP, "history", _("Who changed what in the set-up, and when.")),
    Entry("billing", _("Subscription"), Permission.BILLING, "card", _("Your plan, and how it stands.")),
)


def entries(of: tuple[Entry, ...], desk: Desk, path: str) -> Iterator[Shown]:
    return (shown for entry in of if (shown := entry.shown_to(desk, path)))


def memberships(user: User) -> list[Member]:
    """Where somebody works, by name of the business."""
    found = Member.objects.filter(user=user).exclude(accepted_at=None)
    return list(found.select_related("business").order_by("business__name", "id"))


def may_create(user: User, works: Sequence[Member]) -> bool:
    """Whether somebody may make a new business: the host may, and owners where the host lets them."""
    owns = any(member.role == Role.OWNER for member in works)
    return user.is_superuser or (settings.OWNERS_ADD_BUSINESSES and owns)


def frame(request: HttpRequest) -> dict[str, Any]:
    desk = getattr(request, "desk", None)
    if desk is None:
        return {}
    user = desk.member.user
    works: Any = SimpleLazyObject(lambda: memberships(user))
    return {
        "desk": desk,
        "navigation": list(entries(NAVIGATION, desk, request.path)),
        "may_administer": desk.may(Permission.SETUP) or user.is_superuser,
        "memberships": works,
        "may_create": SimpleLazyObject(lambda: may_create(user, works)),
    }
