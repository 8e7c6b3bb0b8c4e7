"""How messages speak: in the business's language, of times in its zone, as people there write them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import translation
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext, ngettext

from businesses.deposit_rules import DepositBasis, DepositType, Rule
from businesses.localtime import moment_of
from businesses.models import Business
from payments.money import spoken

DATES = {"en": "l, j F Y", "de": "l, j. F Y", "el": "l, j E Y"}  # the languages there are texts in
SHORT_DATES = {"en": "D, j M Y", "de": "D, j. N Y", "el": "D, j N Y"}
CLOCKS = {"en-US": "g:i A"}
CLOCK = "H:i"


def language_of(business: Business) -> str:
    """The language to write in: the business's own where there are texts in it, else English."""
    language = business.language.split("-")[0].lower()
    return language if language in DATES else "en"


def spoken_language() -> str:
    """The language that is active: mostly that of the business, on the pages of customers perhaps their own."""
    language = (translation.get_language() or "").split("-")[0]
    return language if language in DATES else "en"


@contextmanager
def in_language_of(business: Business) -> Iterator[None]:
    with translation.override(language_of(business)):
        yield


def spoken_day(moment: datetime, business: Business) -> str:
    """`Friday, 15 May 2026`, in the zone of the business."""
    return date_format(moment.astimezone(business.zone), DATES[spoken_language()])


def short_day(moment: datetime, business: Business) -> str:
    """`Fri, 15 May 2026`, in the zone of the business: where there is little room."""
    return date_format(moment.astimezone(business.zone), SHORT_DATES[spoken_language()])


def spoken_time(moment: datetime, business: Business) -> str:
    """`14:30`, in the zone of the business; `2:30 PM` where its language is en-US."""
    return date_format(moment.astimezone(business.zone), CLOCKS.get(business.language, CLOCK))


def spoken_clock(minutes: int, business: Business) -> str:
    """A time of weekly hours, in minutes after midnight; beyond 1440 it is of the next day."""
    at = time(minutes // 60 % 24, minutes % 60)
    return time_format(at, CLOCKS.get(business.language, CLOCK))


def spoken_moment(moment: datetime, business: Business) -> str:
    return gettext("%(day)s at %(time)s") % {
        "day": spoken_day(moment, business),
        "time": spoken_time(moment, business),
    }


def spoken_date(on: date, business: Business) -> str:
    """`Friday, 15 May 2026`."""
    return date_format(on, DATES[spoken_language()])


def spoken_minute(minute: int, business: Business, *, day: bool = False) -> str:
    """A minute since 1970 as a time, with its day if asked for."""
    return spoken_moment(moment_of(minute), business) if day else spoken_time(moment_of(minute), business)


def spoken_span(starts_at: datetime, ends_at: datetime, business: Business) -> str:
    """The day, and from when until when."""
    start, end = spoken_time(starts_at, business), spoken_time(ends_at, business)
    return f"{spoken_day(starts_at, business)}, {start} – {end}"  # noqa: RUF001


def spoken_period(starts_at: datetime, ends_at: datetime, business: Business) -> str:
    """Days where it begins and ends at midnight, else times; each day is named once."""
    first, end = (moment.astimezone(business.zone) for moment in (starts_at, ends_at))
    last = end - timedelta(minutes=1)
    if (first.hour, first.minute, end.hour, end.minute) == (0, 0, 0, 0):
        days = [spoken_date(day, business) for day in dict.fromkeys((first.date(), last.date()))]
        return " – ".join(days)  # noqa: RUF001
    if first.date() == last.date():
        return spoken_span(starts_at, ends_at, business)
    return f"{spoken_moment(starts_at, business)} – {spoken_moment(ends_at, business)}"  # noqa: RUF001


def people(count: int) -> str:
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


def minutes(count: int) -> str:
    """`45 min`, `1 h 30 min`."""
    hours, rest = divmod(count, 60)
    parts = [gettext("%(count)d h") % {"count": hours}] if hours else []
    return " ".join([*parts, gettext("%(count)d min") % {"count": rest}] if rest or not parts else parts)


def bookings(count: int) -> str:
    return ngettext("%(count)d booking", "%(count)d bookings", count) % {"count": count}


def spoken_steps(steps: Sequence[Sequence[int]]) -> str:
    """A cancellation policy as a customer reads it, sentence by sentence."""
    told = []
    for hours, fee in steps:
        if fee:
            text = ngettext(
                "Until %(hours)d hour before, %(fee)d %% of the deposit are kept.",
                "Until %(hours)d hours before, %(fee)d %% of the deposit are kept.",
                hours,
            )
        else:
            text = ngettext(
                "Cancelling is free until %(hours)d hour before.",
                "Cancelling is free until %(hours)d hours before.",
                hours,
            )
        told.append(text % {"hours": hours, "fee": fee})
    return " ".join([*told, gettext("Later than that, the whole deposit is kept.")])


def spoken_rule(rule: Rule | None, currency: str) -> str:
    """What is asked for when booking, in a sentence."""
    if rule is None or rule.type == DepositType.NONE:
        return gettext("Nothing is paid when booking.")
    told = {"amount": spoken(rule.amount_cents or 0, currency), "percent": rule.percent}
    what = {
        DepositBasis.FIXED: gettext("a deposit of %(amount)s"),
        DepositBasis.PER_PERSON: gettext("a deposit of %(amount)s per person"),
        DepositBasis.PERCENT: gettext("a deposit of %(percent)s %% of the price"),
    }[DepositBasis(rule.basis)] % told
    if rule.type == DepositType.AUTHORIZATION_HOLD:
        text = gettext("When booking, %(what)s is held on the card. It is charged only if you do not come.")
    else:
        text = gettext("When booking, %(what)s is paid.")
    return text % {"what": what}
