"""`import_business apply`: the whole walk, what is left out and why, and that it can be repeated."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from availengine.importer import writing
from bookings import mailroom
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking, Customer, Imported, Message
from businesses.errors import Busy
from businesses.models import Business
from tests import factories
from tests.api.calls import fingerprint, nothing_changes
from tests.importing.systems import FakeBookingFlow, FakeBooqara, fails, run
from webhooks.endpoints import register_endpoint
from webhooks.models import Delivery, Event

Saved = Callable[[str], Path]
pytestmark = pytest.mark.django_db

COLUMNS = ("status", "starts_at", "ends_at", "party_size", "price_cents", "currency", "source", "staff_notes")


def edit(folder: Path, change: Callable[[Any], object]) -> None:
    """What the owner does to business.yaml between plan and apply."""
    path = folder / "business.yaml"
    document = yaml.safe_load(path.read_text())
    change(document)
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))


def fill_in(document: Any) -> None:
    balayage = next(s for s in document["services"] if s["name"] == "Balayage")
    balayage["duration_minutes"] = 120
    document["keys"] = [{"name": "website", "preset": "widget", "mode": "live"}]


@pytest.fixture
def salon(saved: Saved) -> Path:
    """A salon's folder, planned and filled in."""
    folder = saved("booqara")
    run("plan", folder, "--currency", "USD")
    edit(folder, fill_in)
    return folder


@pytest.fixture
def venue(saved: Saved) -> Path:
    folder = saved("bookingflow")
    run("plan", folder, "--timezone", "Europe/Athens")
    return folder


def stored() -> dict[str, dict[str, Any]]:
    """What was taken over, by the last characters of its id in the other system."""
    found: dict[str, dict[str, Any]] = {}
    for row in Imported.objects.filter(kind="booking").select_related("booking__customer"):
        assert row.booking is not None
        held = row.booking.allocations.get()
        found[row.reference[-4:]] = {
            **{name: getattr(row.booking, name) for name in COLUMNS if not name.endswith("_at")},
            "from": row.booking.starts_at.isoformat()[:16],
            "to": row.booking.ends_at.isoformat()[:16],
            "guest": f"{row.booking.guest_first_name} {row.booking.guest_last_name}".strip(),
            "customer": str(row.booking.customer),
            "held": (held.service.key, held.resource.key, held.active),
        }
    return found


def test_booqara_from_the_api_to_the_bookings(booqara: FakeBooqara, tmp_path: Path) -> None:
    folder, ids = tmp_path / "old", tmp_path / "ids.txt"
    ids.write_text("\n".join(path.stem for path in sorted((booqara.raw / "appointments").iterdir())))
    run("fetch", "booqara", folder, "--url", booqara.url, "--key", "pk_live_secret", "--appointments", ids)
    run("plan", folder, "--currency", "USD")
    with nothing_changes():
        assert "services[3].duration_minutes: must be an integer, not 'FILL IN" in fails("apply", folder)[1]
    edit(folder, fill_in)
    code, problem, out = fails("apply", folder)
    assert (code, problem) == (3, "Not everything was taken over: see above.")
    business = Business.objects.get()
    assert out.splitlines()[0] == f"North Elm Studio (north-elm-studio), id {business.uuid}"
    assert "key website: avail_live_" in out
    first = Booking.objects.get(starts_at="2026-01-20T16:30:00Z")
    overlapping = "booqara 5a43e6ce-1111-2222-3333-39f7d1a233fb (2026-01-20 10:00, fade, maria-gomez): overlaps "
    assert out.splitlines()[-3:] == [
        "booqara 5a43e6ce-1111-2222-3333-000000000007 (2026-03-08 02:30, fade, maria-gomez): not taken over: "
        "the clocks skip this time on this date",
        f"{overlapping}{first.code} (5a43e6ce-1111-2222-3333-000000000003)",
        "5 bookings imported, 0 were there already, 1 overlap, 1 could not be taken over; 0 customers",
    ]
    assert stored() == {
        "0002": salon_row("cancelled", "2026-01-20T16:15", "2026-01-20T17:00", held=False, code="BN-2"),
        "0003": salon_row("confirmed", "2026-01-20T16:30", "2026-01-20T17:15", code="BN-3", guest="Late Comer"),
        "0004": salon_row(
            "confirmed", "2026-06-09T16:00", "2026-06-09T16:30", code="BN-4", guest="Γιώργος Νικολάου",
            what=("service-2", "person-2"), price=2250,
        ),
        "0005": salon_row(
            "completed", "2025-03-04T16:00", "2025-03-04T17:30", code="BN-5", what=("perm", "bob-left"), price=8000
        ),
        "0008": salon_row(
            "no_show", "2025-11-11T16:00", "2025-11-11T17:00", code="BN-8", what=("gloss", "maria-gomez"), price=None,
            guest="Guest", held=False,
        ),
    }  # fmt: skip
    assert [found for _, found in broken_promises() if found] == []


def salon_row(
    status: str, start: str, end: str, *, code: str, guest: str = "Jordan Smith", price: int | None = 3500,
    what: tuple[str, str] = ("fade", "maria-gomez"), held: bool = True,
) -> dict[str, Any]:  # fmt: skip
    return {
        "status": status,
        "from": start,
        "to": end,
        "party_size": 1,
        "price_cents": price,
        "currency": "USD",
        "source": "import",
        "staff_notes": f"Booqara {code}",
        "guest": guest,
        "customer": guest,
        "held": (*what, held),
    }


def test_bookingflow_from_the_api_to_the_bookings(bookingflow: FakeBookingFlow, tmp_path: Path) -> None:
    run("fetch", "bookingflow", tmp_path, "--url", bookingflow.url, "--key", "bf_secret", "--org", "org_1")
    run("plan", tmp_path, "--timezone", "Europe/Athens")
    code, _, out = fails("apply", tmp_path)
    booking = Booking.objects.get(staff_notes="BookingFlow BF-1")
    assert code == 3
    assert out.splitlines()[-2:] == [
        f"bookingflow bk_2 (2026-06-01 10:30, the-vault, the-vault): overlaps {booking.code} (bk_1)",
        "4 bookings imported, 0 were there already, 1 overlap, 0 could not be taken over; 2 customers",
    ]
    assert booking.created_at.isoformat() == "2026-04-01T08:30:00+00:00"
    found = {
        key: (row["from"], row["to"], row["status"], row["party_size"], row["price_cents"], row["guest"])
        for key, row in stored().items()
    }
    assert found == {
        "bk_1": ("2026-06-01T07:00", "2026-06-01T08:00", "confirmed", 4, 12050, "Jane Doe"),
        "bk_3": ("2026-06-01T08:00", "2026-06-01T09:00", "cancelled", 2, None, "Άννα"),
        "bk_4": ("2026-06-06T20:30", "2026-06-06T21:45", "confirmed", 8, None, "Νίκος Αγγέλου"),
        "bk_5": ("2024-02-29T16:00", "2024-02-29T17:00", "completed", 3, None, "Jane Doe"),
    }
    assert sorted(map(str, Customer.objects.all())) == ["Jane Doe", "Άννα", "Νίκος Αγγέλου"]
    jane = Customer.objects.get(first_name="Jane")
    assert jane.bookings.count() == 2
    written = (tmp_path / "imported.txt").read_text().splitlines()
    assert [line.rsplit(": ", 1)[1].split()[0] for line in written[:5]] == [
        "imported", "overlaps", "imported", "imported", "imported",
    ]  # fmt: skip


def test_a_second_time_nothing_is_new(venue: Path) -> None:
    fails("apply", venue)
    with nothing_changes():
        code, _, out = fails("apply", venue)
    assert code == 3
    assert out.splitlines()[1] == "no change"
    assert out.splitlines()[-1] == (
        "0 bookings imported, 4 were there already, 1 overlap, 0 could not be taken over; 0 customers"
    )


def test_killed_in_between_and_run_again(venue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = writing.import_booking

    def dies(origin: Any, visit: Any, *, now: int) -> bool:
        if len(done) == 2:
            raise Busy
        done.append(visit.reference)
        return real(origin, visit, now=now)

    monkeypatch.setattr(writing, "import_booking", dies)
    assert "Run it again" in fails("apply", venue)[1]
    assert sorted(stored()) == ["bk_1"]
    monkeypatch.setattr(writing, "import_booking", real)
    assert fails("apply", venue)[2].splitlines()[-1] == (
        "3 bookings imported, 1 were there already, 1 overlap, 0 could not be taken over; 0 customers"
    )
    assert sorted(stored()) == ["bk_1", "bk_3", "bk_4", "bk_5"]
    assert Customer.objects.count() == 3


def test_a_dry_run_keeps_nothing(venue: Path) -> None:
    with nothing_changes():
        code, _, out = fails("apply", venue, "--dry-run")
    assert code == 3
    assert out.splitlines()[0] == "Harbour Escape (harbour-escape): would change"
    assert out.splitlines()[-1] == (
        "4 bookings imported, 0 were there already, 1 overlap, 0 could not be taken over; 2 customers"
        " (a dry run: nothing of it was kept)"
    )
    assert not (venue / "imported.txt").exists()
    assert not (venue / "applied.json").exists()


def test_nobody_is_told(venue: Path, settings: Any) -> None:
    """Neither mails nor reminders that are due now, nor events; what happens to a booking later is told as always."""
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    document = yaml.safe_load((venue / "business.yaml").read_text())
    (venue / "customers.jsonl").rename(venue / "later.jsonl")
    (venue / "bookings.jsonl").rename(venue / "later-bookings.jsonl")
    run("apply", venue)
    business = Business.objects.get(slug=document["business"]["slug"])
    register_endpoint(business.id, live=True, url="http://127.0.0.1:9/")
    (venue / "later.jsonl").rename(venue / "customers.jsonl")
    (venue / "later-bookings.jsonl").rename(venue / "bookings.jsonl")
    events = Event.objects.count()
    fails("apply", venue)
    assert Booking.objects.count() == 4
    assert Event.objects.count() == events
    mailroom.read_on()
    assert (Message.objects.count(), Delivery.objects.count()) == (0, 0)


def test_bookings_without_a_change_of_the_business(venue: Path) -> None:
    run_out = fails("apply", venue, "--bookings-only")
    assert run_out[1] == "There is no business 'harbour-escape' on this host: leave --bookings-only out."
    lines = (venue / "bookings.jsonl").read_text()
    (venue / "bookings.jsonl").write_text("")
    run("apply", venue)
    Business.objects.update(name="Another name by now")
    (venue / "bookings.jsonl").write_text(lines)
    fails("apply", venue, "--bookings-only")
    assert sorted(stored()) == ["bk_1", "bk_3", "bk_4", "bk_5"]
    assert Business.objects.get().name == "Another name by now"


def test_another_tenant_of_the_same_slug_is_not_touched(salon: Path) -> None:
    factories.business(business={"slug": "north-elm-studio", "name": "Somebody else's"})
    before = fingerprint()
    code, problem, _ = fails("apply", salon)
    assert code == 1
    assert problem.startswith("There is a business 'north-elm-studio' (Somebody else's) on this host already.")
    assert "--existing" in problem
    assert fingerprint() == before
    fails("apply", salon, "--existing")
    assert Business.objects.get().name == "North Elm Studio"


def test_other_tenants_are_untouched(salon: Path) -> None:
    other = factories.business().business
    other.refresh_from_db()
    version = other.config_version
    fails("apply", salon)
    other.refresh_from_db()
    assert other.config_version == version
    for model in (Booking, Customer, Allocation, Imported):
        assert model._default_manager.filter(business=other).count() == 0


def test_a_provisioned_business_takes_it(salon: Path) -> None:
    call_command("provision", str(salon / "business.yaml"), "--json", stdout=StringIO())
    fails("apply", salon, "--existing")
    assert len(stored()) == 5


# --- lines that were edited -------------------------------------------------------------------------------------

LINE = (
    '{"source": "booqara", "id": "x", "service": "fade", "resource": "maria-gomez", "date": "2026-06-20", '
    '"time": "10:00", "duration_minutes": 45, "status": "confirmed", "first_name": "Jane"%s}\n'
)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (', "service": ""', "service: Service and resource must be named."),
        (', "service": "none"', "There is no service with this key."),
        (', "resource": "none"', "There is no resource with this key."),
        (', "status": "maybe"', "status: Unknown."),
        (', "duration_minutes": 0', "end: Must be after the start, by a day at most."),
        (', "duration_minutes": 1441', "end: Must be after the start, by a day at most."),
        (', "party": 51', "party: Must be 1 to 50."),
        (', "id": ""', "reference: Must have 1 to 100 characters."),
        (f', "source": "{"x" * 21}"', "source: Must have 1 to 20 characters."),
        (', "customer": "%s"' % ("x" * 101), "reference: Must have 1 to 100 characters."),
        (', "date": "2026-02-30"', "its date or time does not exist: day is out of range for month"),
        (', "price": "1.234"', "its price is '1.234', in USD"),
        (', "price": "abc"', "its price is 'abc'"),
        (', "price": "NaN"', "its price is 'NaN', in USD"),
    ],
)
def test_bookings_that_cannot_be_taken_over(salon: Path, more: str, why: str) -> None:
    (salon / "bookings.jsonl").write_text(LINE % more)
    code, _, out = fails("apply", salon)
    assert code == 3
    assert out.splitlines()[-2].split("not taken over: ")[1] == why
    assert (Booking.objects.count(), Customer.objects.count(), Imported.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("7\n", "it is no JSON object"),
        (LINE % ', "party": "2"', "party is '2'"),
        (LINE % ', "party": true', "party is True"),
        (LINE % ', "colour": "red"', "colour is not known here"),
        ('{"source": "booqara", "id": "x"}\n',
         "something of this is missing: service, resource, date, time, status, first_name"),
    ],
)  # fmt: skip
def test_lines_that_are_no_bookings(salon: Path, line: str, why: str) -> None:
    (salon / "bookings.jsonl").write_text(line)
    assert fails("apply", salon)[2].splitlines()[-2].startswith(f"bookings.jsonl, line 1: not taken over: {why}")


def test_a_line_that_is_no_json(salon: Path) -> None:
    (salon / "bookings.jsonl").write_text("{\n")
    assert "bookings.jsonl, line 1: is not JSON" in fails("apply", salon)[1]


def test_customers_that_cannot_be_taken_over(salon: Path) -> None:
    (salon / "bookings.jsonl").write_text("")
    (salon / "customers.jsonl").write_text('{"source": "booqara", "id": "", "first_name": "Jane"}\n[]\n')
    code, _, out = fails("apply", salon)
    assert code == 3
    assert out.splitlines()[-3:-1] == [
        "customers.jsonl, line 1: not taken over: reference: Must have 1 to 100 characters.",
        "customers.jsonl, line 2: not taken over: it is no JSON object",
    ]
    assert Customer.objects.count() == 0


@pytest.mark.parametrize(
    ("times", "span"),
    [
        # 2026-11-01: at 02:00 the clocks of Chicago go back to 01:00; the first of the two hours is meant
        ('"date": "2026-11-01", "time": "01:30", "duration_minutes": 45', ("06:30", "07:15")),
        ('"date": "2026-11-01", "time": "01:30", "end": "01:45"', ("06:30", "06:45")),
        ('"date": "2026-11-01", "time": "01:00", "end": "03:00"', ("06:00", "09:00")),
        ('"date": "2026-11-01", "time": "01:30", "end": "01:30"', ("06:30", "07:30")),
        ('"date": "2026-11-01", "time": "01:30", "end": "01:15"', ("06:30", "07:15")),
        ('"date": "2026-10-31", "time": "23:30", "end": "01:30"', ("04:30", "06:30")),
        # 2026-03-08: at 02:00 they go forward to 03:00; an end in between is the moment of the change
        ('"date": "2026-03-08", "time": "01:30", "end": "02:30"', ("07:30", "08:00")),
        ('"date": "2026-03-08", "time": "01:30", "duration_minutes": 60', ("07:30", "08:30")),
    ],
)
def test_when_the_clocks_change(salon: Path, times: str, span: tuple[str, str]) -> None:
    head = '{"source": "b", "id": "x", "service": "fade", "resource": "maria-gomez", "status": "confirmed", '
    (salon / "bookings.jsonl").write_text(head + '"first_name": "Jane", ' + times + "}\n")
    run("apply", salon)
    booking = Booking.objects.get()
    assert (f"{booking.starts_at:%H:%M}", f"{booking.ends_at:%H:%M}") == span


@pytest.mark.parametrize(
    ("told", "known"), [("2026-01-01T10:00:00+02:00", True), ("2026-01-01", False), ("soon", False)]
)
def test_when_it_was_booked_there(salon: Path, told: str, known: bool) -> None:
    (salon / "bookings.jsonl").write_text(LINE % f', "booked_at": "{told}"')
    run("apply", salon)
    assert (Booking.objects.get().created_at.isoformat() == "2026-01-01T08:00:00+00:00") is known


def test_no_business_yaml(tmp_path: Path) -> None:
    assert "business.yaml: No such file" in fails("apply", tmp_path)[1]
    (tmp_path / "business.yaml").write_text("business: {name: X}")
    assert fails("apply", tmp_path)[1].endswith("business.slug: is missing")
