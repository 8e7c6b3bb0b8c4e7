"""Deposit rules and the cancellation policy: what a file may say, what is stored, and the same check in the admin."""

import copy
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.sites import site
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from psycopg.types.json import Jsonb

from businesses.deposit_rules import Rule, check_cancellation_steps, effective_rule, effective_steps
from businesses.errors import Invalid
from businesses.models import Business, Service, User
from businesses.provisioning import DocumentError, Outcome, apply_plan, read_plan
from tests import factories
from tests.api.calls import nothing_changes
from tests.provisioning.test_refusals import changed

STEPS = [{"hours_before": 48, "fee_percent": 0}, {"hours_before": 24, "fee_percent": 50}]
FREE_THEN_HALF = [[48, 0], [24, 50]]
NEEDS_PREMIUM = "authorization_hold needs plan: premium"


def applied(document: dict[str, Any]) -> Outcome:
    return apply_plan(read_plan(document))


def with_rule(where: str, rule: Any, plan: str = "basic") -> dict[str, Any]:
    document = changed(where, rule)
    document["business"]["plan"] = plan
    return document


def cut() -> Service:
    return Service.objects.get(key="cut")


# --- what is accepted ---------------------------------------------------------------------------------------------

ACCEPTED: list[tuple[Any, Rule]] = [
    ({"type": "charge", "amount_cents": 2000}, Rule("charge", "fixed", 2000)),
    ({"type": "charge", "amount_cents": 100_000_000}, Rule("charge", "fixed", 100_000_000)),
    ({"type": "charge", "basis": "per_person", "amount_cents": 1}, Rule("charge", "per_person", 1)),
    ({"type": "charge", "basis": "percent", "percent": 1}, Rule("charge", "percent", None, 1)),
    (
        {"type": "charge", "basis": "percent", "percent": 100, "only_for": ["new_customers"]},
        Rule("charge", "percent", None, 100, ("new_customers",)),
    ),
    (
        {"type": "authorization_hold", "amount_cents": 500, "only_for": ["earlier_no_shows", "new_customers"]},
        Rule("authorization_hold", "fixed", 500, None, ("earlier_no_shows", "new_customers")),
    ),
    ({"type": "none"}, Rule("none")),
    ({"type": "none", "amount_cents": 2000}, Rule("none", "fixed", 2000)),
    ({"type": "charge", "amount_cents": 2000, "percent": None, "only_for": None}, Rule("charge", "fixed", 2000)),
]


@pytest.mark.parametrize("where", ["business.deposit", "services[0].deposit"])
@pytest.mark.parametrize(("written", "meant"), ACCEPTED, ids=[str(written) for written, _ in ACCEPTED])
def test_a_rule(db: None, where: str, written: Any, meant: Rule) -> None:
    document = with_rule(where, written, "premium")
    applied(document)
    row = Business.objects.get() if where.startswith("business") else cut()
    assert row.deposit_rule == meant
    version = Business.objects.get().config_version
    with nothing_changes():
        assert applied(document).changed is False
    assert Business.objects.get().config_version == version


@pytest.mark.parametrize("written", [{}, None, {"type": None}])
def test_a_business_that_says_nothing_takes_nothing(db: None, written: Any) -> None:
    applied(with_rule("business.deposit", written))
    assert Business.objects.get().deposit_rule == Rule("none")


def test_a_service_without_a_rule_follows_the_business(db: None) -> None:
    applied(with_rule("business.deposit", {"type": "charge", "amount_cents": 2000}))
    assert cut().deposit_rule is None
    assert effective_rule(Business.objects.get(), cut()) == Rule("charge", "fixed", 2000)


def test_a_service_may_take_none_explicitly(db: None) -> None:
    document = with_rule("business.deposit", {"type": "charge", "amount_cents": 2000})
    document["services"][0]["deposit"] = {"type": "none"}
    applied(document)
    business = Business.objects.get()
    assert (effective_rule(business), effective_rule(business, cut())) == (Rule("charge", "fixed", 2000), None)


def test_a_rule_that_is_left_out_returns_to_the_businesss(db: None) -> None:
    document = with_rule("services[0].deposit", {"type": "charge", "basis": "percent", "percent": 30})
    applied(document)
    document["services"][0]["deposit"] = None
    assert applied(document).changed is True
    service = cut()
    assert service.deposit_rule is None
    assert (service.deposit_basis, service.deposit_percent, service.deposit_only_for) == ("fixed", None, [])


def test_another_basis_leaves_nothing_of_the_former_one(db: None) -> None:
    document = with_rule("business.deposit", {"type": "charge", "amount_cents": 2000, "only_for": ["new_customers"]})
    applied(document)
    document["business"]["deposit"] = {"type": "charge", "basis": "percent", "percent": 20}
    assert applied(document).changed is True
    assert Business.objects.get().deposit_rule == Rule("charge", "percent", None, 20)


def test_rules_of_cancellation_window_and_account(db: None) -> None:
    document = changed("business.rules.cancellation", STEPS)
    document["business"]["rules"]["deposit_window_minutes"] = 15
    document["business"]["stripe_account"] = "acct_1A2b3C"
    applied(document)
    business = Business.objects.get()
    assert business.cancellation_steps == FREE_THEN_HALF
    assert effective_steps(business) == [(48, 0), (24, 50)]
    assert (business.deposit_window_minutes, business.stripe_account) == (15, "acct_1A2b3C")
    with nothing_changes():
        assert applied(document).changed is False
    applied(copy.deepcopy(factories.SALON))
    business.refresh_from_db()
    assert (business.cancellation_steps, business.deposit_window_minutes, business.stripe_account) == ([], 30, "")
    assert effective_steps(business) == [(24, 0)]


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"hours_before": 0, "fee_percent": 100}],
        [{"hours_before": 8760, "fee_percent": 0}],
        [{"hours_before": 10 - n, "fee_percent": n} for n in range(5)],
    ],
)
def test_the_bounds_of_steps_are_allowed(db: None, steps: Any) -> None:
    applied(changed("business.rules.cancellation", steps))
    assert Business.objects.get().cancellation_steps == [[s["hours_before"], s["fee_percent"]] for s in steps]


@pytest.mark.parametrize("minutes", [1, 1440])
def test_the_bounds_of_the_window_are_allowed(db: None, minutes: int) -> None:
    applied(changed("business.rules.deposit_window_minutes", minutes))
    assert Business.objects.get().deposit_window_minutes == minutes


# --- what is refused ----------------------------------------------------------------------------------------------

RULES: list[tuple[Any, str, str]] = [
    ({"type": "charge"}, "amount_cents", "is missing"),
    ({"type": "charge", "basis": "per_person"}, "amount_cents", "is missing"),
    ({"type": "charge", "basis": "percent"}, "percent", "is missing"),
    ({"type": "charge", "basis": "percent", "amount_cents": 5}, "percent", "is missing"),
    (
        {"type": "charge", "basis": "percent", "percent": 5, "amount_cents": 5},
        "amount_cents",
        "does not go with basis: percent",
    ),
    ({"type": "charge", "amount_cents": 5, "percent": 5}, "percent", "needs basis: percent"),
    ({"type": "charge", "basis": "per_person", "amount_cents": 5, "percent": 5}, "percent", "needs basis: percent"),
    ({"type": "none", "percent": 5}, "percent", "needs basis: percent"),
    ({"type": "charge", "amount_cents": 0}, "amount_cents", "must be 1 to 100000000, not 0"),
    ({"type": "charge", "amount_cents": 100_000_001}, "amount_cents", "must be 1 to 100000000, not 100000001"),
    ({"type": "charge", "amount_cents": "5"}, "amount_cents", "must be an integer, not '5'"),
    ({"type": "charge", "basis": "percent", "percent": 0}, "percent", "must be 1 to 100, not 0"),
    ({"type": "charge", "basis": "percent", "percent": 101}, "percent", "must be 1 to 100, not 101"),
    ({"type": "charge", "basis": "percent", "percent": True}, "percent", "must be an integer, not True"),
    ({"type": "gift"}, "type", "must be one of none, charge, authorization_hold, not 'gift'"),
    ({"type": "charge", "basis": "hourly"}, "basis", "must be one of fixed, per_person, percent, not 'hourly'"),
    ({"type": "none", "only_for": "new_customers"}, "only_for", "must be a list, not 'new_customers'"),
    (
        {"type": "none", "only_for": ["new_customers", "friends"]},
        "only_for[1]",
        "must be one of new_customers, earlier_no_shows, not 'friends'",
    ),
    ({"type": "none", "only_for": ["new_customers"] * 2}, "only_for", "names the same twice"),
    ({"type": "authorization_hold", "amount_cents": 5}, "type", NEEDS_PREMIUM),
    ({"type": "none", "extra": 1}, "extra", "unknown key; known here: amount_cents, basis, only_for, percent, type"),
]


@pytest.mark.parametrize("where", ["business.deposit", "services[0].deposit"])
@pytest.mark.parametrize(("rule", "named", "problem"), RULES, ids=[str(rule) for rule, _, _ in RULES])
def test_a_mistake_in_a_rule(db: None, where: str, rule: Any, named: str, problem: str) -> None:
    with nothing_changes(), pytest.raises(DocumentError) as refusal:
        applied(with_rule(where, rule))
    assert str(refusal.value) == f"{where}.{named}: {problem}"
    assert refusal.value.details == {f"{where}.{named}": [problem]}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({}, "services[0].deposit.type"),
        ({"amount_cents": 5}, "services[0].deposit.type"),
        ("none", "services[0].deposit"),
    ],
)
def test_a_rule_of_a_service_says_its_type(db: None, rule: Any, path: str) -> None:
    with nothing_changes(), pytest.raises(DocumentError) as refusal:
        applied(with_rule("services[0].deposit", rule))
    assert list(refusal.value.details or {}) == [path]


def step(hours: Any, fee: Any) -> dict[str, Any]:
    return {"hours_before": hours, "fee_percent": fee}


CANCELLATION = "business.rules.cancellation"
OTHERS: list[tuple[str, Any, str]] = [
    ("business.rules.deposit_window_minutes", 0, ""),
    ("business.rules.deposit_window_minutes", 1441, ""),
    ("business.rules.deposit_window_minutes", "30", ""),
    ("business.stripe_account", "acct_", ""),
    ("business.stripe_account", "acct_a-b", ""),
    ("business.stripe_account", "acct_" + "a" * 60, ""),
    ("business.stripe_account", "sk_live_1", ""),
    ("business.stripe_account", 5, ""),
    (CANCELLATION, {}, ""),
    (CANCELLATION, 48, ""),
    (CANCELLATION, [step(9 - n, n) for n in range(6)], ""),
    (CANCELLATION, [[48, 0]], "[0]"),
    (CANCELLATION, [{"hours_before": 48}], "[0].fee_percent"),
    (CANCELLATION, [{"fee_percent": 48}], "[0].hours_before"),
    (CANCELLATION, [{**step(48, 0), "extra": 1}], "[0].extra"),
    (CANCELLATION, [step(-1, 0)], "[0].hours_before"),
    (CANCELLATION, [step(8761, 0)], "[0].hours_before"),
    (CANCELLATION, [step("48", 0)], "[0].hours_before"),
    (CANCELLATION, [step(48, -1)], "[0].fee_percent"),
    (CANCELLATION, [step(48, 101)], "[0].fee_percent"),
    (CANCELLATION, [step(48, 0.5)], "[0].fee_percent"),
    (CANCELLATION, [step(24, 0), step(48, 50)], "[1].hours_before"),
    (CANCELLATION, [step(24, 0), step(24, 50)], "[1].hours_before"),
    (CANCELLATION, [step(48, 50), step(24, 0)], "[1].fee_percent"),
    (CANCELLATION, [step(72, 0), step(48, 50), step(24, 50)], "[2].fee_percent"),
]


@pytest.mark.parametrize(("where", "value", "named"), OTHERS, ids=[f"{w} {v}"[:70] for w, v, _ in OTHERS])
def test_other_mistakes(db: None, where: str, value: Any, named: str) -> None:
    with nothing_changes(), pytest.raises(DocumentError) as refusal:
        applied(changed(where, value))
    assert list(refusal.value.details or {}) == [where + named]


# --- what the core and the database refuse of anybody -------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("48", "must be a list of [hours_before, fee_percent]"),
        ([48, 0], "must be a list of [hours_before, fee_percent]"),
        ([[48]], "must be a list of [hours_before, fee_percent]"),
        ([[10 - n, n] for n in range(6)], "has more than 5 steps"),
        ([[8761, 0]], "hours_before must be an integer from 0 to 8760, not 8761"),
        ([[True, 0]], "hours_before must be an integer from 0 to 8760, not True"),
        ([[48, 0], [24, 50.5]], "fee_percent must be an integer from 0 to 100, not 50.5"),
        ([[24, 0], [48, 50]], "step 2: hours_before must be less than 24, not 48"),
        ([[48, 50], [24, 50]], "step 2: fee_percent must be more than 50, not 50"),
    ],
)
def test_steps(steps: Any, problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_cancellation_steps(steps)
    assert refusal.value.details == {"cancellation_steps": [problem]}


@pytest.mark.parametrize("steps", [[], FREE_THEN_HALF, [[8760, 0], [0, 100]]])
def test_good_steps(steps: Any) -> None:
    check_cancellation_steps(steps)


@pytest.mark.parametrize("model", [Business, Service])
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"deposit_type": "charge"}, "deposit_complete"),
        ({"deposit_type": "charge", "deposit_amount_cents": 0}, "deposit_complete"),
        ({"deposit_type": "charge", "deposit_percent": 5}, "deposit_complete"),
        ({"deposit_type": "charge", "deposit_basis": "percent", "deposit_amount_cents": 5}, "deposit_complete"),
        ({"deposit_percent": 0}, "deposit_percent"),
        ({"deposit_percent": 101}, "deposit_percent"),
    ],
)
def test_the_database_refuses_half_a_rule(db: None, model: Any, values: dict[str, Any], constraint: str) -> None:
    factories.business()
    with pytest.raises(IntegrityError, match=f"{model._meta.model_name}_{constraint}"), transaction.atomic():
        model.objects.update(**values)


NEW_COLUMNS = {
    "businesses_business": "deposit_basis, deposit_percent, deposit_only_for, deposit_window_minutes, "
    "cancellation_steps, stripe_account",
    "businesses_service": "deposit_type, deposit_basis, deposit_amount_cents, deposit_percent, deposit_only_for",
}


@pytest.mark.parametrize("table", NEW_COLUMNS)
def test_code_of_the_former_release_can_insert(db: None, table: str) -> None:
    """During a deployment it writes on the new schema and does not know the new columns."""
    factories.business()
    new = NEW_COLUMNS[table].split(", ")
    fresh = {"id": 10**9, "uuid": str(uuid4()), "slug": "other", "key": "", "is_default": False}
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        known = ", ".join(name for (name,) in cursor.fetchall() if name not in new)
        cursor.execute(
            f"INSERT INTO {table} ({known}) SELECT {known} FROM jsonb_populate_record(NULL::{table}, "
            f"(SELECT to_jsonb(t) || %s FROM {table} t LIMIT 1))",
            [Jsonb(fresh)],
        )
    row: Any = (Business if table == "businesses_business" else Service).objects.get(id=fresh["id"])
    assert row.deposit_rule == (Rule("none") if table == "businesses_business" else None)
    assert (row.deposit_basis, row.deposit_only_for) == ("fixed", [])
    if table == "businesses_business":
        assert (row.deposit_window_minutes, row.cancellation_steps, row.stripe_account) == (30, [], "")


# --- the admin ----------------------------------------------------------------------------------------------------

CLEANED: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"deposit_type": "charge"}, {"deposit_amount_cents": ["is missing"]}),
    (
        {"deposit_type": "charge", "deposit_amount_cents": 0},
        {"deposit_amount_cents": ["must be 1 to 100000000, not 0"]},
    ),
    ({"deposit_type": "charge", "deposit_basis": "percent"}, {"deposit_percent": ["is missing"]}),
    (
        {"deposit_type": "charge", "deposit_amount_cents": 5, "deposit_percent": 5},
        {"deposit_percent": ["needs basis: percent"]},
    ),
    ({"deposit_type": "authorization_hold", "deposit_amount_cents": 5}, {"deposit_type": [NEEDS_PREMIUM]}),
]


@pytest.mark.parametrize("model", [Business, Service])
@pytest.mark.parametrize(("values", "problems"), CLEANED)
def test_clean_names_the_field(db: None, model: Any, values: dict[str, Any], problems: dict[str, list[str]]) -> None:
    factories.business()
    row = model.objects.get()
    row.clean()
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refusal:
        row.clean()
    assert refusal.value.message_dict == problems


def test_a_service_that_follows_says_nothing_else(db: None) -> None:
    service = factories.business().services["cut"]
    for name, value in (("deposit_amount_cents", 5), ("deposit_percent", 5), ("deposit_only_for", ["new_customers"])):
        changed_row = copy.copy(service)
        setattr(changed_row, name, value)
        with pytest.raises(ValidationError) as refusal:
            changed_row.clean()
        assert refusal.value.message_dict == {"deposit_type": ["Choose one, or leave the rest of the rule empty."]}


def test_clean_checks_the_steps(db: None) -> None:
    business = factories.business().business
    business.cancellation_steps = [[24, 0], [48, 50]]
    with pytest.raises(ValidationError) as refusal:
        business.clean()
    assert list(refusal.value.message_dict) == ["cancellation_steps"]


@pytest.fixture
def host(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("host@example.com", "x"))
    return client


def form_of(row: Business | Service, host: Client) -> tuple[str, dict[str, Any]]:
    """The address of a row in the admin, and its form as a browser would send it back unchanged."""
    path = f"/admin/businesses/{row._meta.model_name}/{row.pk}/change/"
    form = host.get(path).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return path, {name: value for name, value in values.items() if value is not None and value is not False}


def test_the_admin_stores_a_rule(host: Client) -> None:
    business = factories.business().business
    path, form = form_of(business, host)
    form |= {"deposit_type": "charge", "deposit_basis": "percent", "deposit_percent": 20}
    form |= {"deposit_only_for": ["earlier_no_shows"], "cancellation_steps": "[[48, 0], [24, 50]]"}
    assert host.post(path, form).status_code == 302
    business.refresh_from_db()
    assert business.deposit_rule == Rule("charge", "percent", None, 20, ("earlier_no_shows",))
    assert business.cancellation_steps == FREE_THEN_HALF
    path, form = form_of(business, host)
    assert host.post(path, {**form, "cancellation_steps": ""}).status_code == 302
    business.refresh_from_db()
    assert business.cancellation_steps == []


def test_the_admin_names_the_mistake(host: Client) -> None:
    outcome = factories.business()
    for row in (outcome.business, outcome.services["cut"]):
        path, form = form_of(row, host)
        with nothing_changes():
            answer = host.post(path, {**form, "deposit_type": "charge"})
        assert answer.context["adminform"].form.errors == {"deposit_amount_cents": ["is missing"]}


@pytest.mark.parametrize("model", [Business, Service])
def test_the_admin_shows_every_field(model: Any) -> None:
    request = RequestFactory().get("/")
    admin = site.get_model_admin(model)
    shown = {name for _, options in admin.get_fieldsets(request) for name in options["fields"]}
    hidden = {"category"} if model is Service else set()
    editable = {field.name for field in model._meta.fields if field.editable and not field.primary_key}
    assert editable - hidden <= shown
