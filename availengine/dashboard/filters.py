"""What of a diary is looked at: sections, resources, states. Kept in the address of the page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from availengine.dashboard.words import STATUSES
from bookings.diary import Entry
from bookings.models import Status
from businesses.models import Resource

LATE, UNPAID = "late", "unpaid"
STATES: dict[str, str | Promise] = {**STATUSES, LATE: _("Late"), UNPAID: _("Unpaid")}
MOST = 100  # values of one kind


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty: everything, except that who cancelled is shown only when asked for."""

    sections: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sections or self.resources or self.states)

    def has(self, resource: Resource) -> bool:
        return (not self.sections or resource.section in self.sections) and (
            not self.resources or str(resource.uuid) in self.resources
        )

    def wants(self, entry: Entry, now: int) -> bool:
        if not self.states:
            return entry.status != Status.CANCELLED
        return (
            entry.status in self.states
            or (LATE in self.states and entry.late(now))
            or (UNPAID in self.states and entry.unpaid)
        )

    def query(self, **more: str) -> str:
        """As the end of an address."""
        named = {"section": self.sections, "resource": self.resources, "status": self.states}
        return urlencode([*more.items(), *((name, value) for name, values in named.items() for value in values)])

    def each(self) -> Iterator[tuple[str, str, "Filters"]]:
        """(kind, value, the filters without it)."""
        for kind in ("sections", "resources", "states"):
            values = getattr(self, kind)
            for value in values:
                yield kind, value, replace(self, **{kind: tuple(other for other in values if other != value)})


def filters_of(query: QueryDict) -> Filters:
    """Values that nothing has are kept: they show nothing. Unknown states are dropped."""
    states = (value for value in query.getlist("status") if value in STATES)
    return Filters(
        tuple(dict.fromkeys(query.getlist("section")))[:MOST],
        tuple(dict.fromkeys(query.getlist("resource")))[:MOST],
        tuple(dict.fromkeys(states)),
    )
