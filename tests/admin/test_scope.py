"""Nobody reaches another business through the admin: lists, rows, forms, choices, actions, filters, histories."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.sites import site
from django.test import Client

from businesses.models import Business, Closure, Member, OpeningHours, Resource, Service, ServiceCategory, User
from tests.admin.conftest import TENANT_MODELS, AsRole, form_values, listing, row_of
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import browser, person
from tests.visits import World

ALL = {model._meta.model_name: model for model in TENANT_MODELS}
EDITABLE = (Business, Service, ServiceCategory, Resource, OpeningHours, Closure)
by_name = pytest.mark.parametrize("name", ALL)


def test_all_tables_of_businesses_are_here() -> None:
    assert set(ALL) == {
        "business", "resource", "servicecategory", "service", "openinghours", "closure", "member", "apikey",
        "auditentry", "booking", "customer", "message", "deposit", "instruction", "ledgerentry", "subscription",
        "event", "endpoint", "delivery",
    }  # fmt: skip


@by_name
def test_lists_have_own_rows_only(salon: World, rival: World, owner: Client, host: Client, name: str) -> None:
    response = owner.get(listing(ALL[name]))
    assert response.status_code == 200
    shown = set(response.context["cl"].queryset)
    assert row_of(ALL[name], salon) in shown
    assert {getattr(row, "business", row) for row in shown} == {salon.business}
    assert b"rival" not in response.content
    assert {row_of(ALL[name], world) for world in (salon, rival)} <= set(
        host.get(listing(ALL[name])).context["cl"].queryset
    )


@by_name
def test_another_business_row_is_not_found(salon: World, rival: World, owner: Client, name: str) -> None:
    """As one that does not exist: led back to the start."""
    model = ALL[name]
    theirs, nobodys, own = row_of(model, rival).pk, 10**9, row_of(model, salon).pk
    assert owner.get(f"{listing(model)}{own}/change/").status_code == 200
    assert owner.get(f"{listing(model)}{own}/history/").status_code == 200
    for page in ("change", "history"):
        answers = [owner.get(f"{listing(model)}{key}/{page}/") for key in (theirs, nobodys)]
        assert [answer.status_code for answer in answers] == [302, 302], page
        assert [answer.headers["Location"] for answer in answers] == ["/admin/", "/admin/"]
    assert [owner.get(f"{listing(model)}{key}/delete/").status_code for key in (theirs, nobodys)] == [403, 403]
    with nothing_changes():
        for page in ("change", "delete"):
            assert owner.post(f"{listing(model)}{theirs}/{page}/", {"name": "Mine", "post": "yes"}).status_code in (
                302,
                403,
            )


@pytest.mark.parametrize("model", EDITABLE)
def test_a_whole_form_for_another_business_row(
    salon: World, rival: World, owner: Client, host: Client, model: Any
) -> None:
    path = f"{listing(model)}{row_of(model, rival).pk}/change/"
    values = form_values(host, path)
    with nothing_changes():
        assert owner.post(path, values).headers["Location"] == "/admin/"


@by_name
def test_actions_take_own_rows_only(salon: World, rival: World, owner: Client, host: Client, name: str) -> None:
    model = ALL[name]
    response = owner.get(listing(model))
    form = response.context["action_form"]
    chosen = [value for value, _ in form.fields["action"].choices if value] if form else []
    assert "delete_selected" not in chosen
    for action in chosen:
        with nothing_changes():
            owner.post(listing(model), {"action": action, ACTION_CHECKBOX_NAME: [row_of(model, rival).pk]})
    with nothing_changes():
        sent = {"action": "delete_selected", "post": "yes", ACTION_CHECKBOX_NAME: [row_of(model, salon).pk]}
        owner.post(listing(model), sent)
        host.post(listing(model), sent)


@by_name
def test_filters_find_nothing_of_others(salon: World, rival: World, owner: Client, name: str) -> None:
    path, model = listing(ALL[name]), ALL[name]
    filters = site.get_model_admin(model).get_list_filter(None)  # type: ignore[arg-type]
    if any(isinstance(entry, tuple) and entry[0] == "business" for entry in filters):
        page = owner.get(path, {"business__id__exact": rival.business.id})
        shown = page.context["cl"].queryset  # a filter with one choice is none
        assert {row.business for row in shown} <= {salon.business}
        assert b"The rival" not in page.content
    for guess in ({"business__name__startswith": "The r"}, {"id__gt": "0"}, {"business__members__user__email": "x"}):
        assert owner.get(path, guess).status_code in (302, 400), guess


def test_hidden_columns_cannot_be_guessed(salon: World, owner: Client, host: Client) -> None:
    for path, guess in (
        ("/admin/bookings/message/", {"text__startswith": "the"}),
        ("/admin/businesses/apikey/", {"digest__isnull": "0"}),
        ("/admin/businesses/member/", {"invitation_digest__isnull": "1"}),
        ("/admin/businesses/member/", {"user__password__startswith": "argon2"}),
        ("/admin/webhooks/endpoint/", {"secret__isnull": "0"}),
    ):
        for client in (owner, host):
            assert client.get(path, guess).status_code in (302, 400), guess
    page = owner.get(f"/admin/bookings/message/{row_of(ALL['message'], salon).pk}/change/").content.decode()
    assert "the link" not in page


# --- choices ------------------------------------------------------------------------------------------------------


def autocomplete(client: Client, app: str, model: str, field: str) -> Any:
    return client.get("/admin/autocomplete/", {"app_label": app, "model_name": model, "field_name": field, "term": ""})


def test_autocomplete(salon: World, rival: World, owner: Client, host: Client) -> None:
    for model in ("resource", "service", "closure", "openinghours", "servicecategory"):
        found = autocomplete(owner, "businesses", model, "business").json()["results"]
        assert [row["text"] for row in found] == ["The salon"]
        assert len(autocomplete(host, "businesses", model, "business").json()["results"]) == 2
    assert autocomplete(owner, "businesses", "member", "user").status_code == 403
    found = autocomplete(owner, "bookings", "booking", "customer").json()["results"]
    assert [row["text"] for row in found] == ["Guest of salon"]
    assert autocomplete(browser(), "businesses", "resource", "business").status_code == 302


@pytest.mark.parametrize("model", [Service, Closure, OpeningHours])
def test_choices_of_forms(salon: World, rival: World, owner: Client, model: Any) -> None:
    for path in (f"{listing(model)}add/", f"{listing(model)}{row_of(model, salon).pk}/change/"):
        form = owner.get(path).context["adminform"].form
        for field in form.fields.values():
            queryset = getattr(field, "queryset", None)
            if queryset is not None:
                assert {getattr(row, "business", row) for row in queryset} <= {salon.business}


def test_a_new_row_is_of_the_own_business(salon: World, rival: World, owner: Client) -> None:
    path = "/admin/businesses/resource/add/"
    values = {**form_values(owner, path), "name": "Zoe", "kind": "staff"}
    assert values["business"] == salon.business.id
    with nothing_changes():
        refused = owner.post(path, {**values, "business": rival.business.id})
        assert "business" in refused.context["adminform"].form.errors
    assert owner.post(path, values).status_code == 302
    assert Resource.objects.get(name="Zoe").business == salon.business


def test_a_foreign_key_of_another_business_is_refused(salon: World, rival: World, owner: Client) -> None:
    service = salon.services["cut"]
    path = f"/admin/businesses/service/{service.pk}/change/"
    theirs = ServiceCategory.objects.get(business=rival.business)
    with nothing_changes():
        refused = owner.post(path, {**form_values(owner, path), "category": theirs.pk})
        assert "category" in refused.context["adminform"].form.errors
    path = f"/admin/businesses/closure/{row_of(Closure, salon).pk}/change/"
    with nothing_changes():
        refused = owner.post(path, {**form_values(owner, path), "resource": rival.resources["jim"].pk})
        assert "resource" in refused.context["adminform"].form.errors


def test_who_has_two_businesses_does_not_mix_them(salon: World, rival: World, owner: Client) -> None:
    Member.objects.create(business=rival.business, user=User.objects.get(email="owner@salon.example"), role="manager")
    assert len(owner.get("/admin/businesses/service/").context["cl"].queryset) == 2
    path = f"/admin/businesses/service/{salon.services['cut'].pk}/change/"
    with nothing_changes():
        sent = {**form_values(owner, path), "category": ServiceCategory.objects.get(business=rival.business).pk}
        assert "category" in owner.post(path, sent).context["adminform"].form.errors
    add = "/admin/businesses/closure/add/"
    values = {**form_values(owner, add), "starts_at_0": "2026-07-01", "starts_at_1": "10:00", "ends_at_0": "2026-07-01"}
    values |= {"ends_at_1": "11:00", "business": salon.business.id, "resource": rival.resources["jim"].pk}
    with nothing_changes():
        errors = owner.post(add, values).context["adminform"].form.errors
        assert errors == {"resource": ["This is of another business."]}


# --- roles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_staff_and_viewers_stay_out(salon: World, as_role: AsRole, role: str) -> None:
    client = as_role(role)
    for path in ("/admin/", "/admin/host/", *(listing(model) for model in TENANT_MODELS)):
        assert client.get(path).headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/").status_code == 403


def test_who_has_not_accepted_or_is_not_active_stays_out(salon: World, owner: Client) -> None:
    waiting = browser(person(salon.business, "owner", "waiting@salon.example", accepted_at=None))
    assert waiting.get("/admin/").status_code == 302
    User.objects.filter(email="owner@salon.example").update(is_active=False)
    assert owner.get("/admin/").status_code == 302


def test_rights_end_with_the_membership(salon: World, owner: Client) -> None:
    assert owner.get("/admin/").status_code == 200
    Member.objects.filter(user__email="owner@salon.example").update(role="staff")
    assert owner.get("/admin/businesses/service/").status_code == 302


def test_each_business_by_its_role(salon: World, rival: World, owner: Client) -> None:
    """Owner here, staff there: the other business is not in the admin at all."""
    Member.objects.create(business=rival.business, user=User.objects.get(email="owner@salon.example"), role="staff")
    for model in TENANT_MODELS:
        assert b"rival" not in owner.get(listing(model)).content


def test_a_manager_sees_no_subscription(salon: World, as_role: AsRole, owner: Client) -> None:
    assert owner.get("/admin/payments/subscription/").status_code == 200
    assert as_role("manager").get("/admin/payments/subscription/").status_code == 403


HOST_ONLY = ["/admin/businesses/user/", "/admin/payments/stripeevent/", "/admin/host/", "/admin/mfa/authenticator/"]


@pytest.mark.parametrize("path", HOST_ONLY)
def test_the_host_alone(salon: World, owner: Client, host: Client, path: str) -> None:
    assert owner.get(path).status_code == 403
    assert host.get(path).status_code == 200
    assert path.encode() not in owner.get("/admin/").content


READ_ONLY = set(ALL) - {model._meta.model_name for model in EDITABLE}


@pytest.mark.parametrize("name", sorted(READ_ONLY))
def test_money_status_and_history_are_read_only(salon: World, owner: Client, name: str) -> None:
    model = ALL[name]
    row = row_of(model, salon)
    page = owner.get(f"{listing(model)}{row.pk}/change/")
    assert list(page.context["adminform"].form.fields) == []
    with nothing_changes():
        assert (
            owner.post(f"{listing(model)}{row.pk}/change/", {"status": "completed", "role": "owner"}).status_code == 403
        )
        assert owner.post(f"{listing(model)}add/", {"name": "x"}).status_code == 403
        assert owner.post(f"{listing(model)}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_what_the_host_decides_stays(salon: World, owner: Client) -> None:
    path = f"/admin/businesses/business/{salon.business.id}/change/"
    values = form_values(owner, path)
    sent = {
        "plan": "premium",
        "billing_status": "past_due",
        "currency": "EUR",
        "slug": "mine",
        "stripe_account": "acct_1",
    }
    assert set(sent) & set(values) == set()
    answer = owner.post(path, {**values, **sent, "name": "New name"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    after = Business.objects.get(id=salon.business.id)
    assert after.name == "New name"
    before = salon.business
    for name in sent:
        assert getattr(after, name) == getattr(before, name), name
    assert owner.get("/admin/businesses/business/add/").status_code == 403


ACTIONS = (("booking", "cancel"), ("apikey", "revoke"), ("message", "send_again"), ("resource", "remove"))


def test_past_due_reads_and_does_not_write(salon: World, owner: Client) -> None:
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    for model in TENANT_MODELS:
        assert owner.get(listing(model)).status_code == 200
    with nothing_changes():
        for model in EDITABLE:
            path = f"{listing(model)}{row_of(model, salon).pk}/change/"
            assert owner.post(path, {"name": "x"}).status_code == 403
            assert owner.post(f"{listing(model)}add/", {"name": "x"}).status_code == 403
        for name, action in (
            ("booking", "cancel"),
            ("apikey", "revoke"),
            ("message", "send_again"),
            ("resource", "remove"),
        ):
            sent = {"action": action, ACTION_CHECKBOX_NAME: [row_of(ALL[name], salon).pk]}
            owner.post(listing(ALL[name]), sent)


def test_no_search_over_everything(owner: Client, host: Client) -> None:
    assert [client.get("/admin/search/", {"s": "a"}).status_code for client in (owner, host)] == [404, 404]


def test_random_addresses(owner: Client) -> None:
    for model in TENANT_MODELS:
        assert owner.get(f"{listing(model)}{uuid4()}/change/").status_code == 302


def test_the_number_of_queries_does_not_grow(salon: World, owner: Client, django_assert_max_num_queries: Any) -> None:
    for day in range(10, 20):
        salon.visit(f"2126-07-{day} 09:00", who=f"Guest {day}")
    for model in TENANT_MODELS:
        owner.get(listing(model))
        with django_assert_max_num_queries(12):
            owner.get(listing(model))
