"""`import_business plan`: what becomes of saved answers, and what is said of the rest."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from businesses.provisioning import read_plan
from tests.importing.systems import fails, lines, read, run

Saved = Callable[[str], Path]
APPOINTMENT = {
    "id": "one",
    "serviceName": "Fade",
    "servicePrice": 35,
    "appointmentDate": "2026-06-20",
    "appointmentTime": "10:00:00",
    "durationMinutes": 45,
    "staffName": "Maria Gomez",
    "status": "confirmed",
    "guestName": "Jordan Smith",
}
BOOKING = {
    "id": "one", "roomId": "room_1", "roomName": "The Vault", "date": "2026-06-20", "time": "10:00",
    "endTime": "11:00", "guests": 2, "status": "confirmed", "customer": {"id": "c", "firstName": "Jane"},
}  # fmt: skip


def document(folder: Path) -> Any:
    return yaml.safe_load((folder / "business.yaml").read_text())


def change(path: Path, edit: Callable[[Any], object]) -> None:
    value = read(path)
    edit(value)
    path.write_text(json.dumps(value))


def salon(tmp_path: Path, services: list[Any], people: dict[str, list[str]], *appointments: Any) -> Path:
    """Saved answers of a salon: services as (id, name), people as the ids of services they perform by (id, name)."""
    raw = tmp_path / "raw"
    (raw / "staff").mkdir(parents=True)
    offered = [{"id": key, "name": name, "durationMinutes": 45, "price": 35} for key, name in services]
    told = [{"id": key, "fullName": key.split("/")[-1]} for key in people]
    (raw / "business.json").write_text(json.dumps({"name": "Salon", "timezone": "Europe/Athens"}))
    (raw / "services.json").write_text(json.dumps({"categories": [{"categoryName": "Hair", "services": offered}]}))
    (raw / "staff.json").write_text(json.dumps({"staff": told}))
    for key, _ in services:
        performing = [person for person in told if key in people[person["id"]]]
        (raw / "staff" / f"{key}.json").write_text(json.dumps({"staff": performing}))
    (raw / "appointments.json").write_text(json.dumps([{**APPOINTMENT, **a} for a in appointments]))
    return tmp_path


def test_booqaras_business(saved: Saved) -> None:
    folder = saved("booqara")
    run("plan", folder, "--currency", "USD")
    assert document(folder)["business"] == {
        "slug": "north-elm-studio",
        "name": "North Elm Studio",
        "description": "Modern color and styling appointments",
        "category": "Salon",
        "phone": "(555) 555-1234",
        "address": "123 Main St",
        "logo_url": "https://cdn.example.com/logo.png",
        "timezone": "America/Chicago",
        "currency": "USD",
        "rules": {"lead_time_minutes": 60, "window_days": 7, "slot_interval_minutes": 30},
        "page": {
            "show_staff_selection": True,
            "show_service_prices": True,
            "show_service_duration": False,
            "require_customer_email": True,
        },
        "hours": {"friday": ["18:00-02:00"], "sunday": ["09:00-19:00"]},
    }


def test_booqaras_catalogue(saved: Saved) -> None:
    folder = saved("booqara")
    run("plan", folder, "--currency", "USD")
    found = document(folder)
    assert found["resources"] == [
        {"key": "maria-gomez", "name": "Maria Gomez", "kind": "staff", "job_title": "Lead stylist"},
        {"key": "person-2", "name": "Ελένη Παππά", "kind": "staff"},
        {"key": "bob-left", "name": "Bob Left", "kind": "staff", "active": False},
    ]
    assert [(s["name"], s.get("price"), s["duration_minutes"], s.get("resources")) for s in found["services"]] == [
        ("Fade", "35.00", 45, ["maria-gomez", "person-2"]),
        ("Κούρεμα", "22.50", 30, ["person-2"]),
        ("Gloss", None, 60, ["maria-gomez", "person-2"]),
        ("Balayage", None, "FILL IN: how many minutes Balayage takes", None),
        ("Perm", None, 90, []),
    ]
    assert [s.get("category") for s in found["services"]] == ["Cuts", "Cuts", "Color", "Color", None]
    assert [s.get("active", True) for s in found["services"]] == [True, True, True, True, False]


def test_booqaras_report(saved: Saved) -> None:
    folder = saved("booqara")
    out = run("plan", folder, "--currency", "USD")
    report = (folder / "report.txt").read_text()
    assert report in out
    assert report.splitlines() == [
        "North Elm Studio, from booqara: 3 resources, 5 services, 0 customers, 7 bookings",
        "",
        "To fill in in business.yaml before it can be applied (1)",
        "  - Balayage: duration_minutes. Booqara hides how long it takes.",
        "",
        "Assumed: please check in business.yaml (8)",
        "  - Booqara does not tell: working hours of single people, closures and days off, buffers, whether bookings "
        "are confirmed by themselves, deposits, members. Set them in business.yaml where you need them.",
        "  - Gloss: 60 minutes, as in its appointments (Booqara hides it).",
        "  - Gloss: no price (Booqara hides it).",
        "  - Balayage: nobody performs it, so it cannot be booked.",
        "  - Balayage: no price (Booqara hides it).",
        "  - Perm: not offered any more; added as an inactive service for its appointments.",
        "  - Bob Left: not in the staff list; added as inactive for earlier appointments.",
        '  - Write the phone of the business with its country code ("+30…"): by it the local numbers of customers are '
        "read, and customers are known by their number.",
        "",
        "Not taken over (1)",
        "  - appointment 5a43e6ce-1111-2222-3333-000000000006: its status is 'rescheduled_maybe'",
        "",
    ]


def test_booqaras_appointment(saved: Saved) -> None:
    folder = saved("booqara")
    run("plan", folder, "--currency", "USD")
    found = {visit["id"][-12:]: visit for visit in lines(folder / "bookings.jsonl")}
    assert len(found) == 7
    assert found["39f7d1a233fb"] == {
        "source": "booqara",
        "id": "5a43e6ce-1111-2222-3333-39f7d1a233fb",
        "service": "fade",
        "resource": "maria-gomez",
        "date": "2026-01-20",
        "time": "10:00",
        "duration_minutes": 45,
        "status": "pending",
        "party": 1,
        "first_name": "Jordan",
        "last_name": "Smith",
        "email": "jordan@example.com",
        "price": "35.00",
        "staff_notes": "Booqara BN-1234",
    }
    assert (found["000000000008"]["first_name"], "price" in found["000000000008"]) == ("Guest", False)


def test_bookingflow(saved: Saved) -> None:
    folder = saved("bookingflow")
    run("plan", folder, "--timezone", "Europe/Athens")
    found = document(folder)
    assert found["business"] == {
        "slug": "harbour-escape",
        "name": "Harbour Escape",
        "timezone": "Europe/Athens",
        "currency": "EUR",
        "hours": {"monday": ["09:30-21:15"], "saturday": ["23:30-00:45"]},
    }
    assert [(r["key"], r["capacity_min"], r["capacity_max"], r["kind"]) for r in found["resources"]] == [
        ("the-vault", 2, 6, "room"),
        ("room-2", 1, 8, "room"),
        ("the-old-mine", 1, 3, "room"),
    ]
    assert [(s["key"], s["duration_minutes"], s.get("price"), s["party_max"]) for s in found["services"]] == [
        ("the-vault", 60, "120.50", 6),
        ("room-2", 75, None, 8),
        ("the-old-mine", 60, None, 3),
    ]
    assert found["services"][1]["photo_url"] == "https://cdn.example.com/sub.jpg"
    assert read_plan(found).business["slug"] == "harbour-escape"
    report = (folder / "report.txt").read_text()
    assert report.split("Not taken over (4)\n")[1].splitlines()[:4] == [
        "  - customer None: it has no id of 1 to 100 characters",
        "  - booking bk_3: its price 99 USD, the rest is taken over",
        "  - booking bk_6: its guests are 0, not 1 to 50",
        "  - booking bk_7: its time is 'noon'",
    ]
    assert lines(folder / "customers.jsonl") == [
        {"source": "bookingflow", "id": "cus_1", "first_name": "Jane", "last_name": "Doe",
         "email": "jane@example.com", "phone": "+302105550100"},
        {"source": "bookingflow", "id": "cus_2", "first_name": "Άννα"},
    ]  # fmt: skip
    assert [visit["id"] for visit in lines(folder / "bookings.jsonl")] == ["bk_1", "bk_2", "bk_3", "bk_4", "bk_5"]


def test_what_must_be_said(saved: Saved) -> None:
    folder = saved("bookingflow")
    (folder / "raw" / "catalog.json").unlink()
    assert fails("plan", folder)[1] == (
        "The other system does not tell everything: add --name NAME, --currency CODE (such as EUR), "
        "--timezone ZONE (such as Europe/Athens)."
    )
    assert fails("plan", folder, "--name", "X", "--currency", "euro", "--timezone", "UTC")[1].startswith("'euro' is no")
    assert sorted(path.name for path in folder.iterdir()) == ["raw"]


def test_a_zone_that_does_not_exist_is_said_before_apply(saved: Saved) -> None:
    folder = saved("bookingflow")
    out = run("plan", folder, "--timezone", "Athens")
    assert "business.timezone: 'Athens' is not a time zone" in out


def test_edited_files_are_not_overwritten(saved: Saved) -> None:
    folder = saved("booqara")
    run("plan", folder, "--currency", "USD")
    (folder / "business.yaml").write_text("mine")
    assert "--overwrite" in fails("plan", folder, "--currency", "USD")[1]
    assert (folder / "business.yaml").read_text() == "mine"
    run("plan", folder, "--currency", "USD", "--overwrite", "--slug", "new-one", "--name", "Νέο")
    assert (document(folder)["business"]["slug"], document(folder)["business"]["name"]) == ("new-one", "Νέο")


def test_a_folder_without_answers(tmp_path: Path) -> None:
    assert "There are no saved answers" in fails("plan", tmp_path, "--currency", "USD")[1]


def test_a_file_that_is_no_json(saved: Saved) -> None:
    folder = saved("booqara")
    (folder / "raw" / "staff.json").write_text("{")
    assert "staff.json: is not JSON" in fails("plan", folder, "--currency", "USD")[1]


def test_a_name_without_latin_letters_has_a_numbered_slug(saved: Saved) -> None:
    folder = saved("booqara")
    run("plan", folder, "--currency", "EUR", "--name", "Κομμωτήριο Ελένη")
    business = document(folder)["business"]
    assert (business["slug"], business["name"]) == ("business-1", "Κομμωτήριο Ελένη")


# --- who and what an appointment means --------------------------------------------------------------------------


def planned(folder: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """(service, resource) of each booking, and what was not taken over."""
    out = run("plan", folder, "--currency", "EUR")
    lost = out.split("Not taken over")[1].splitlines()[1:] if "Not taken over" in out else []
    visits = lines(folder / "bookings.jsonl")
    return [(v["service"], v["resource"]) for v in visits], [line[4:] for line in lost if line.startswith("  - ")]


def test_two_people_of_one_name(tmp_path: Path) -> None:
    people = {"1/Anna": ["a"], "2/Anna": ["a"]}
    assert planned(salon(tmp_path, [("a", "Fade")], people, {"staffName": "Anna"})) == (
        [],
        ["appointment one: 2 people are called Anna"],
    )


def test_two_people_of_one_name_told_apart_by_what_they_do(tmp_path: Path) -> None:
    people = {"1/Anna": ["a"], "2/Anna": ["b"]}
    folder = salon(tmp_path, [("a", "Fade"), ("b", "Perm")], people, {"staffName": "anna", "serviceName": "PERM"})
    assert planned(folder) == ([("perm", "anna-2")], [])


def test_two_services_of_one_name(tmp_path: Path) -> None:
    people = {"1/Anna": ["a", "b"], "2/Zoe": ["b"]}
    visits = ({"staffName": "Anna"}, {"staffName": "Zoe", "id": "two"})
    assert planned(salon(tmp_path, [("a", "Fade"), ("b", "Fade")], people, *visits)) == (
        [("fade-2", "zoe")],
        ["appointment one: 2 services are called Fade"],
    )


@pytest.mark.parametrize(
    ("people", "visits", "lost"),
    [
        ({"1/Anna": ["a"]}, [("fade", "anna")], []),
        ({"1/Anna": ["a"], "2/Zoe": ["a"]}, [],
         ["appointment one: it names nobody of the staff, and 2 perform Fade"]),
        ({"1/Anna": []}, [], ["appointment one: it names nobody of the staff, and 0 perform Fade"]),
    ],
)  # fmt: skip
def test_nobody_is_named(tmp_path: Path, people: Any, visits: Any, lost: Any) -> None:
    assert planned(salon(tmp_path, [("a", "Fade")], people, {"staffName": None})) == (visits, lost)


def test_somebody_who_does_not_do_it_any_more(tmp_path: Path) -> None:
    people = {"1/Anna": [], "2/Zoe": ["a"]}
    assert planned(salon(tmp_path, [("a", "Fade")], people, {"staffName": "Anna"})) == ([("fade", "anna")], [])


def test_those_who_have_left_are_added_once(tmp_path: Path) -> None:
    left = {"staffName": "Bob", "serviceName": "Perm"}
    folder = salon(tmp_path, [("a", "Fade")], {"1/Anna": ["a"]}, left, {**left, "id": "two"})
    assert planned(folder) == ([("perm", "bob"), ("perm", "bob")], [])
    assert [r["key"] for r in document(folder)["resources"]] == ["anna", "bob"]
    assert [s["key"] for s in document(folder)["services"]] == ["fade", "perm"]


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"id": None}, "it has no id of 1 to 100 characters"),
        ({"id": "x" * 101}, "it has no id of 1 to 100 characters"),
        ({"status": None}, "its status is None"),
        ({"status": 7}, "its status is 7"),
        ({"appointmentDate": "20.6.2026"}, "its date is '20.6.2026'"),
        ({"appointmentTime": None}, "its time is None"),
        ({"appointmentTime": "24:00"}, "its time is '24:00'"),
        ({"serviceName": "Gone", "durationMinutes": None},
         "the service 'Gone' is not in the list, and how long it took is not told"),
    ],
)  # fmt: skip
def test_appointments_that_cannot_be_mapped(tmp_path: Path, told: Any, problem: str) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Maria Gomez": ["a"]}, told, {"id": "good"})
    visits, lost = planned(folder)
    assert visits == [("fade", "maria-gomez")]
    assert [line.split(": ", 1)[1] for line in lost] == [problem]


@pytest.mark.parametrize("word", ["no-show", "No Show", "NO_SHOW", "noshow"])
def test_spellings_of_a_status(tmp_path: Path, word: str) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Maria Gomez": ["a"]}, {"status": word})
    planned(folder)
    assert lines(folder / "bookings.jsonl")[0]["status"] == "no_show"


def test_create_answers_are_appointments_as_well(tmp_path: Path) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Maria Gomez": ["a"]})
    answer = {"success": True, "booking": {**APPOINTMENT, "guestPhone": "(555) 123-4567 extension 12345"}}
    (folder / "raw" / "appointments.json").write_text(json.dumps({"appointments": [answer, answer, 7]}))
    assert planned(folder) == ([("fade", "maria-gomez")], [])
    assert lines(folder / "bookings.jsonl")[0]["phone"] == "555123456712345"


def test_names_have_one_line_and_notes_several(tmp_path: Path) -> None:
    told = {
        "guestName": " Jordan\n  Smith\x00 ",
        "guestEmail": "j@example.com\r\nBcc: x",
        "customerNotes": "a\n\x07b\n",
    }
    folder = salon(tmp_path, [("a", "Fade")], {"1/Maria Gomez": ["a"]}, told)
    planned(folder)
    visit = lines(folder / "bookings.jsonl")[0]
    assert (visit["first_name"], visit["last_name"], visit["customer_notes"]) == ("Jordan", "Smith", "a\nb")
    assert visit["email"] == "j@example.com Bcc: x"


def test_a_price_that_the_currency_has_not(tmp_path: Path) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Maria Gomez": ["a"]}, {"servicePrice": 35.5})
    run("plan", folder, "--currency", "JPY")
    assert "appointment one: its price 35.5, the rest is taken over" in (folder / "report.txt").read_text()
    assert "price" not in lines(folder / "bookings.jsonl")[0]
    assert document(folder)["services"][0]["price"] == "35"


def test_without_appointments_it_says_how_to_get_them(tmp_path: Path) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Anna": ["a"]})
    assert planned(folder) == (
        [],
        ["appointments: none were saved. Booqara gives them by id only: fetch --appointments FILE"],
    )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Anna": ["a"]})
    (folder / "raw" / "staff.json").write_bytes(b"\xff\xfe")
    assert fails("plan", folder, "--currency", "EUR")[1].endswith("staff.json: is not UTF-8 text")


def test_who_performs_was_not_saved(tmp_path: Path) -> None:
    folder = salon(tmp_path, [("a", "Fade")], {"1/Anna": [], "2/Zoe": []})
    (folder / "raw" / "staff" / "a.json").unlink()
    assert "Fade: everybody performs it (who does was not saved)." in run("plan", folder, "--currency", "EUR")
    assert document(folder)["services"][0]["resources"] == ["anna", "zoe"]


def test_what_availengine_tells_besides(saved: Saved) -> None:
    salon = saved("booqara")
    change(salon / "raw" / "business.json", lambda told: told.update(hours=[
        {"day": "Monday", "isOpen": True, "openTime": "09:00:00", "closeTime": "19:00:00", "intervals": [
            {"openTime": "09:00:00", "closeTime": "13:00:00"}, {"openTime": "14:00:00", "closeTime": "19:00:00"}]},
        {"day": "Tuesday", "isOpen": True, "openTime": "09:00:00", "closeTime": "19:00:00", "intervals": []},
    ]))  # fmt: skip
    change(salon / "raw" / "staff.json", lambda told: told["staff"][0].update(color="#B4436c"))
    change(salon / "raw" / "staff.json", lambda told: told["staff"][1].update(color="red"))
    run("plan", salon, "--currency", "USD")
    found = document(salon)
    assert found["business"]["hours"] == {"monday": ["09:00-13:00", "14:00-19:00"], "tuesday": ["09:00-19:00"]}
    assert [person.get("color") for person in found["resources"]] == ["#B4436c", None, None]


@pytest.mark.parametrize(("told", "buffer"), [(30, 30), (0, None), (None, None), ("soon", None)])
def test_a_room_that_is_made_ready_again(saved: Saved, told: Any, buffer: int | None) -> None:
    folder = saved("bookingflow")
    room = {"id": "new", "name": "New", "durationMinutes": 60, "maxGuests": 4, "bufferMinutes": told}
    (folder / "raw" / "rooms.json").write_text(json.dumps([room]))
    (folder / "raw" / "bookings.json").write_text("[]")
    run("plan", folder, "--timezone", "Europe/Athens")
    assert document(folder)["services"][0].get("buffer_after_minutes") == buffer


def test_strange_hours_are_reported(saved: Saved) -> None:
    folder = saved("booqara")
    change(folder / "raw" / "business.json", lambda b: b.update(hours=[
        {"day": "Caturday", "isOpen": True, "openTime": "09:00:00", "closeTime": "10:00:00"},
        {"day": "Monday", "isOpen": True, "openTime": None, "closeTime": "10:00:00"},
    ]))  # fmt: skip
    out = run("plan", folder, "--currency", "USD")
    assert "hours of Caturday: '09:00:00' to '10:00:00'" in out
    assert "hours of Monday: None to '10:00:00'" in out
    assert "No opening hours were told" in out


def test_a_room_of_which_little_is_known(saved: Saved) -> None:
    folder = saved("bookingflow")
    (folder / "raw" / "rooms.json").write_text(json.dumps({"data": [{"id": "new", "name": "New"}, {"id": 5}]}))
    (folder / "raw" / "bookings.json").write_text(json.dumps({"data": [{**BOOKING, "roomId": "new", "endTime": None}]}))
    out = run("plan", folder, "--timezone", "Europe/Athens")
    assert "New: duration_minutes. How long it takes is not told." in out
    assert "New: up to 2 guests, the most that have booked (not told)." in out
    assert "room 5: it has no name or no id" in out
    assert "booking one: when it ends is told neither by itself nor by its room" in out


def test_a_room_whose_size_nobody_knows(db: None, saved: Saved) -> None:
    folder = saved("bookingflow")
    (folder / "raw" / "rooms.json").write_text(json.dumps([{"id": "new", "name": "New", "duration": "60"}]))
    (folder / "raw" / "bookings.json").write_text("[]")
    out = run("plan", folder, "--timezone", "Europe/Athens")
    assert "New: capacity_max and party_max. How many guests may come is not told." in out
    assert fails("apply", folder)[1].endswith(
        "resources[0].capacity_max: must be an integer, not 'FILL IN: how many guests may come to New'"
    )


def test_a_room_that_is_gone_without_a_name(saved: Saved) -> None:
    folder = saved("bookingflow")
    gone = {**BOOKING, "roomId": "gone", "roomName": None}
    (folder / "raw" / "bookings.json").write_text(json.dumps({"data": [gone]}))
    out = run("plan", folder, "--timezone", "Europe/Athens")
    assert "booking one: the room gone is not in the list, and the booking does not tell its name and times" in out


def test_a_list_that_is_none(saved: Saved) -> None:
    folder = saved("bookingflow")
    (folder / "raw" / "bookings.json").write_text('{"data": 7}')
    assert "bookings.json: a list was expected" in fails("plan", folder, "--timezone", "UTC")[1]
