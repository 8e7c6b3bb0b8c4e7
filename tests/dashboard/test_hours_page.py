"""The week editor."""

from typing import Any

import pytest
from django.test import Client

from businesses import catalogue
from businesses.models import Business, OpeningHours, Resource
from businesses.weeks import Interval
from tests.api.calls import nothing_changes
from tests.dashboard.bodies import WEEK
from tests.dashboard.conftest import AsSomebody

PAGE = "/dashboard/salon/setup/hours/"


def week(**times: str) -> dict[str, str]:
    """`mon0="09:00-12:00"` as the two fields of that row."""
    sent = {"seen": WEEK}
    for name, text in times.items():
        day, number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(name[:3]), name[3:]
        opens, _, closes = text.partition("-")
        sent |= {f"opens-{day}-{number}": opens, f"closes-{day}-{number}": closes}
    return sent


def stored(salon: Business, resource: Resource | None = None) -> list[Any]:
    rows = OpeningHours.objects.filter(business=salon, resource=resource).order_by("weekday", "opens")
    return list(rows.values_list("weekday", "opens", "closes"))


def test_what_is_stored_is_shown(signed_in: AsSomebody) -> None:
    page = signed_in("owner").get(PAGE).content.decode()
    assert page.count('value="09:00"') == page.count('value="17:00"') == 7
    assert page.count('type="time"') == 28
    assert f'value="{WEEK}"' in page


def test_days_of_many_intervals_are_kept_whole(signed_in: AsSomebody, salon: Business) -> None:
    many = [Interval(0, 60 * hour, 60 * hour + 30) for hour in range(12)]
    catalogue.save_week(salon.id, many)
    sent = {"seen": "own " + " ".join(f"0.{i.opens}-{i.closes}" for i in many)}
    for number, hour in enumerate(range(12)):
        sent |= {f"opens-0-{number}": f"{hour:02}:00", f"closes-0-{number}": f"{hour:02}:30"}
    owner = signed_in("owner")
    assert owner.get(PAGE).content.decode().count('id="opens-0-') == 13
    assert owner.post(PAGE, sent).status_code == 302
    assert stored(salon) == [(0, i.opens, i.closes) for i in many]


def test_a_week_without_hours_suggests_some(signed_in: AsSomebody, salon: Business) -> None:
    OpeningHours.objects.filter(business=salon).delete()
    page = signed_in("owner").get(PAGE).content.decode()
    assert page.count('value="09:00"') == 5
    assert "these hours are a suggestion" in page
    assert stored(salon) == []


def test_a_whole_week_is_saved(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    sent = week(mon0="09:00-13:00", mon1="14:00-18:00", sat0="18:00-02:00", sun1="00:00-00:00")
    assert owner.post(PAGE, {**sent, "opens-6-1": "10:00", "closes-6-1": "12:00"}).headers["Location"] == PAGE
    assert stored(salon) == [(0, 540, 780), (0, 840, 1080), (5, 1080, 1560), (6, 600, 720)]
    page = owner.get(PAGE).content.decode()
    assert "The opening hours are saved." in page
    assert page.count("until the next day") - page.count("hidden>until the next day") == 1


def row_errors(page: str) -> dict[str, str]:
    parts = page.split('<p class="errors" id="error-')[1:]
    return {part.split('"')[0]: part.split(">")[1].split("<")[0] for part in parts}


@pytest.mark.parametrize(
    ("sent", "status", "errors"),
    [
        (week(mon0="09:00-12:00", mon1="11:00-13:00"), 409, {"0-1": "Overlaps Monday, 09:00 to 12:00."}),
        (week(mon0="20:00-03:00", tue0="02:00-05:00"), 409, {"1-0": "Overlaps Monday, 20:00 to 03:00."}),
        (week(mon0="09:00-"), 400, {"0-0": "Please fill this in."}),
        (week(wed2="9-25:00"), 400, {"2-0": "Write a time like 09:00."}),
        (
            week(wed0="x-12:00", fri0="10:00-24:01"),
            400,
            {"2-0": "Write a time like 09:00.", "4-0": "Write a time like 09:00."},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_row(
    signed_in: AsSomebody, salon: Business, sent: dict[str, str], status: int, errors: dict[str, str]
) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(PAGE, sent)
    assert answer.status_code == status
    assert row_errors(answer.content.decode()) == errors


@pytest.mark.parametrize(("to", "days"), [("0:weekdays", 5), ("0:all", 7)])
def test_copying_saves_nothing(signed_in: AsSomebody, salon: Business, to: str, days: int) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(PAGE, {**week(mon0="10:00-14:00", sun0="01:00-02:00"), "copy": to})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('value="10:00"') == page.count('value="14:00"') == days
    assert page.count('value="01:00"') == (1 if days == 5 else 0)


@pytest.mark.parametrize("to", ["9:all", "0:moon", "", "x"])
def test_copying_nonsense_copies_nothing(signed_in: AsSomebody, to: str) -> None:
    answer = signed_in("owner").post(PAGE, {**week(mon0="10:00-14:00"), "copy": to})
    assert (answer.status_code, answer.content.decode().count('value="10:00"')) == (200, 1)


def test_what_somebody_else_changed_is_shown(signed_in: AsSomebody, salon: Business) -> None:
    catalogue.save_week(salon.id, [Interval(2, 660, 720)])
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(PAGE, week(mon0="10:00-14:00"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "11:00 – 12:00" in page[page.index('id="stale"') :]
    assert 'value="own 2.660-720"' in page
    assert owner.post(PAGE, {**week(mon0="10:00-14:00"), "seen": "own 2.660-720"}).status_code == 302
    assert stored(salon) == [(0, 600, 840)]


def own_page(client: Client, salon: Business) -> tuple[str, Resource]:
    maria = Resource.objects.get(business=salon, key="maria")
    return f"/dashboard/salon/setup/resources/{maria.uuid}/hours/", maria


def test_own_hours(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    path, maria = own_page(owner, salon)
    page = owner.get(path).content.decode()
    assert page.count('value="09:00"') == 7
    assert 'value="0" checked' in page
    sent = {**week(mon0="10:00-14:00"), "seen": "as the business", "own": "1"}
    assert owner.post(path, sent).headers["Location"] == f"/dashboard/salon/setup/resources/{maria.uuid}/"
    maria.refresh_from_db()
    assert (maria.own_hours, stored(salon, maria), len(stored(salon))) == (True, [(0, 600, 840)], 7)
    back = {**week(mon0="10:00-14:00"), "seen": "own 0.600-840", "own": "0"}
    assert owner.post(path, back).status_code == 302
    maria.refresh_from_db()
    assert (maria.own_hours, stored(salon, maria)) == (False, [])
