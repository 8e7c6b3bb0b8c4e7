"""`manage.py provision FILE [--json]`: what it makes, says, and refuses."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from businesses.keys import well_formed
from businesses.models import ApiKey, Business, Closure, Member, OpeningHours, Resource, Service, User
from tests.api.calls import Caller, nothing_changes, ok

DOCUMENTED = Path(__file__).parents[1] / "contracts" / "provisioning" / "north-elm-studio.yaml"


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("provision", str(path), *options, stdout=out)
    return out.getvalue()


def told(path: Path) -> Any:
    return json.loads(run(path, "--json"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The documented file, to be changed."""
    path = tmp_path / "studio.yaml"
    path.write_text(DOCUMENTED.read_text())
    return path


def test_the_documented_file(db: None) -> None:
    outcome = told(DOCUMENTED)
    business = Business.objects.get()
    assert outcome["business"] == {"id": str(business.uuid), "number": business.id, "slug": "north-elm-studio"}
    assert list(outcome) == ["business", "resources", "services", "keys", "members"]
    assert outcome["resources"] == {
        row.key: {"id": str(row.uuid), "number": row.id} for row in Resource.objects.order_by("id")
    }
    assert list(outcome["resources"]) == ["maria", "jim"]
    assert outcome["services"] == {row.key: {"id": str(row.uuid), "number": row.id} for row in Service.objects.all()}
    assert list(outcome["services"]) == ["fade", "color"]
    assert list(outcome["keys"]) == ["website", "pos", "dev", "booqara"]
    assert all(well_formed(secret) for secret in outcome["keys"].values())
    starts = [secret[:11] for secret in outcome["keys"].values()]
    assert starts == ["avail_live_", "avail_live_", "avail_test_", outcome["keys"]["booqara"][:11]]
    assert outcome["keys"]["booqara"].startswith("pk_live_")
    assert list(outcome["members"]) == ["owner@example.com", "desk@example.com"]


def test_what_the_documented_file_makes(db: None) -> None:
    run(DOCUMENTED)
    business = Business.objects.get()
    assert (business.name, business.category, business.plan) == ("North Elm Studio", "Salon", "premium")
    assert (business.slot_interval_minutes, business.lead_time_minutes, business.window_days) == (30, 60, 60)
    assert (business.auto_confirm, business.cancel_notice_hours, business.billing_status) == (True, 24, "active")
    assert (business.deposit_type, business.deposit_amount_cents) == ("none", None)
    hours = OpeningHours.objects.filter(resource=None).order_by("weekday", "opens")
    assert [(h.weekday, h.opens, h.closes) for h in hours] == [(0, 540, 780), (0, 840, 1140), (4, 1080, 1560)]
    jim = Resource.objects.get(key="jim")
    assert [(h.weekday, h.opens, h.closes) for h in OpeningHours.objects.filter(resource=jim)] == [(0, 720, 960)]
    assert (jim.own_hours, Resource.objects.get(key="maria").own_hours) == (True, False)
    fade, color = Service.objects.get(key="fade"), Service.objects.get(key="color")
    assert (fade.price_cents, fade.duration_minutes, fade.buffer_after_minutes, fade.is_default) == (3500, 45, 15, True)
    assert (color.price_cents, color.also_needs, color.is_default) == (8000, "room", False)
    assert fade.category is not None
    assert fade.category.name == "Cuts"
    assert [p.resource.key for p in fade.performers.order_by("resource_id")] == ["maria", "jim"]
    christmas, dentist = Closure.objects.order_by("-starts_at")
    assert christmas.starts_at.isoformat() == "2026-12-24T06:00:00+00:00"
    assert christmas.ends_at.isoformat() == "2026-12-27T06:00:00+00:00"
    assert (dentist.resource, dentist.reason) == (jim, "Dentist")
    assert dentist.starts_at.isoformat() == "2026-12-01T15:00:00+00:00"
    keys = {key.name: (key.preset, key.live, key.requests_per_minute) for key in ApiKey.objects.all()}
    assert keys["booqara"] == ("full", True, 600)
    assert keys["dev"] == ("full", False, 60)
    assert {m.user.email: m.role for m in Member.objects.all()} == {
        "owner@example.com": "owner",
        "desk@example.com": "staff",
    }


def test_its_secrets_and_passwords_work(db: None) -> None:
    outcome = told(DOCUMENTED)
    listed = ok(Caller(outcome["keys"]["pos"]).get("/v1/manage/resources"))["items"]
    assert [item["name"] for item in listed] == ["Maria Gomez", "Jim Smith"]
    for email, password in outcome["members"].items():
        assert len(password) >= 12
        assert User.objects.get(email=email).check_password(password)


def test_the_same_file_twice_changes_nothing(db: None) -> None:
    first = told(DOCUMENTED)
    version = Business.objects.get().config_version
    with nothing_changes():
        second = told(DOCUMENTED)
        assert "no change" in run(DOCUMENTED)
    assert Business.objects.get().config_version == version
    assert second == {
        **first,
        "keys": dict.fromkeys(first["keys"]),
        "members": dict.fromkeys(first["members"]),
    }


def test_in_words(db: None) -> None:
    text = run(DOCUMENTED)
    business = Business.objects.get()
    assert text.splitlines()[:2] == [f"North Elm Studio (north-elm-studio), id {business.uuid}", "changed"]
    assert "key website: avail_live_" in text
    again = run(DOCUMENTED)
    assert "key website: (issued before; secrets are shown once)" in again
    assert "member owner@example.com: (known; password unchanged)" in again
    assert "avail_live_" not in again


def test_services_are_offered_in_the_order_of_the_file(db: None, file: Path) -> None:
    document = yaml.safe_load(file.read_text())
    document["services"].reverse()
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    outcome = told(file)
    page = ok(Caller(outcome["keys"]["website"]).get(f"/v1/businesses/{outcome['business']['id']}/services"))
    assert [service["name"] for service in page["items"]] == ["Color", "Fade"]


# --- what is refused by its line --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("business:\n  slug: a\n  slug: b\n", "line 3: 'slug' is written twice"),
        ("business:\n  slug: 'a\n", "line"),
        ("business: [\n", "line"),
        ("\tbusiness: x\n", "line 1"),
        ("1: 2\n", "line 1: 1 is not a name"),
        ("business: !!python/object/apply:os.getcwd []\n", "line 1"),
        ("a: &x [*x]\nb: *y\n", "line 2"),
        ("business: \x00\n", "studio.yaml"),
        ("", "must be a mapping"),
        ("- business\n", "must be a mapping"),
        ("just text\n", "must be a mapping"),
        ("--- {}\n--- {}\n", "line"),
    ],
)
def test_a_file_that_is_no_document(db: None, file: Path, text: str, says: str) -> None:
    file.write_text(text)
    with nothing_changes(), pytest.raises(CommandError) as refusal:
        run(file)
    assert "studio.yaml" in str(refusal.value)
    assert says in str(refusal.value)


def test_bytes_that_are_no_text(db: None, file: Path) -> None:
    file.write_bytes(b"business:\n  slug: \xff\xfe\n")
    with nothing_changes(), pytest.raises(CommandError, match=r"studio\.yaml"):
        run(file)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read(db: None, tmp_path: Path, name: str) -> None:
    with nothing_changes(), pytest.raises(CommandError):
        run(tmp_path / name)


def test_a_document_nested_without_end(db: None, file: Path) -> None:
    file.write_text("business: " + "[" * 5_000 + "]" * 5_000)
    with nothing_changes(), pytest.raises(CommandError):
        run(file)
