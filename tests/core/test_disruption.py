"""Somebody is away: who takes over what, who is asked, and what changes meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.disruption import Absence, ask_to_choose, close, hand_over, hits
from bookings.models import Allocation, Booking, ClassSession, Message
from bookings.services import cancel_booking, set_staff_notes
from businesses.errors import Conflict, Invalid
from businesses.localtime import minute_of
from businesses.models import Business, Closure, Resource
from tests import factories
from tests.api.calls import nothing_changes
from tests.dashboard.visits import NOW, key_of, visit
from tests.messages.post import collect

MINUTE = minute_of(NOW)
DAY = datetime(2026, 5, 15, 5, tzinfo=UTC)  # midnight in Chicago


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def salon(db: None) -> Business:
    return with_staff("maria", "jim", "ann")


def with_staff(*names: str, **changes: Any) -> Business:
    resources = [{"key": name, "name": name.title(), "kind": "staff"} for name in names]
    service = {**factories.SALON["services"][0], "resources": list(names)}
    return factories.business(**{"resources": resources, "services": [service], **changes}).business


def away(business: Business, name: str = "Maria", days: int = 1, **values: Any) -> Absence:
    resource = Resource.objects.get(business=business, name=name)
    span = {"starts_at": DAY, "ends_at": DAY + timedelta(days=days), "key": uuid4()}
    return Absence(business=business, resource=resource, **{**span, **values})


def names(absence: Absence) -> list[tuple[str, list[str]]]:
    """The codes of what is hit, each with who could take it over."""
    found = hits(absence, live=True, now=MINUTE)
    return [(hit.booking.code, [other.name for other in hit.others]) for hit in found]


def with_whom(booking: Booking) -> list[str]:
    return list(Allocation.objects.filter(booking=booking).values_list("resource__name", flat=True))


def test_what_is_hit_and_who_could_take_over(salon: Business) -> None:
    first = visit(salon, clock="10:00", resource="Maria")
    second = visit(salon, clock="12:00", resource="Maria")
    visit(salon, clock="12:00", resource="Jim")
    visit(salon, "2026-05-16", resource="Maria")
    visit(salon, clock="14:00", resource="Maria", live=False)
    gone = visit(salon, clock="15:00", resource="Maria")
    cancel_booking(salon.id, gone.uuid, live=True, now=MINUTE)
    with nothing_changes():
        # Jim is busier that day: Ann is proposed first.
        assert names(away(salon)) == [(first.code, ["Ann", "Jim"]), (second.code, ["Ann"])]


def test_two_do_not_take_the_same(db: None) -> None:
    """Visits that touch each other with their buffers cannot both go to one."""
    service = {**factories.SALON["services"][0], "buffer_after_minutes": 30, "resources": ["maria", "jim"]}
    salon = with_staff("maria", "jim", services=[service])
    first, second = visit(salon, clock="10:00", resource="Maria"), visit(salon, clock="11:30", resource="Maria")
    assert names(away(salon)) == [(first.code, ["Jim"]), (second.code, ["Jim"])]
    third = visit(salon, clock="13:00", resource="Jim")
    Allocation.objects.filter(booking=third).update(blocked_from=third.starts_at - timedelta(minutes=20))
    assert names(away(salon)) == [(first.code, ["Jim"]), (second.code, [])]


def test_who_cannot(salon: Business) -> None:
    booking = visit(salon, resource="Maria", party=1)
    jim, ann = (Resource.objects.get(business=salon, name=name) for name in ("Jim", "Ann"))
    for change in ({"active": False}, {"deleted_at": NOW}):
        Resource.objects.filter(id=jim.id).update(**change)
        assert names(away(salon)) == [(booking.code, ["Ann"])]
        Resource.objects.filter(id=jim.id).update(active=True, deleted_at=None)
    Closure.objects.create(business=salon, resource=ann, starts_at=DAY, ends_at=DAY + timedelta(days=1))
    assert names(away(salon)) == [(booking.code, ["Jim"])]
    Booking.objects.filter(id=booking.id).update(party_size=2)
    assert names(away(salon)) == [(booking.code, [])]


def test_a_part_of_a_day(salon: Business) -> None:
    early, late = visit(salon, clock="10:00", resource="Maria"), visit(salon, clock="12:00", resource="Maria")
    ten, noon = early.starts_at, late.starts_at
    assert [code for code, _ in names(away(salon, starts_at=ten, ends_at=noon))] == [early.code]
    assert [code for code, _ in names(away(salon, starts_at=early.ends_at, ends_at=noon))] == []
    assert [code for code, _ in names(away(salon, starts_at=noon, ends_at=noon + timedelta(minutes=1)))] == [late.code]


def test_what_has_begun_is_left_alone(salon: Business, clock: Any) -> None:
    booking = visit(salon, resource="Maria")
    minute = minute_of(booking.starts_at)
    assert len(hits(away(salon), live=True, now=minute)) == 1
    assert hits(away(salon), live=True, now=minute + 1) == []


def test_a_room_that_is_closed_has_no_stand_in(db: None) -> None:
    rooms = [{"key": name, "name": name.title(), "kind": "room"} for name in ("blue", "red")]
    staff = [{"key": name, "name": name.title(), "kind": "staff"} for name in ("maria", "jim")]
    service = {**factories.SALON["services"][0], "resources": ["maria", "jim"], "also_needs": "room"}
    salon = factories.business(resources=[*staff, *rooms], services=[service]).business
    booking = visit(salon, resource="Maria")
    room = Allocation.objects.get(booking=booking, additional=True).resource
    assert names(away(salon, room.name)) == [(booking.code, [])]
    assert names(away(salon)) == [(booking.code, ["Jim"])]


def test_a_fixed_number_of_queries(salon: Business) -> None:
    counts = []
    for clocks in (["09:00"], ["10:00", "11:00", "12:00", "13:00"]):
        for at in clocks:
            visit(salon, clock=at, resource="Maria")
        names(away(salon))
        with CaptureQueriesContext(connection) as queries:
            hits(away(salon), live=True, now=MINUTE)
        counts.append(len(queries))
    assert counts[0] == counts[1] == 2  # the resource of the absence, and what is held; the taken time besides


def test_too_many_at_once(salon: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.disruption.MOST_HIT", 1)
    for at in ("09:00", "10:00"):
        visit(salon, clock=at, resource="Maria")
    with pytest.raises(Invalid):
        hits(away(salon), live=True, now=MINUTE)


def test_closing_once(salon: Business) -> None:
    absence = away(salon, reason="Ill")
    made = close(absence)
    assert (made.uuid, made.resource_id, made.reason, made.kind) == (
        absence.key, absence.resource.id, "Ill", "closed",
    )  # fmt: skip
    with nothing_changes():
        assert close(absence).id == made.id


def test_the_key_of_another_business_is_a_conflict(salon: Business) -> None:
    rival = factories.business(business={"slug": "rival"}).business
    theirs = close(away(rival))
    with nothing_changes(), pytest.raises(Conflict):
        close(away(salon, key=theirs.uuid))


def test_handing_over(salon: Business) -> None:
    booking = visit(salon, resource="Maria")
    close(away(salon))
    hand_over(booking, key_of(salon, "Jim"), version=booking.version, now=MINUTE)
    assert with_whom(booking) == ["Jim"]


def test_what_changed_meanwhile_is_left_alone(salon: Business) -> None:
    booking, taken = visit(salon, resource="Maria"), visit(salon, clock="12:00", resource="Maria")
    closure = close(away(salon))
    set_staff_notes(salon.id, booking.uuid, "called", live=True)
    visit(salon, clock="12:00", resource="Jim")
    with nothing_changes():
        with pytest.raises(Conflict):
            hand_over(booking, key_of(salon, "Jim"), version=booking.version, now=MINUTE)
        with pytest.raises(Conflict):
            ask_to_choose(booking, closure, version=booking.version)
        with pytest.raises(Conflict):
            hand_over(taken, key_of(salon, "Jim"), version=taken.version, now=MINUTE)
    assert with_whom(booking) == with_whom(taken) == ["Maria"]


def test_asking_once(salon: Business) -> None:
    booking = visit(salon, resource="Maria")
    collect()
    closure = close(away(salon))
    for _ in range(2):
        assert ask_to_choose(booking, closure, version=booking.version) is True
    (message,) = Message.objects.filter(kind="repick")
    assert (message.recipient, message.booking_id, message.state) == ("jane@example.com", booking.id, "pending")
    assert message.subject == "North Elm Studio: please choose another time for Friday, 15 May 2026 at 10:00"
    assert "Choose another time" in message.text
    assert "/b/" in message.text
    assert ask_to_choose(booking, close(away(salon)), version=booking.version) is True
    assert Message.objects.filter(kind="repick").count() == 2


@pytest.mark.parametrize(
    ("language", "subject"),
    [("de", "bitte wählen Sie eine andere Zeit"), ("el", "παρακαλούμε επιλέξτε άλλη ώρα")],
)
def test_in_the_language_of_the_business(salon: Business, language: str, subject: str) -> None:
    Business.objects.filter(id=salon.id).update(language=language)
    booking = visit(salon, resource="Maria")
    ask_to_choose(booking, close(away(salon)), version=booking.version)
    assert subject in Message.objects.get(kind="repick").subject


@pytest.mark.parametrize("address", ["", "no address"])
def test_without_an_address_nobody_is_written_to(salon: Business, address: str) -> None:
    booking = visit(salon, resource="Maria", email=address)
    closure = close(away(salon))
    with nothing_changes():
        assert ask_to_choose(booking, closure, version=booking.version) is False


def test_what_is_over_is_not_asked(salon: Business) -> None:
    booking = visit(salon, resource="Maria")
    closure = close(away(salon))
    Booking.objects.filter(id=booking.id).update(status="cancelled")
    with nothing_changes(), pytest.raises(Conflict):
        ask_to_choose(booking, closure, version=booking.version)


def test_a_class_is_handed_over_booking_by_booking(db: None) -> None:
    yoga = {**factories.SALON["services"][0], "places": 3}
    salon = with_staff("maria", "jim", services=[{**yoga, "resources": ["maria", "jim"]}])
    one, two, there = (visit(salon, resource=name) for name in ("Maria", "Maria", "Jim"))
    absence = away(salon)
    found = names(absence)
    assert found == [(one.code, ["Jim"]), (two.code, ["Jim"])]
    close(absence)
    for booking in (one, two):
        hand_over(booking, Resource.objects.get(business=salon, name="Jim").uuid, version=booking.version, now=MINUTE)
    assert [with_whom(row) for row in (one, two, there)] == [["Jim"]] * 3
    assert [(s.resource.name, s.taken) for s in ClassSession.objects.order_by("-taken")] == [("Jim", 3), ("Maria", 0)]


def test_no_more_are_proposed_to_a_class_than_it_has_places(db: None) -> None:
    yoga = {**factories.SALON["services"][0], "places": 2, "resources": ["maria", "jim"]}
    salon = with_staff("maria", "jim", services=[yoga])
    full = [visit(salon, resource="Maria") for _ in range(2)]
    visit(salon, resource="Jim")
    pair = visit(salon, clock="12:00", resource="Maria", party=2)
    assert names(away(salon)) == [(full[0].code, ["Jim"]), (full[1].code, []), (pair.code, ["Jim"])]
