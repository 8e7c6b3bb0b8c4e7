"""/v1/manage/service-categories"""

from tests.api.calls import Tenant, guards_a_collection, is_uuid, limits, nothing_changes, ok, refused, refused_fields

PATH = "/v1/manage/service-categories"


def made(salon: Tenant, name: str = "Cuts") -> str:
    key: str = ok(salon.full.post(PATH, {"name": name}), 201)["id"]
    return key


def test_create(salon: Tenant) -> None:
    told = ok(salon.full.post(PATH, {"name": " Cuts ", "position": 3}), 201)
    assert is_uuid(told["id"])
    assert told == {"id": told["id"], "name": "Cuts", "position": 3}
    assert ok(salon.full.get(f"{PATH}/{told['id']}")) == told
    assert ok(salon.full.get(PATH + "/"))["items"] == [told]


def test_change(salon: Tenant) -> None:
    key = made(salon)
    assert ok(salon.full.patch(f"{PATH}/{key}", {"position": 2})) == {"id": key, "name": "Cuts", "position": 2}
    assert ok(salon.full.patch(f"{PATH}/{key}/", {"name": "Color"})) == {"id": key, "name": "Color", "position": 2}


def test_delete(salon: Tenant) -> None:
    key = made(salon)
    assert salon.full.delete(f"{PATH}/{key}").status_code == 204
    with nothing_changes():
        refused(salon.full.get(f"{PATH}/{key}"), 404)
        refused(salon.full.patch(f"{PATH}/{key}", {"name": "x"}), 404)
        refused(salon.full.delete(f"{PATH}/{key}"), 404)
    assert ok(salon.full.get(PATH))["items"] == []
    assert made(salon) != key


def test_services_of_a_deleted_category_have_none(salon: Tenant) -> None:
    key, cut = made(salon), salon.service("cut")
    ok(salon.full.patch(f"/v1/manage/services/{cut}", {"category_id": key}))
    assert salon.full.delete(f"{PATH}/{key}").status_code == 204
    assert ok(salon.full.get(f"/v1/manage/services/{cut}"))["category_id"] is None
    assert ok(salon.widget.get(f"/v1/businesses/{salon.id}/services"))["items"][0]["category"] is None


def test_a_name_is_used_once(salon: Tenant) -> None:
    made(salon)
    other = made(salon, "Color")
    with nothing_changes():
        error = refused(salon.full.post(PATH, {"name": "Cuts"}), 409)
        refused(salon.full.patch(f"{PATH}/{other}", {"name": "Cuts"}), 409)
    assert error["message"] == "There is a category with this name already."


def test_limits(salon: Tenant) -> None:
    bad = {"name": ["", " ", None, 5, "x" * 101, "a\x00b"], "position": [-1, 32_768, "1", 1.0, None]}
    limits(salon, PATH, {"name": "Other"}, bad, item=made(salon))
    refused_fields(salon.full.post(PATH, {}), "name")
    ok(salon.full.post(PATH, {"name": "x" * 100, "position": 32_767}), 201)


def test_access(salon: Tenant, rival: Tenant) -> None:
    guards_a_collection(salon, rival, PATH, {"name": "Cuts"})
