"""The demo businesses, and what `manage.py demo` leaves behind."""

import json
import random
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from availengine.demo import FILES
from availengine.demo.people import COUNTRIES, make_guests
from availengine.management.commands.provision import read_file
from bookings.lifecycle import HOLDING
from bookings.models import Allocation, Booking, Customer, Status
from businesses.models import ApiKey, Business, User
from businesses.provisioning import apply_plan, read_plan
from webhooks.models import Event

SLUGS = sorted(path.stem for path in FILES.glob("*.yaml"))
PAST = (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)


@dataclass
class Demo:
    """A finished `manage.py demo`: its file and what it printed."""

    file: Path
    printed: str

    @property
    def content(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.file.read_text())
        return document


def run_demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Made once: the tests of this module share one transaction, which is rolled back at the end."""
    var = tmp_path_factory.mktemp("demo") / "var"
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr("django.conf.settings.VAR", var)
        patch.setenv("DEMO_BASE_URL", "http://127.0.0.1:8123")
        yield Demo(var / "demo.json", run_demo())
        transaction.set_rollback(True)


@pytest.fixture
def untouched(demo: Demo) -> Iterator[Demo]:
    """For tests that change the file or the rows."""
    content = demo.file.read_bytes()
    with transaction.atomic():
        yield demo
        transaction.set_rollback(True)
    demo.file.write_bytes(content)


def live_bookings(slug: str) -> Any:
    return Booking.objects.filter(business__slug=slug, live=True)


def test_says_what_it_made(demo: Demo) -> None:
    lines = [f"{slug}: created with {live_bookings(slug).count()} bookings" for slug in SLUGS]
    assert demo.printed.splitlines() == lines


def test_the_file_is_private_and_complete(demo: Demo) -> None:
    assert stat.S_IMODE(demo.file.stat().st_mode) == 0o600
    content = demo.content
    assert list(content) == ["base_url", "admin", "stripe", "businesses"]
    assert content["stripe"] is None  # no sandbox here
    assert content["base_url"] == "http://127.0.0.1:8123"
    assert sorted(content["businesses"]) == SLUGS
    for slug, entry in content["businesses"].items():
        business = Business.objects.get(slug=slug)
        assert entry["business"] == {"id": str(business.uuid), "number": business.id, "slug": slug}
        assert set(entry["keys"]) >= {"website", "pos", "dev"}
        assert all([*entry["keys"].values(), *entry["members"].values()])
        assert {user.split("@")[1] for user in entry["members"]} == {"example.com"}


def test_the_logins_work_and_are_of_one_business_each(untouched: Demo) -> None:
    admin = untouched.content["admin"]
    assert authenticate(username=admin["email"], password=admin["password"]).is_superuser
    for slug, entry in untouched.content["businesses"].items():
        for email, password in entry["members"].items():
            user = User.objects.get(email=email)
            assert Argon2PasswordHasher().verify(password, user.password)
            assert not user.is_staff
            assert [member.business.slug for member in user.memberships.all()] == [slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_applying_a_file_again_changes_nothing(demo: Demo, slug: str) -> None:
    plan = read_plan(read_file(FILES / f"{slug}.yaml"))
    assert plan.business["slug"] == slug
    assert not apply_plan(plan).changed


@pytest.mark.parametrize("slug", SLUGS)
def test_a_few_hundred_bookings(demo: Demo, slug: str) -> None:
    now = timezone.now()
    assert live_bookings(slug).filter(starts_at__lt=now).count() >= 200
    assert live_bookings(slug).filter(starts_at__gte=now).count() >= 150
    assert Booking.objects.filter(business__slug=slug, live=False).count() == 12


def test_no_two_allocations_of_a_lane_overlap(demo: Demo) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bookings_allocation a JOIN bookings_allocation b ON a.lane = b.lane AND a.id < b.id "
            "AND a.blocked_from < b.blocked_until AND b.blocked_from < a.blocked_until WHERE a.active AND b.active"
        )
        assert cursor.fetchone() == (0,)


def test_every_booking_holds_what_its_status_says(demo: Demo) -> None:
    assert not Booking.objects.filter(allocations=None).exists()
    assert not Allocation.objects.filter(active=True).exclude(booking__status__in=HOLDING).exists()
    assert not Allocation.objects.filter(active=False, booking__status__in=HOLDING).exists()
    longest = F("blocked_from") + timedelta(minutes=1) * F("business__longest_block_minutes")
    assert not Allocation.objects.filter(blocked_until__gt=longest).exists()


def test_statuses_fit_the_time(demo: Demo) -> None:
    now = timezone.now()
    assert not Booking.objects.filter(starts_at__gt=now, status__in=(Status.COMPLETED, Status.NO_SHOW)).exists()
    assert not Booking.objects.filter(ends_at__lt=now - timedelta(minutes=5)).exclude(status__in=PAST).exists()
    assert set(Booking.objects.values_list("status", flat=True)) >= {*PAST, Status.CONFIRMED, Status.PENDING}


def test_everything_was_booked_before_it_began_and_by_known_customers(demo: Demo) -> None:
    assert not Booking.objects.filter(created_at__gte=F("starts_at")).exists()
    assert not Booking.objects.filter(created_at__gt=timezone.now() + timedelta(minutes=1)).exists()
    assert not Booking.objects.filter(created_at__lt=F("customer__created_at")).exists()
    assert not Booking.objects.exclude(guest_phone=F("customer__phone"), live=F("customer__live")).exists()
    assert not Customer.objects.filter(bookings=None).exists()
    for phone, key in Customer.objects.values_list("phone", "phone_key"):
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_possible_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == key


def test_history_sends_no_events(demo: Demo) -> None:
    """The businesses themselves, and their customers, are new; no booking is."""
    kinds = {type_.split(".")[0] for type_ in Event.objects.values_list("type", flat=True)}
    assert kinds == {"resource", "service", "schedule", "customer"}


def free_starts(demo: Demo, slug: str, day: date, party: int, key: str = "website") -> list[str]:
    entry = demo.content["businesses"][slug]
    url = f"/v1/availability/{entry['business']['id']}?date={day.isoformat()}&capacity={party}"
    answer = Client().get(url, headers={"Authorization": f"Bearer {entry['keys'][key]}"})
    assert answer.status_code == 200, answer.content
    return [slot["start_time"] for slot in answer.json()["slots"]]


@pytest.mark.parametrize("slug", SLUGS)
def test_most_days_ahead_have_free_starts(demo: Demo, slug: str) -> None:
    party = 1 if Business.objects.get(slug=slug).category in ("Salon", "Clinic") else 2
    today = timezone.localdate()
    days = [today + timedelta(days=offset) for offset in range(2, 16)]
    # Sundays and, around Christmas, up to four more days are closed.
    assert sum(bool(free_starts(demo, slug, day, party)) for day in days) >= 7


def test_the_restaurant_has_tables_for_one_to_twelve(demo: Demo) -> None:
    today = timezone.localdate()
    for party in range(1, 13):
        assert any(free_starts(demo, "avra-taverna", today + timedelta(days=n), party) for n in (9, 10, 11)), party
    assert free_starts(demo, "avra-taverna", today + timedelta(days=9), 13) == []


def test_a_second_run_keeps_everything(untouched: Demo) -> None:
    content, bookings, keys = untouched.content, Booking.objects.count(), ApiKey.objects.count()
    assert run_demo().splitlines() == [f"{slug}: is there already" for slug in SLUGS]
    assert untouched.content == content
    assert (Booking.objects.count(), ApiKey.objects.count()) == (bookings, keys)
    assert stat.S_IMODE(untouched.file.stat().st_mode) == 0o600


def test_a_lost_file_issues_nothing_and_says_so(untouched: Demo) -> None:
    content, keys = untouched.content, ApiKey.objects.count()
    untouched.file.unlink()
    printed = run_demo()
    assert "admin@example.com exists and its password is not known" in printed
    assert "north-elm-studio website, north-elm-studio pos, " in printed
    assert ApiKey.objects.count() == keys
    assert untouched.content["admin"] == {"email": "admin@example.com", "password": None}
    salon = untouched.content["businesses"]["north-elm-studio"]
    assert salon["keys"] == {"website": None, "pos": None, "dev": None, "booqara": None}
    assert set(salon["members"].values()) == {None}
    assert salon["business"] == content["businesses"]["north-elm-studio"]["business"]


@pytest.mark.parametrize("damage", ["[]", '{"businesses": {"north-elm-studio": {"business": {"id": "other"}}}}'])
def test_a_file_of_something_else_is_not_believed(untouched: Demo, damage: str) -> None:
    untouched.file.write_text(damage)
    assert "north-elm-studio website" in run_demo()
    assert sorted(untouched.content["businesses"]) == SLUGS
    assert untouched.content["businesses"]["north-elm-studio"]["keys"]["pos"] is None


def test_what_was_tried_out_survives_a_restart(untouched: Demo) -> None:
    salon = Business.objects.get(slug="north-elm-studio")
    salon.services.filter(key="fade").update(price_cents=3900)
    salon.resources.filter(key="jim").update(deleted_at=timezone.now())
    salon.apikeys.filter(name="pos").update(revoked_at=timezone.now())
    before = untouched.content["businesses"]["north-elm-studio"]
    run_demo()
    assert salon.services.get(key="fade").price_cents == 3900
    assert [row.deleted_at is None for row in salon.resources.filter(key="jim")] == [False]
    assert salon.apikeys.count() == 4
    after = untouched.content["businesses"]["north-elm-studio"]
    assert after["keys"] == before["keys"]
    assert before["resources"].keys() - after["resources"].keys() == {"jim"}


@pytest.mark.parametrize("zone", sorted(COUNTRIES))
def test_people_are_different_and_reachable_nowhere(zone: str) -> None:
    guests = make_guests(zone, random.Random(1), 150)
    assert len({guest.phone for guest in guests}) == 150
    assert all(guest.email.isascii() and guest.email.endswith("@example.com") for guest in guests if guest.email)
    assert guests == make_guests(zone, random.Random(1), 150)
