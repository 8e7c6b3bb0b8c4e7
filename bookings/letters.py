"""The texts about visits. All speak the language that is active: see `wording.in_language_of`.

A letter is composed once, and laid out as HTML and as plain text by the templates in templates/mail/.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from django.utils.translation import gettext as _

from bookings.models import Allocation, Booking
from bookings.wording import people, spoken_moment, spoken_span
from businesses.models import Business, Member, ResourceKind
from webhooks.models import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail in parts: paragraphs, facts as (name, value), a button where there is something to do, a calendar file."""

    kind: str
    subject: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    button: str = ""
    url: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A booking as a message tells of it: as it was at that moment, whatever has become of it since."""

    booking: Booking
    starts_at: datetime
    ends_at: datetime
    party: int
    status: str
    version: int
    services: tuple[str, ...]
    staff: tuple[str, ...]
    instructions: tuple[str, ...]
    further: tuple[str, ...] = ()

    @property
    def business(self) -> Business:
        return self.booking.business

    @classmethod
    def of(cls, booking: Booking) -> Self:
        """As it is now."""
        held = Allocation.objects.filter(business_id=booking.business_id, booking=booking)
        rows = list(held.select_related("service", "resource").order_by("sequence", "additional"))
        return cls(
            booking=booking,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            party=booking.party_size,
            status=booking.status,
            version=booking.version,
            services=_once(row.service.name for row in rows),
            staff=_once(row.resource.name for row in rows if row.resource.kind == ResourceKind.STAFF),
            instructions=_once(row.service.instructions for row in rows),
        )

    def as_told(self, told: dict[str, Any]) -> "Visit":
        """As an event tells it."""
        return replace(
            self,
            starts_at=datetime.fromisoformat(told["starts_at"]),
            ends_at=datetime.fromisoformat(told["ends_at"]),
            party=told["capacity"],
            status=told["status"],
            version=told["version"],
        )

    @property
    def when(self) -> str:
        return spoken_moment(self.starts_at, self.business)


def _once(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))


def greeting(booking: Booking) -> str:
    return _("Hello %(name)s,") % {"name": booking.guest_first_name}


def facts(visit: Visit) -> list[tuple[str, str]]:
    business = visit.business
    found = [
        (_("When"), spoken_span(visit.starts_at, visit.ends_at, business)),
        (_("Also on"), "; ".join(visit.further)),
        (_("What"), ", ".join(visit.services)),
        (_("With"), ", ".join(visit.staff)),
        (_("For"), people(visit.party) if visit.party > 1 else ""),
        (_("Where"), business.address),
        (_("Confirmation code"), visit.booking.code),
    ]
    return [(name, value) for name, value in found if value]


def _letter(kind: str, visit: Visit, subject: str, paragraphs: Sequence[str], link: str = "") -> Letter:
    return Letter(
        kind=kind,
        subject=f"{visit.business.name}: {subject}",
        paragraphs=[greeting(visit.booking), *paragraphs],
        facts=facts(visit),
        button=_("View or cancel the booking") if link else "",
        url=link,
    )


def confirmation(visit: Visit, link: str) -> Letter:
    subject = _("your booking on %(when)s is confirmed") % {"when": visit.when}
    intro = _("Your booking at %(business)s is confirmed. We look forward to seeing you.")
    return _letter("confirmation", visit, subject, [intro % _name(visit), *visit.instructions], link)


def request(visit: Visit, link: str) -> Letter:
    subject = _("we have received your booking for %(when)s") % {"when": visit.when}
    return _letter("request", visit, subject, [
        _("%(business)s has received your booking and will look at it. You will be told when it is confirmed.")
        % _name(visit),
    ], link)  # fmt: skip


def reschedule(visit: Visit, link: str) -> Letter:
    subject = _("your booking has a new time: %(when)s") % {"when": visit.when}
    intro = _("Your booking at %(business)s has been moved. This is the new time.") % _name(visit)
    return _letter("reschedule", visit, subject, [intro], link)


def another_time(visit: Visit, link: str) -> Letter:
    """The business cannot keep the time of a visit: somebody is away."""
    letter = _letter("repick", visit, _("please choose another time for %(when)s") % {"when": visit.when}, [
        _("We are sorry: %(business)s cannot keep the time of your booking, as somebody is away.") % _name(visit),
        _("Please choose another time, or cancel the booking. Until then we keep it in our list."),
    ], link)  # fmt: skip
    return replace(letter, button=_("Choose another time"))


def reminder(visit: Visit, link: str) -> Letter:
    subject = _("reminder of your booking on %(when)s") % {"when": visit.when}
    intro = _("This is a reminder of your booking at %(business)s. If you cannot come, please cancel it in time.")
    return _letter("reminder", visit, subject, [intro % _name(visit), *visit.instructions], link)


def cancellation(visit: Visit, money: Sequence[str]) -> Letter:
    """`money`: sentences about what becomes of the deposit."""
    subject = _("your booking on %(when)s is cancelled") % {"when": visit.when}
    intro = _("Your booking at %(business)s is cancelled.") % _name(visit)
    return _letter("cancellation", visit, subject, [intro, *money])


def expired(visit: Visit) -> Letter:
    subject = _("your reservation for %(when)s has ended") % {"when": visit.when}
    return _letter("expired", visit, subject, [
        _("The deposit was not paid in time, so your reservation at %(business)s has ended. Nothing was charged. "
          "You are welcome to book again.") % _name(visit),
    ])  # fmt: skip


def no_show(visit: Visit, charged: str, kept: str) -> Letter:
    """`charged`: the amount taken from the card for it; `kept`: of a deposit that was paid before."""
    money = []
    if charged:
        money = [_("As agreed when you booked, %(amount)s were charged to your card.") % {"amount": charged}]
    elif kept:
        money = [_("As agreed when you booked, the deposit of %(amount)s is kept.") % {"amount": kept}]
    subject = _("we missed you on %(when)s") % {"when": visit.when}
    intro = _("You had a booking at %(business)s, and we did not see you.") % _name(visit)
    return _letter("no_show", visit, subject, [
        intro, *money, _("If this is a mistake, please contact %(business)s.") % _name(visit)
    ])  # fmt: skip


def refund(visit: Visit, amount: str) -> Letter:
    subject = _("%(amount)s go back to you") % {"amount": amount}
    return _letter("refund", visit, subject, [
        _("%(business)s has refunded %(amount)s of your deposit. Banks may need some days to show it.")
        % {**_name(visit), "amount": amount},
    ])  # fmt: skip


def payment_failed(visit: Visit, url: str, amount: str, until: str) -> Letter:
    letter = _letter("payment_failed", visit, _("your payment did not work"), [
        _("Your card was not accepted for the deposit of %(amount)s, and nothing was charged.") % {"amount": amount},
        _("You can try again, with another card if you like, until %(until)s.") % {"until": until},
    ])  # fmt: skip
    return replace(letter, button=_("Pay %(amount)s") % {"amount": amount}, url=url)


def _name(visit: Visit) -> dict[str, str]:
    return {"business": visit.business.name}


# --- to the business ----------------------------------------------------------------------------------------------


def endpoint_off(endpoint: Endpoint) -> Letter:
    return Letter(
        kind="endpoint_off",
        subject=_("A webhook endpoint was switched off"),
        paragraphs=[
            _("The webhook endpoint %(url)s was switched off: %(problem)s") % _of(endpoint),
            _("It is told of nothing until you switch it on again. What it missed can be sent again then."),
        ],
    )


def _of(endpoint: Endpoint) -> dict[str, str]:
    return {"url": endpoint.url, "problem": endpoint.problem}


def invitation(member: Member, url: str) -> Letter:
    name = {"business": member.business.name}
    return Letter(
        kind="invitation",
        subject=_("%(business)s invites you") % name,
        paragraphs=[
            _("Hello,"),
            _("%(business)s invites you to work with its bookings in AvailEngine.") % name,
            _("If you did not expect this, you can ignore this message."),
        ],
        button=_("Accept the invitation"),
        url=url,
    )


# --- short messages -----------------------------------------------------------------------------------------------


def short_confirmation(visit: Visit, link: str) -> str:
    text = _("%(business)s: your booking on %(when)s is confirmed. Code %(code)s. %(link)s")
    return text % {**_name(visit), "when": visit.when, "code": visit.booking.code, "link": link}


def short_reminder(visit: Visit, link: str) -> str:
    text = _("%(business)s: reminder of your booking on %(when)s. Code %(code)s. %(link)s")
    return text % {**_name(visit), "when": visit.when, "code": visit.booking.code, "link": link}
