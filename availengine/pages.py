"""Health, the way in, and what is answered when no view is: in JSON below an API prefix, else as a page."""

import functools
import logging

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from psycopg.conninfo import make_conninfo

from availengine.api.dialects import dialect_of
from availengine.api.errors import Problem
from availengine.api.throttling import client

logger = logging.getLogger(__name__)


def home(request: HttpRequest) -> HttpResponse:
    """The way in, for those who work here and for those who program."""
    return render(request, "home.html")


def paid(request: HttpRequest) -> HttpResponse:
    """Where Stripe's page sends who has paid. What has become of the booking is told by mail: nothing changes here."""
    return render(request, "pay.html", {"paid": True})


def not_paid(request: HttpRequest) -> HttpResponse:
    return render(request, "pay.html", {"paid": False})


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing of what it depends on."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Ready for traffic: database writable and migrated, broker reachable; within 2 s either way."""
    checks = readiness()
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)


def readiness() -> dict[str, str]:
    """What traffic needs, each "ok" or what is wrong with it."""
    return {"database": _database(), "broker": _broker()}


def _database() -> str:
    # A connection of its own: the pool would wait for one that may never come.
    address = make_conninfo(
        settings.DATABASE_URL,
        dbname=connection.settings_dict["NAME"],
        connect_timeout=2,
        options="-c statement_timeout=1500",
    )
    try:
        with psycopg.connect(address) as database:
            if database.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
                return "read-only"
            applied = set(database.execute("SELECT app, name FROM django_migrations").fetchall())
    except psycopg.Error as error:
        logger.warning("not ready: %s", error)
        return "unreachable"
    return "ok" if _migrations() <= applied else "migrations pending"


@functools.cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _broker() -> str:
    try:
        client().ping()
    except redis.RedisError as error:
        logger.warning("not ready: %s", error)
        return "unreachable"
    return "ok"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, Problem("validation_error", "The request is not valid."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, Problem("insufficient_permissions", "Not allowed."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, Problem("not_found", "Not found."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from elsewhere, or one that was open for too long."""
    return _page(request, gettext("This form is too old. Go back, load the page again, and send it again."), 403)


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, Problem("internal_error", "Something went wrong on our side."))


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    dialect = dialect_of(request.path_info)
    if dialect:
        return JsonResponse(dialect.words(problem), status=problem.status)
    return _page(request, gettext(problem.message), problem.status)


def _page(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "problem.html", {"message": message}, status=status)
