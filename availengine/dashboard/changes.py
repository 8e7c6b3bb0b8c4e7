"""What changing the set-up has in common on all its pages: refusals at their fields, and where to go afterwards."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from availengine.dashboard.access import Desk
from availengine.dashboard.forms.fields import SetupForm
from bookings.readiness import readiness
from businesses.errors import Conflict, Invalid, Stale


def saved(form: SetupForm, save: Callable[[], Any]) -> bool:
    """Whether it was saved; what the core refuses is told at its field. Raises Stale."""
    try:
        save()
    except Stale:
        raise
    except (Invalid, Conflict) as error:
        form.tell(error)
        return False
    return True


def staying(count: int) -> str:
    """What becomes of bookings to come whose resource or service is removed."""
    if not count:
        return gettext("No booking to come is affected.")
    text = ngettext("%(count)d booking to come stays as it is.", "%(count)d bookings to come stay as they are.", count)
    return text % {"count": count}


def is_bookable(desk: Desk) -> bool:
    return readiness(desk.business, live=desk.live, now=desk.minute).bookable


def onward(request: HttpRequest, desk: Desk, told: str, route: str, *args: Any, first_steps: bool) -> HttpResponseBase:
    """To the page, with the message; of a business that was not bookable yet back to its first steps."""
    messages.success(request, told)
    return redirect(
        "dashboard:setup" if first_steps else f"dashboard:{route}", desk.business.slug, *args * (not first_steps)
    )
