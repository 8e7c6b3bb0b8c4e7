"""What the owner is told of feeds: what is wrong with one, in words, and the two mails about it."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.letters import Letter
from bookings.wording import spoken_moment
from businesses.models import CalendarFeed

PROBLEMS: Mapping[str, str] = {
    "unreachable": gettext_noop("Nobody answers at %(host)s."),
    "not_allowed": gettext_noop("The address leads to a place that must not be asked."),
    "status": gettext_noop("%(host)s answers with the error %(detail)s. The address may have been replaced."),
    "too_large": gettext_noop("The calendar is larger than 2 MB."),
    "not_a_calendar": gettext_noop("There is no calendar at the address: perhaps a page to sign in."),
    "not_understood": gettext_noop("The calendar cannot be understood: %(detail)s."),
    "sealed": gettext_noop("The address cannot be read any more. Enter it again."),
}
DETAILS = (
    gettext_noop("its lines cannot be read"),
    gettext_noop("it is too large"),
    gettext_noop("it has too many events"),
    gettext_noop("it takes too long to read"),
    gettext_noop("something repeats within a day"),
    gettext_noop("something repeats in steps of nothing"),
    gettext_noop("how an event repeats cannot be read"),
    gettext_noop("how long an event lasts cannot be read"),
    gettext_noop("when an event is cannot be read"),
    gettext_noop("a time zone cannot be read"),
    gettext_noop("a time zone is not known"),
    gettext_noop("its text is damaged"),
)


def problem_of(feed: CalendarFeed) -> str:
    """What is wrong, for people; empty where nothing is."""
    if not feed.problem:
        return ""
    detail = feed.problem_detail or DETAILS[-1]
    return _(PROBLEMS[feed.problem]) % {"host": feed.host, "detail": _(detail)}


def failing(feed: CalendarFeed) -> Letter:
    return Letter(
        kind="feed_failing",
        subject=_("The calendar %(name)s cannot be read") % _of(feed),
        paragraphs=[
            _("The calendar %(name)s, which blocks time of %(resource)s, cannot be read: %(problem)s") % _of(feed),
            _("Until it works again, what it blocked stays blocked, and what is new in it does not block."),
        ],
        button=_("Look at the calendars"),
        url=_page(feed),
    )


def works_again(feed: CalendarFeed) -> Letter:
    since = spoken_moment(feed.failing_since, feed.business) if feed.failing_since else ""
    return Letter(
        kind="feed_works",
        subject=_("The calendar %(name)s works again") % _of(feed),
        paragraphs=[
            _("The calendar %(name)s of %(resource)s could not be read since %(since)s.")
            % {**_of(feed), "since": since},
            _("It was read just now, and blocks what is in it."),
        ],
        button=_("Look at the calendars"),
        url=_page(feed),
    )


def _of(feed: CalendarFeed) -> dict[str, str]:
    return {"name": feed.name, "resource": feed.resource.name, "problem": problem_of(feed)}


def _page(feed: CalendarFeed) -> str:
    return f"{settings.BASE_URL.rstrip('/')}/dashboard/{feed.business.slug}/setup/calendars/"
