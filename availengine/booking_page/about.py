"""What the page says of the business itself: picture, hours, where it is."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.dates import WEEKDAYS

from availengine.booking_page.choices import Choices
from bookings.snapshot import Snapshot
from bookings.wording import spoken_clock
from businesses.localtime import date_of

LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("el", "Ελληνικά"))
MAP = "https://www.google.com/maps/search/?api=1&"


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    hours: tuple[str, ...]
    today: bool


def about(snapshot: Snapshot, choices: Choices, *, path: str, now: int) -> dict[str, object]:
    """`path`: of the page that is shown."""
    business = snapshot.business
    own = f"/book/{business.slug}"
    return {
        "monogram": monogram(business.name),
        "logo": own_picture(business.logo_url),
        "map_url": MAP + urlencode({"query": f"{business.name}, {business.address}"}) if business.address else "",
        "hours": hours(snapshot, now=now),
        "languages": [(code, name, choices.but(lang=code, step=choices.step).at(path)) for code, name in LANGUAGES],
        "canonical": f"{settings.BASE_URL}{own}",
        "markdown": f"{own}.md" if is_served("/book/business.md") else "",
    }


def monogram(name: str) -> str:
    """Up to two letters in place of a picture."""
    return "".join(word[0] for word in name.split()[:2] if word[0].isalnum()).upper()


def own_picture(url: str) -> str:
    """A picture that is served from here; none is fetched from elsewhere."""
    own = f"{settings.BASE_URL}/"
    return url if url.startswith(own) else ""


def hours(snapshot: Snapshot, *, now: int) -> list[Day]:
    today = date_of(snapshot.business.zone, now).weekday()
    return [
        Day(
            str(WEEKDAYS[number]),
            tuple(_span(opens, closes, snapshot) for opens, closes in day),
            number == today,
        )
        for number, day in enumerate(snapshot.calendar.week)
    ]


def _span(opens: int, closes: int, snapshot: Snapshot) -> str:
    first, last = (spoken_clock(minutes, snapshot.business) for minutes in (opens, closes))
    return f"{first} – {last}"  # noqa: RUF001


@cache
def is_served(path: str) -> bool:
    """Whether there is such a page here: nothing is promised that does not work."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
