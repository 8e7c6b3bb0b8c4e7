"""What the insights are called: figures, classes of lead time, sources; and figures as they are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from availengine.dashboard.pictures import percent
from bookings.insights import Half, Insights
from bookings.models import Source
from payments.money import spoken

DAYS = {"en": "j M", "de": "j. M", "el": "j M"}
WHOLE_DAYS = {"en": "j M Y", "de": "j. M Y", "el": "j M Y"}
MONTHS = "M Y"
NOTHING = "–"  # noqa: RUF001

SOURCES: Mapping[str, str | Promise] = {
    Source.ONLINE: gettext_lazy("Online"),
    Source.STAFF: gettext_lazy("By staff"),
    Source.IMPORT: gettext_lazy("Imported"),
}

LEAD = (
    gettext_lazy("Less than 2 hours"),
    gettext_lazy("2 to 24 hours"),
    gettext_lazy("1 to 3 days"),
    gettext_lazy("3 to 7 days"),
    gettext_lazy("1 to 2 weeks"),
    gettext_lazy("2 to 4 weeks"),
    gettext_lazy("4 weeks and more"),
)


def short_date(day: date) -> str:
    return date_format(day, DAYS.get(get_language() or "en", DAYS["en"]))


def whole_date(day: date) -> str:
    return date_format(day, WHOLE_DAYS.get(get_language() or "en", WHOLE_DAYS["en"]))


def rate(part: int, whole: int) -> str:
    share = percent(part, whole)
    return NOTHING if share is None else f"{share}%"


def ahead(hours: int | None) -> str:
    """How long before its visit something was booked."""
    if hours is None:
        return NOTHING
    if hours >= 48:
        return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, what it was before, and what it means."""

    key: str
    name: str
    value: str
    before: str
    means: str


def tiles(seen: Insights) -> list[Tile]:
    now, before = seen.now, seen.before
    return [
        Tile("visits", _("Visits"), str(now.total.visits), str(before.total.visits), _("Bookings not cancelled.")),
        Tile("used", _("Time used"), _used(now), _used(before), _("Minutes of visits, of all minutes open.")),
        Tile(
            "no-shows",
            _("No-show rate"),
            rate(now.total.no_shows, now.total.finished),
            rate(before.total.no_shows, before.total.finished),
            _("No-shows, of all visits marked arrived, completed or no-show."),
        ),
        Tile(
            "new",
            _("New customers"),
            rate(now.people.new, now.people.all),
            rate(before.people.new, before.people.all),
            _("%(new)d of %(all)d customers had no visit before.") % {"new": now.people.new, "all": now.people.all},
        ),
    ]


def money_tiles(seen: Insights, currency: str) -> list[Tile]:
    now, before = seen.now.total, seen.before.total
    return [
        Tile(
            "worth",
            _("Value of visits"),
            spoken(now.worth_cents, currency),
            spoken(before.worth_cents, currency),
            _("Prices as booked, of confirmed, arrived and completed visits. %(amount)s of it are completed.")
            % {"amount": spoken(now.completed_cents, currency)},
        ),
        Tile(
            "kept",
            _("Deposits kept"),
            amount(now.kept_cents, currency),
            amount(before.kept_cents, currency),
            _("By the ledger: %(paid)s paid, %(returned)s given back, on the dates it moved.")
            % {"paid": spoken(now.paid_cents, currency), "returned": amount(now.returned_cents, currency)},
        ),
    ]


def amount(cents: int, currency: str) -> str:
    """An amount that may be below nothing."""
    return spoken(cents, currency) if cents >= 0 else f"−{spoken(-cents, currency)}"  # noqa: RUF001


def _used(half: Half) -> str:
    return rate(half.booked, half.open)
