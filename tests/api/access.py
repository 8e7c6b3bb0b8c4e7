"""GUARANTEES A2 and A3 for any dialect: who may do what, route by route, and that no route is forgotten.

A dialect's test file has the table, the bodies and the names of its routes' parameters: an `AccessMatrix`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from availengine.api.dialect import Dialect
from availengine.api.dialects import dialect_of
from bookings.models import Booking
from bookings.snapshot import forget_snapshots
from businesses.keys import forget_principals
from businesses.models import Business
from tests.api.calls import Caller, Tenant, nothing_changes
from tests.api.conftest import NOW

PRINCIPALS = ("none", "widget", "read_only", "staff", "full", "test full", "foreign full", "past due full")

# Status by principal, in the order above. The foreign key asks for the salon's things; the past due key for its own.
READ = "401 200 200 200 200 200 404 200"
OPEN = "200 - - - - - - -"  # needs no key

Things = dict[str, str]


@dataclass
class World:
    """Who calls, and the ids of the salon's things and of the past due tenant's."""

    callers: dict[str, Caller]
    things: Things
    overdue: Things


def world_of(stored: Any, django_db_blocker: Any, dialect: Dialect, things_of: Callable[[Tenant], Things]) -> World:
    """Three tenants, for a whole module; `things_of` makes one of everything in a tenant."""
    salon, rival, late = (stored(f"matrix-{dialect.name}-{name}") for name in ("salon", "rival", "late"))
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        things, overdue = things_of(salon), things_of(late)
        Business.objects.filter(id=late.business.id).update(billing_status="past_due")
    callers = (Caller(), salon.widget, salon.read, salon.staff, salon.full, salon.test, rival.full, late.full)
    spoken = (caller.speaking(dialect) for caller in callers)
    return World(dict(zip(PRINCIPALS, spoken, strict=True)), things, overdue)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within is rolled back, and forgotten. Stripe may be asked as in a test's own transaction."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
    forget_snapshots()
    forget_principals()


def mounted(patterns: Any, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Every path of the resolver, with its view."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from mounted(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.callback


@dataclass(frozen=True)
class AccessMatrix:
    """`table`: "METHOD /route/{thing}" to the status for each principal. `parameters`: how the resolver spells the
    things of the table. `plain`: the methods of views that are no dialect views.
    """

    dialect: Dialect
    table: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    body_of: Callable[[str, Things], Any] = lambda operation, things: None
    queries: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[Any, set[str]] = field(default_factory=dict)

    def check(self, world: World, operation: str) -> None:
        answered = {}
        for principal, status in zip(PRINCIPALS, self.table[operation].split(), strict=True):
            if status != "-":
                with undone():
                    answered[principal] = self._ask(world, operation, principal, refusal=int(status) >= 400)
        assert " ".join(answered.get(principal, "-") for principal in PRINCIPALS) == self.table[operation]

    def _ask(self, world: World, operation: str, principal: str, *, refusal: bool) -> str:
        """The status. A refusal leaves no trace; a 404 is the same as for random ids."""
        things = world.overdue if principal == "past due full" else world.things
        method, route = operation.split(" ")
        caller, query = world.callers[principal], self.queries.get(operation, "")

        def sent(ids: Things) -> HttpResponse:
            return caller.send(method, route.format(**ids), self.body_of(operation, ids), query=query.format(**ids))

        with nothing_changes() if refusal else nullcontext():
            response = sent(things)
        if response.status_code == 404:
            assert sent({name: random_id(value) for name, value in things.items()}).content == response.content
        return str(response.status_code)

    @property
    def routes(self) -> list[tuple[str, Any]]:
        found = mounted(get_resolver().url_patterns)
        return [(path, view) for path, view in found if dialect_of(path) is self.dialect]

    def check_completeness(self) -> None:
        """The table lists exactly the mounted routes."""
        found = {
            f"{method.upper()} {self._named(path)}"
            for path, view in self.routes
            for method in getattr(view, "actions", self.plain.get(view, {"get"}))
            if method != "head"
        }
        assert found == set(self.table)

    def _named(self, path: str) -> str:
        for parameter, name in self.parameters.items():
            path = path.replace(parameter, name)
        return path.rstrip("/")

    def check_slashes(self) -> None:
        """Every route answers with and without the slash."""
        paths = {path for path, _ in self.routes}
        assert paths == {path.rstrip("/") + slash for path in paths for slash in ("", "/")}

    def check_idempotency(self, *, posts: int) -> None:
        """Every POST that changes anything takes an Idempotency-Key."""
        found = {(view.cls, view.actions["post"]) for _, view in self.routes if "post" in getattr(view, "actions", {})}
        takers = [f"{v.__name__}.{a}" for v, a in found if getattr(getattr(v, a), "idempotent", False)]
        assert len(takers) == posts
        assert len(found) == posts + sum("search" in action for _, action in found)

    def check_scopes(self) -> None:
        """Every action names its scope."""
        actions = {(view.cls, action) for _, view in self.routes for action in getattr(view, "actions", {}).values()}
        assert [f"{view.__name__}.{action}" for view, action in actions if action not in view.scopes] == []


def random_id(value: str) -> str:
    """An id of the same kind that nothing has."""
    return "999999999" if value.isdigit() else str(uuid4())


def some_booking(tenant: Tenant) -> Booking:
    """A booking of the tenant's, made through the native API."""
    return Booking.objects.get(uuid=tenant.book()["id"])
