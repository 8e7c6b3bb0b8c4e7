"""What people who wait are told, by mail and by SMS: in their language, else in that of the business."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation
from django.utils.translation import gettext as _

from bookings import posting
from bookings.letters import Letter
from bookings.models import Booking, WaitlistEntry, WaitlistOffer
from bookings.wording import DATES, language_of, people, spoken_clock, spoken_date, spoken_moment, spoken_span
from businesses.localtime import DAY
from businesses.models import Service

Facts = list[tuple[str, str]]
OFFER = "waitlist_offer"


@contextmanager
def in_language_of(entry: WaitlistEntry) -> Iterator[None]:
    language = entry.language if entry.language in DATES else language_of(entry.business)
    with translation.override(language):
        yield


# --- what an entry is about ---------------------------------------------------------------------------------------


def services_of(entry: WaitlistEntry) -> str:
    found = Service.objects.filter(business_id=entry.business_id, uuid__in=entry.services)
    names = {service.uuid: service.name for service in found}
    return ", ".join(names[key] for key in entry.services if key in names)


def days_of(entry: WaitlistEntry) -> str:
    days = [spoken_date(day, entry.business) for day in dict.fromkeys((entry.first_day, entry.last_day))]
    return " – ".join(days)  # noqa: RUF001


def times_of(entry: WaitlistEntry) -> str:
    """Empty for any time of the day."""
    if (entry.from_minutes, entry.until_minutes) == (0, DAY):
        return ""
    first, last = (spoken_clock(at, entry.business) for at in (entry.from_minutes, entry.until_minutes))
    return _("from %(first)s to %(last)s") % {"first": first, "last": last}


def facts_of(entry: WaitlistEntry, booking: Booking | None = None) -> Facts:
    """What is waited for; with a booking, when it would be."""
    business = entry.business
    when = ", ".join(filter(None, (days_of(entry), times_of(entry))))
    if booking:
        when = spoken_span(booking.starts_at, booking.ends_at, business)
    facts = [
        (_("When"), when),
        (_("What"), services_of(entry)),
        (_("For"), people(entry.party_size) if entry.party_size > 1 else ""),
        (_("Where"), business.address),
    ]
    return [(name, value) for name, value in facts if value]


# --- the letters --------------------------------------------------------------------------------------------------


def tell_joined(entry: WaitlistEntry, link: str) -> None:
    with in_language_of(entry):
        name = {"business": entry.business.name}
        letter = Letter(
            kind="waitlist_joined",
            subject=_("%(business)s: you are on the waitlist") % name,
            paragraphs=[
                _greeting(entry),
                _("You are on the waitlist of %(business)s. As soon as a time for you is free, we hold it and write "
                  "to you.") % name,
                _("Here you see how it stands, and can leave the list."),
            ],
            facts=facts_of(entry),
            button=_("See your place on the list"),
            url=link,
        )  # fmt: skip
        posting.to_waiting(entry, letter, key=f"joined:{entry.uuid}")


def tell_offer(entry: WaitlistEntry, offer: WaitlistOffer, booking: Booking, link: str) -> None:
    with in_language_of(entry):
        until = spoken_moment(offer.expires_at, entry.business)
        told = {
            "business": entry.business.name,
            "when": spoken_moment(booking.starts_at, entry.business),
            "until": until,
        }
        letter = Letter(
            kind=OFFER,
            subject=_("%(business)s: a time for you on %(when)s") % told,
            paragraphs=[
                _greeting(entry),
                _("A time that you were waiting for is free at %(business)s, and we hold it for you until "
                  "%(until)s.") % told,
                _("Take it, or leave it to the next: nothing is booked before you say so."),
            ],
            facts=facts_of(entry, booking),
            button=_("Take or decline"),
            url=link,
        )  # fmt: skip
        posting.to_waiting(entry, letter, key=str(offer.uuid))
        if entry.business.sms_reminders and entry.guest_phone:
            text = _("%(business)s: %(when)s is free and held for you until %(until)s. %(link)s")
            posting.sms_to_waiting(entry, OFFER, text % {**told, "link": link}, key=str(offer.uuid))


def tell_lapsed(entry: WaitlistEntry, offer: WaitlistOffer, *, over: bool) -> None:
    """`over`: they are off the list with it."""
    with in_language_of(entry):
        told = {"business": entry.business.name, "when": spoken_moment(offer.starts_at, entry.business)}
        stays = _(
            "You are still on the waitlist, after those who came meanwhile. We offer you the next time that fits."
        )
        goes = _("As nobody answered twice, you are not on the waitlist any more. You are welcome to join it again.")
        letter = Letter(
            kind="waitlist_lapsed",
            subject=_("%(business)s: the time on %(when)s is not held any more") % told,
            paragraphs=[
                _greeting(entry),
                _("We held %(when)s for you, and have not heard from you in time. It goes to the next now.") % told,
                goes if over else stays,
            ],
        )
        posting.to_waiting(entry, letter, key=f"lapsed:{offer.uuid}")


def _greeting(entry: WaitlistEntry) -> str:
    return _("Hello %(name)s,") % {"name": entry.guest_first_name}


def reachable(entry: WaitlistEntry) -> bool:
    """Whether an offer would arrive."""
    return bool(entry.guest_email) or not entry.live
