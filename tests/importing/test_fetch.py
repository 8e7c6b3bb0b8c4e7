"""`import_business fetch`: asks everything once, waits where it is told to, and says what is wrong."""

import json
import stat
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from availengine.importer import fetching
from availengine.importer.fetching import CannotFetch, Remote
from tests.importing.systems import FakeBookingFlow, FakeBooqara, fails, read, run
from tests.webhooks.receiver import Got, Reply

IDS = [f"5a43e6ce-1111-2222-3333-{n:012}" for n in range(2, 9)]
DOCUMENTED = "5a43e6ce-1111-2222-3333-39f7d1a233fb"


def everything(folder: Path) -> dict[str, Any]:
    return {str(path.relative_to(folder)): read(path) for path in sorted(folder.rglob("*.json"))}


@pytest.fixture
def ids(tmp_path: Path) -> Path:
    path = tmp_path / "ids.txt"
    path.write_text("\n".join([DOCUMENTED, *IDS, "", DOCUMENTED, "gone"]) + "\n")
    return path


def remote(url: str, **options: Any) -> tuple[Remote, list[str], list[float]]:
    """Somebody who asks without waiting: what was told, and the pauses."""
    told: list[str] = []
    pauses: list[float] = []
    asking = Remote(url, {"x-private-key": "pk_live_secret"}, told.append, pauses.append, **options)
    return asking, told, pauses


def test_booqara(booqara: FakeBooqara, tmp_path: Path, ids: Path) -> None:
    out = run("fetch", "booqara", tmp_path / "old", "--url", booqara.url + "/", "--key", "pk_live_secret",
              "--appointments", ids)  # fmt: skip
    found = everything(tmp_path / "old" / "raw")
    assert found.pop("source.json") == {"source": "booqara", "url": booqara.url}
    assert found.pop("missing.json") == ["gone"]
    assert found == everything(booqara.raw)
    assert len(booqara.asked) == len(set(booqara.asked)) == 3 + 4 + 9
    assert "appointments: 9 of 9" in out
    assert "pk_live_secret" not in out


def test_appointments_that_are_there_are_not_asked_for_again(booqara: FakeBooqara, tmp_path: Path, ids: Path) -> None:
    asking = ("fetch", "booqara", tmp_path / "old", "--url", booqara.url, "--key", "pk_live_secret",
              "--appointments", ids)  # fmt: skip
    run(*asking)
    booqara.receiver.got.clear()
    run(*asking)
    assert [path for path in booqara.asked if "appointments" in path] == ["/booking/appointments/gone"]


def test_bookingflow_page_by_page(bookingflow: FakeBookingFlow, tmp_path: Path) -> None:
    out = run("fetch", "bookingflow", tmp_path / "old", "--url", f"{bookingflow.url}/api/v1", "--key", "bf_secret",
              "--org", "org_1")  # fmt: skip
    found = everything(tmp_path / "old" / "raw")
    assert found.pop("source.json") == {"source": "bookingflow", "url": bookingflow.url}
    assert found.pop("rooms/room_1.json") is None
    assert found == everything(bookingflow.raw)
    assert [path for path in bookingflow.asked if "bookings" in path] == [
        "/api/v1/bookings",
        "/api/v1/bookings?cursor=3",
        "/api/v1/bookings?cursor=6",
    ]
    assert "/api/v1/schedules?from=2026-05-01&to=2026-05-28" in bookingflow.asked
    assert "bookings: 8" in out


def test_what_is_saved_is_for_its_owner_only(booqara: FakeBooqara, tmp_path: Path) -> None:
    run("fetch", "booqara", tmp_path / "old", "--url", booqara.url, "--key", "pk_live_secret")
    for path in ((tmp_path / "old"), *(tmp_path / "old").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("how", ["input", "environment"])
def test_the_key_need_not_be_an_option(
    booqara: FakeBooqara, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "input":
        monkeypatch.setattr(sys, "stdin", StringIO("pk_live_secret\n"))
        given = ["--key", "-"]
    else:
        monkeypatch.setenv("IMPORT_KEY", "pk_live_secret")
        given = []
    run("fetch", "booqara", tmp_path, "--url", booqara.url, *given)
    assert read(tmp_path / "raw" / "business.json")["name"] == "North Elm Studio"


def test_no_key(booqara: FakeBooqara, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMPORT_KEY", raising=False)
    assert "IMPORT_KEY" in fails("fetch", "booqara", tmp_path, "--url", booqara.url)[1]
    assert booqara.asked == []


def test_a_wrong_key(booqara: FakeBooqara, tmp_path: Path) -> None:
    code, problem, _ = fails("fetch", "booqara", tmp_path, "--url", booqara.url, "--key", "pk_live_other")
    assert (code, "the key was refused (401)" in problem, len(booqara.asked)) == (1, True, 1)


@pytest.mark.parametrize("wanted", ["7", "Fri, 01 May 2026 07:00:07 GMT"])
def test_it_waits_as_long_as_it_is_told(booqara: FakeBooqara, wanted: str) -> None:
    refusals = [Reply(429, headers=(("Retry-After", wanted),)), None]
    booqara.first = lambda got: refusals.pop(0)
    asking, told, pauses = remote(booqara.url)
    assert asking.get("booking", "business")["name"] == "North Elm Studio"
    assert pauses == [7.0]
    assert told == ["/booking/business: asked too often (429); trying again in 7 s"]


def test_a_wish_to_wait_that_cannot_be_read(booqara: FakeBooqara) -> None:
    refusals = [Reply(429, headers=(("Retry-After", "soon"),)), None]
    booqara.first = lambda got: refusals.pop(0)
    asking, _, pauses = remote(booqara.url)
    asking.get("booking", "business")
    assert pauses == [1.0]


@pytest.mark.parametrize(("status", "says"), [(403, "may not read this"), (302, "answered 302"), (400, "answered 400")])
def test_what_asking_again_does_not_help(booqara: FakeBooqara, status: int, says: str) -> None:
    booqara.first = lambda got: Reply(status)
    asking, _, pauses = remote(booqara.url)
    with pytest.raises(CannotFetch, match=says):
        asking.get("booking", "business")
    assert (pauses, len(booqara.asked)) == ([], 1)


def test_it_does_not_wait_for_hours(booqara: FakeBooqara) -> None:
    booqara.first = lambda got: Reply(429, headers=(("Retry-After", "7200"),))
    asking, _, pauses = remote(booqara.url)
    with pytest.raises(CannotFetch, match="asked too often"):
        asking.get("booking", "business")
    assert (pauses, len(booqara.asked)) == ([], 1)


def test_a_server_that_fails_for_a_while(booqara: FakeBooqara) -> None:
    answers = [Reply(500), Reply(503), Reply(429), None]
    booqara.first = lambda got: answers.pop(0)
    asking, _, pauses = remote(booqara.url)
    assert asking.get("booking", "staff")["staff"][0]["fullName"] == "Maria Gomez"
    assert pauses == [1.0, 2.0, 4.0]


def test_a_server_that_only_fails(booqara: FakeBooqara) -> None:
    booqara.first = lambda got: Reply(500)
    asking, _, pauses = remote(booqara.url)
    with pytest.raises(CannotFetch, match="answered 500"):
        asking.get("booking", "staff")
    assert (len(booqara.asked), pauses) == (fetching.TRIES, [1.0, 2.0, 4.0, 8.0, 16.0])


def test_a_server_that_hangs(booqara: FakeBooqara) -> None:
    booqara.first = lambda got: Reply(pause=1.0)
    asking, told, pauses = remote(booqara.url, timeout=0.05)
    with pytest.raises(CannotFetch, match=r"No answer in time\."):
        asking.get("booking", "staff")
    assert (len(pauses), len(told)) == (5, 5)


@pytest.mark.parametrize(
    ("body", "says"), [(b"<html>", "is no JSON"), (b'{"data": {}}', "a list was expected"), (b"7", "a list was")]
)
def test_answers_that_are_none(bookingflow: FakeBookingFlow, body: bytes, says: str) -> None:
    bookingflow.first = lambda got: Reply(200, body)
    asking, _, _ = remote(bookingflow.url)
    with pytest.raises(CannotFetch, match=says):
        list(asking.pages("api", "v1", "bookings"))


def test_an_answer_that_is_too_large(booqara: FakeBooqara, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST", 1024)
    booqara.first = lambda got: Reply(200, json.dumps(["x" * 2000]).encode())
    asking, _, _ = remote(booqara.url)
    with pytest.raises(CannotFetch, match="larger than"):
        asking.get("booking", "staff")


def test_a_large_answer_comes_whole(booqara: FakeBooqara) -> None:
    booqara.first = lambda got: Reply(200, json.dumps(["x" * 200_000]).encode())
    asking, _, _ = remote(booqara.url)
    assert asking.get("booking", "staff") == ["x" * 200_000]


def test_a_list_without_end(bookingflow: FakeBookingFlow) -> None:
    bookingflow.first = lambda got: Reply(200, b'{"data": [1], "nextCursor": "same", "hasMore": true}')
    asking, _, _ = remote(bookingflow.url)
    with pytest.raises(CannotFetch, match="does not end"):
        list(asking.pages("api", "v1", "bookings"))
    assert len(bookingflow.asked) == 2


def test_something_else_is_at_the_address(booqara: FakeBooqara, tmp_path: Path) -> None:
    booqara.first = lambda got: Reply(404)
    assert (
        "is this the address of the API?" in fails("fetch", "booqara", tmp_path, "--url", booqara.url, "--key", "k")[1]
    )


def test_something_else_is_at_the_address_of_bookingflow(bookingflow: FakeBookingFlow, tmp_path: Path) -> None:
    bookingflow.first = lambda got: Reply(404)
    problem = fails("fetch", "bookingflow", tmp_path, "--url", bookingflow.url, "--key", "k")[1]
    assert problem == f"{bookingflow.url}/api/v1/rooms is not there (404): is this the address of the API?"


def test_private_addresses_are_not_asked(booqara: FakeBooqara, tmp_path: Path, settings: Any) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []
    problem = fails("fetch", "booqara", tmp_path, "--url", booqara.url, "--key", "k")[1]
    assert problem == f"{booqara.url}: Use https. OUTGOING_ALLOW_NETWORKS lists networks of yours."
    assert booqara.asked == []


def test_ids_cannot_leave_the_folder(booqara: FakeBooqara, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("../../evil\n")
    asked: list[Got] = []
    booqara.first = lambda got: asked.append(got) or (Reply(200, b"{}") if "evil" in got.path else None)  # type: ignore[func-returns-value]
    run("fetch", "booqara", tmp_path / "old", "--url", booqara.url, "--key", "pk_live_secret", "--appointments", ids)
    assert asked[-1].path == "/booking/appointments/..%2F..%2Fevil"
    assert [p.name for p in (tmp_path / "old/raw/appointments").iterdir()] == ["..%2F..%2Fevil.json"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ids.txt", "old"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_of_ids_that_cannot_be_read(booqara: FakeBooqara, tmp_path: Path, content: bytes | None) -> None:
    ids = tmp_path / "ids.txt"
    if content:
        ids.write_bytes(content)
    problem = fails("fetch", "booqara", tmp_path, "--url", booqara.url, "--key", "k", "--appointments", ids)[1]
    assert str(ids) in problem
