"""/healthz and /readyz (GUARANTEES O1), and the way in."""

import time
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder
from psycopg.conninfo import make_conninfo

from tests.api.calls import Caller, ok


def test_healthz_says_the_process_answers() -> None:
    """Without a database: pytest-django would refuse any query here."""
    assert ok(Caller().get("/healthz")) == {"status": "ok"}


def test_ready(transactional_db: None) -> None:
    assert ok(Caller().get("/readyz")) == {"status": "ok", "database": "ok", "broker": "ok"}


@pytest.mark.parametrize("host", ["127.0.0.1", "/nowhere"])
def test_not_ready_without_the_database(db: None, settings: Any, host: str) -> None:
    settings.DATABASE_URL = make_conninfo(settings.DATABASE_URL, host=host, port=1)
    began = time.perf_counter()
    assert ok(Caller().get("/readyz"), 503) == {"status": "unavailable", "database": "unreachable", "broker": "ok"}
    assert time.perf_counter() - began < 2


def test_not_ready_without_the_broker(transactional_db: None, without_valkey: None) -> None:
    began = time.perf_counter()
    assert ok(Caller().get("/readyz"), 503) == {"status": "unavailable", "database": "ok", "broker": "unreachable"}
    assert time.perf_counter() - began < 2


def test_not_ready_with_migrations_pending(transactional_db: None, owner: Any) -> None:
    row = MigrationRecorder.Migration.objects.filter(app="bookings").latest("id")
    owner.execute("DELETE FROM django_migrations WHERE id = %s", [row.id])
    try:
        told = ok(Caller().get("/readyz"), 503)
    finally:
        owner.execute("INSERT INTO django_migrations VALUES (%s, %s, %s, now())", [row.id, row.app, row.name])
    assert told == {"status": "unavailable", "database": "migrations pending", "broker": "ok"}


def test_the_way_in_leads_to_a_page(db: None) -> None:
    response = Caller().get("/")
    assert response.status_code == 200
    for way in ('href="/dashboard/"', 'href="/v1/docs"'):
        assert way in response.content.decode()


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/manage/nowhere", "/v1/bookings/extra/"])
def test_below_the_api_unknown_addresses_answer_in_json(db: None, path: str) -> None:
    assert ok(Caller().get(path), 404) == {"error": {"code": "not_found", "message": "Not found."}}


def test_elsewhere_as_a_page(db: None) -> None:
    response = Caller().get("/nowhere")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
