"""The pages of services and their categories."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from businesses import catalogue
from businesses.models import Business, Resource, Service, ServiceCategory, ServiceResource
from tests.api.calls import nothing_changes
from tests.dashboard.bodies import SERVICE
from tests.dashboard.conftest import AsSomebody

PAGE = "/dashboard/salon/setup/services/"


def cut_of(salon: Business) -> Service:
    return Service.objects.get(business=salon, key="cut")


def form_of(salon: Business, **changes: Any) -> dict[str, Any]:
    """What the page of the cut would send."""
    row = cut_of(salon)
    sent = {**SERVICE, "name": "Cut", "duration_minutes": "60", "price_cents": "35.00", "is_default": "on"}
    for performer in ServiceResource.objects.filter(service=row).select_related("resource"):
        sent[f"by-{performer.resource.uuid}-performs"] = "on"
    return {**sent, "seen": row.updated_at.isoformat(), **changes}


def test_the_list(signed_in: AsSomebody, salon: Business) -> None:
    catalogue.save_service(salon.id, {"name": "Dye", "duration_minutes": 90, "active": False}, new_category="Colour")
    page = signed_in("manager").get(PAGE).content.decode()
    for text in ("Cut", "1 h", "USD 35", "Maria, Jim", "Usual", "Colour", "Dye", "1 h 30 min", "Hidden", "Nobody yet"):
        assert text in page


def test_nothing_yet(signed_in: AsSomebody, salon: Business) -> None:
    Service.objects.filter(business=salon).delete()
    assert "No services yet" in signed_in("owner").get(PAGE).content.decode()


def test_a_new_service(signed_in: AsSomebody, salon: Business) -> None:
    maria = Resource.objects.get(business=salon, key="maria")
    own = {
        f"by-{maria.uuid}-{name}": value for name, value in (("performs", "on"), ("price", "92,5"), ("duration", "75"))
    }
    rule = {
        "deposit_type": "charge",
        "deposit_basis": "percent",
        "deposit_percent": "30",
        "deposit_only_for": "new_customers",
    }
    sent = {**SERVICE, **own, **rule, "new_category": "Colour", "also_needs": "room", "policy": "Be kind."}
    owner = signed_in("owner")
    answer = owner.post(f"{PAGE}new/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    row = Service.objects.get(business=salon, name="Colour")
    assert (row.duration_minutes, row.price_cents, row.party_max, row.also_needs) == (90, 8000, 2, "room")
    assert row.position == 1
    assert (row.buffer_before_minutes, row.policy, row.is_default, row.show_price) == (0, "Be kind.", False, False)
    assert row.category is not None
    assert row.category.name == "Colour"
    assert (row.deposit_type, row.deposit_percent, row.deposit_only_for) == ("charge", 30, ["new_customers"])
    (performer,) = ServiceResource.objects.filter(service=row)
    assert (performer.resource, performer.price_cents, performer.duration_minutes) == (maria, 9250, 75)
    assert "Colour is saved." in owner.get(PAGE).content.decode()


def test_everybody_performs_a_new_service_unless_told_otherwise(signed_in: AsSomebody) -> None:
    page = signed_in("owner").get(f"{PAGE}new/").content.decode()
    assert page.count('-performs" id=') == 2
    assert page.count("checked") >= 4


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required."),
        ("duration_minutes", "0", "greater than or equal to 1"),
        ("price_cents", "35.001", "USD has 2 decimals."),
        ("price_cents", "99999999999", "This is too much."),
        ("price_cents", "-1", "greater than or equal to 0"),
        ("party_max", "0", "greater than or equal to 1"),
        ("party_min", "3", "This is less than the smallest."),
        ("deposit_type", "charge", "Please fill this in."),
        ("deposit_type", "authorization_hold", "Card holds need the premium plan."),
        ("category", "5d1f1d5c-0000-4000-8000-000000000000", "Select a valid choice."),
        ("name", "a\x00b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be(signed_in: AsSomebody, salon: Business, field: str, value: str, said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{PAGE}new/", {**SERVICE, field: value})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_changing_one(signed_in: AsSomebody, salon: Business) -> None:
    row = cut_of(salon)
    answer = signed_in("owner").post(f"{PAGE}{row.uuid}/", form_of(salon, price_cents="40"))
    assert answer.status_code == 302
    changed = cut_of(salon)
    assert (changed.price_cents, changed.key, changed.is_default, changed.performers.count()) == (4000, "cut", True, 2)


def test_what_somebody_else_changed_is_shown_before_it_is_replaced(signed_in: AsSomebody, salon: Business) -> None:
    row, owner = cut_of(salon), signed_in("owner")
    jim = Resource.objects.get(business=salon, key="jim")
    sent = form_of(salon, name="Fade", **{f"by-{jim.uuid}-price": "50"})
    catalogue.save_service(salon.id, {"price_cents": 4000}, row.uuid)
    with nothing_changes():
        answer = owner.post(f"{PAGE}{row.uuid}/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    stale = page[page.index('id="stale"') : page.index("</section>", page.index('id="stale"'))]
    for text in ("Fade", "Cut", "40.00", "35.00", "Jim", "yes, 50"):
        assert text in stale
    assert "Duration" not in stale
    again = {**sent, "seen": cut_of(salon).updated_at.isoformat()}
    assert again["seen"].replace("+", "&#x2B;") in page or again["seen"] in page
    assert owner.post(f"{PAGE}{row.uuid}/", again).status_code == 302
    assert (cut_of(salon).name, cut_of(salon).price_cents) == ("Fade", 3500)


def test_hiding_and_offering(signed_in: AsSomebody, salon: Business) -> None:
    owner, row = signed_in("owner"), cut_of(salon)
    owner.post(f"{PAGE}{row.uuid}/offer/", {"active": "0"})
    assert cut_of(salon).active is False
    owner.post(f"{PAGE}{row.uuid}/offer/", {"active": "1"})
    assert cut_of(salon).active is True


def test_removing(signed_in: AsSomebody, salon: Business) -> None:
    owner, row = signed_in("owner"), cut_of(salon)
    assert owner.post(f"{PAGE}{row.uuid}/remove/").status_code == 302
    assert cut_of(salon).deleted_at is not None
    assert owner.get(f"{PAGE}{row.uuid}/").status_code == 404


def test_the_order(signed_in: AsSomebody, salon: Business) -> None:
    other = catalogue.save_service(salon.id, {"name": "Wash", "duration_minutes": 30, "position": 5})
    signed_in("owner").post(f"{PAGE}{other.uuid}/move/", {"to": "up"})
    found = Service.objects.filter(business=salon).order_by("position").values_list("name", flat=True)
    assert list(found) == ["Wash", "Cut"]


def test_categories(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    one, other = (catalogue.category_named(salon.id, name) for name in ("Colour", "Cuts"))
    catalogue.save_service(salon.id, {}, cut_of(salon).uuid, category=other.uuid)
    path = f"/dashboard/salon/setup/categories/{other.uuid}/"
    with nothing_changes():
        assert owner.post(path, {"name": "Colour"}).status_code == 409
        assert owner.post(path, {"name": " "}).status_code == 302
    assert "A category needs a name." in owner.get(PAGE).content.decode()
    owner.post(path, {"name": "  Hair   cuts "})
    assert ServiceCategory.objects.get(id=other.id).name == "Hair cuts"
    owner.post(f"{path}remove/")
    assert cut_of(salon).category is None
    assert list(ServiceCategory.objects.present().filter(business=salon)) == [one]


def test_a_fixed_number_of_queries(signed_in: AsSomebody, salon: Business) -> None:
    owner, key = signed_in("owner"), cut_of(salon).uuid
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            owner.get(PAGE)
            owner.get(f"{PAGE}{key}/")
        counts.append(len(queries))
        for extra in range(4):
            made = catalogue.save_resource(salon.id, {"name": f"R{number}{extra}", "kind": "staff"})
            values = {"name": f"S{number}{extra}", "duration_minutes": 30}
            performers = [catalogue.Performer(made.uuid)]
            catalogue.save_service(salon.id, values, performers=performers, new_category=f"C{number}{extra}")
    assert counts[0] == counts[1] < 24
