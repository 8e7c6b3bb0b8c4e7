"""The catalogue on the wire: for each kind of thing its input, its answer, and how a row becomes JSON."""

from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers

from availengine.api.fields import Boolean, Integer, IntegerParameter, LocalMoment, Text, Time, Uuid, party
from availengine.api.pagination import DEFAULT_LIMIT, MOST
from availengine.api.periods import local_moment
from availengine.api.v1.answers import DepositRule, PageOf
from availengine.api.v1.wire import deposit_rule
from businesses.deposit_rules import MOST_CENTS, Rule
from businesses.localtime import DAY
from businesses.models import (
    Closure,
    ClosureKind,
    DepositAudience,
    DepositBasis,
    DepositType,
    OpeningHours,
    Resource,
    ResourceKind,
    Service,
    ServiceCategory,
    Weekday,
)
from businesses.models.catalogue import MOST_PLACES
from businesses.weeks import clock_text, interval

WEEKDAYS = [label.lower() for label in Weekday.labels]


class ListQuery(serializers.Serializer[Any]):
    limit = IntegerParameter(min_value=1, max_value=MOST, required=False, default=DEFAULT_LIMIT)
    cursor = Text(max_length=500, required=False)


def _text(most: int, **kwargs: Any) -> Text:
    return Text(max_length=most, required=False, allow_blank=True, **kwargs)


def _minutes(least: int = 0, **kwargs: Any) -> Integer:
    return Integer(min_value=least, max_value=DAY, **kwargs)


def _cents(**kwargs: Any) -> Integer:
    return Integer(min_value=0, max_value=2_000_000_000, **kwargs)


# --- service categories ---------------------------------------------------------------------------------


class CategoryInput(serializers.Serializer[Any]):
    name = Text(max_length=100)
    position = Integer(min_value=0, max_value=32_767, required=False)


class CategoryAnswer(CategoryInput):
    id = serializers.UUIDField()


def category(row: ServiceCategory) -> dict[str, Any]:
    return {"id": str(row.uuid), "name": row.name, "position": row.position}


# --- resources ----------------------------------------------------------------------------------------------


class ResourceInput(serializers.Serializer[Any]):
    name = Text(max_length=200)
    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    section = _text(100)
    location = _text(200)
    capacity_min = party(required=False)
    capacity_max = party(required=False)
    job_title = _text(100)
    about = _text(2000)
    photo_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    color = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", required=False, allow_blank=True)
    active = Boolean(required=False)
    bookable_online = Boolean(required=False)
    own_hours = Boolean(required=False)


class ResourceAnswer(ResourceInput):
    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="The integer id.")


def resource(row: Resource) -> dict[str, Any]:
    plain = ("name", "kind", "section", "location", "capacity_min", "capacity_max", "job_title", "about")
    flags = ("photo_url", "color", "active", "bookable_online", "own_hours")
    return {"id": str(row.uuid), "number": row.id, **{name: getattr(row, name) for name in (*plain, *flags)}}


# --- services ---------------------------------------------------------------------------------------------------


class PerformerInput(serializers.Serializer[Any]):
    resource_id = Uuid()
    price_cents = _cents(required=False, allow_null=True)
    duration_minutes = _minutes(1, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "resource_id" not in attrs:  # within a PATCH nothing is required of itself
            raise serializers.ValidationError({"resource_id": ["This field is required."]})
        return attrs


class DepositInput(serializers.Serializer[Any]):
    """`amount_cents` goes with the basis `fixed` or `per_person`, `percent` with `percent`."""

    type = serializers.ChoiceField(choices=DepositType.choices)
    basis = serializers.ChoiceField(choices=DepositBasis.choices, required=False)
    amount_cents = Integer(min_value=1, max_value=MOST_CENTS, required=False, allow_null=True)
    percent = Integer(min_value=1, max_value=100, required=False, allow_null=True)
    only_for = serializers.ListField(
        child=serializers.ChoiceField(choices=DepositAudience.choices),
        required=False,
        max_length=len(DepositAudience),
        help_text="Any of these customers; empty: everybody.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "type" not in attrs:  # within a PATCH nothing is required of itself
            raise serializers.ValidationError({"type": ["This field is required."]})
        return attrs


def rule_of(data: dict[str, Any] | None) -> Rule | None:
    """A whole rule: what is left out has its default."""
    return Rule(**{**data, "only_for": tuple(data.get("only_for", ()))}) if data else None


class WeeklyStart(serializers.Serializer[Any]):
    weekday = serializers.ChoiceField(choices=WEEKDAYS)
    time = Time()


class Starts(serializers.ListField):
    """The starts of a week, as minutes after Monday's midnight inside."""

    child = WeeklyStart()
    max_length = 200

    def to_internal_value(self, data: Any) -> list[int]:
        read = super().to_internal_value(data)
        if any(len(start) < len(self.child.fields) for start in read):  # within a PATCH nothing is required of itself
            raise serializers.ValidationError(["Each start has a weekday and a time."])
        return sorted({WEEKDAYS.index(start["weekday"]) * DAY + start["time"] for start in read})

    def to_representation(self, data: list[int]) -> list[dict[str, str]]:
        return [{"weekday": WEEKDAYS[start // DAY], "time": clock_text(start)} for start in data]


class ServiceInput(serializers.Serializer[Any]):
    name = Text(max_length=200)
    description = _text(2000)
    category_id = Uuid(required=False, allow_null=True)
    duration_minutes = _minutes(1)
    buffer_before_minutes = _minutes(required=False)
    buffer_after_minutes = _minutes(required=False)
    price_cents = _cents(required=False, allow_null=True)
    party_min = party(required=False)
    party_max = party(required=False)
    show_price = Boolean(required=False)
    show_duration = Boolean(required=False)
    policy = _text(2000)
    instructions = _text(2000)
    photo_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    active = Boolean(required=False)
    bookable_online = Boolean(required=False)
    is_default = Boolean(required=False)
    position = Integer(min_value=0, max_value=32_767, required=False)
    also_needs = serializers.ChoiceField(choices=ResourceKind.choices, required=False, allow_blank=True)
    places = Integer(
        min_value=2,
        max_value=MOST_PLACES,
        required=False,
        allow_null=True,
        help_text="A class: how many may share a start; null: each booking has its time for itself.",
    )
    starts = Starts(required=False, help_text="When it begins; empty: whenever the business lets bookings begin.")
    deposit = DepositInput(required=False, allow_null=True, help_text="Its own rule; null: the business's.")
    resources = serializers.ListField(
        child=PerformerInput(), required=False, max_length=200, help_text="Who performs it; replaces the whole list."
    )


class ServiceAnswer(ServiceInput):
    deposit = DepositRule(allow_null=True)  # type: ignore[assignment]
    id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="The integer id.")


WRITTEN_OUT = ("category_id", "deposit", "resources", "starts")


def service(row: Service) -> dict[str, Any]:
    names = [name for name in map(str, ServiceInput().fields) if name not in WRITTEN_OUT]
    return {
        "id": str(row.uuid),
        "number": row.id,
        **{name: getattr(row, name) for name in names},
        "category_id": str(row.category.uuid) if row.category else None,
        "deposit": deposit_rule(row.deposit_rule),
        "starts": Starts().to_representation(row.starts),
        "resources": [
            {
                "resource_id": str(performer.resource.uuid),
                "price_cents": performer.price_cents,
                "duration_minutes": performer.duration_minutes,
            }
            for performer in row.performers.all()
            if performer.resource.deleted_at is None
        ],
    }


# --- opening hours ------------------------------------------------------------------------------------------------


class HoursInput(serializers.Serializer[Any]):
    """A weekly interval of the business, or of one resource. `closes` at or before `opens` is after midnight."""

    weekday = serializers.ChoiceField(choices=WEEKDAYS)
    opens = Time()
    closes = Time()
    resource_id = Uuid(required=False, allow_null=True)


class HoursAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    weekday = serializers.ChoiceField(choices=WEEKDAYS)
    opens = serializers.CharField(help_text="HH:MM")
    closes = serializers.CharField(help_text="HH:MM")
    resource_id = serializers.UUIDField(allow_null=True)


def hours(row: OpeningHours) -> dict[str, Any]:
    return {
        "id": str(row.uuid),
        "weekday": WEEKDAYS[row.weekday],
        "opens": clock_text(row.opens),
        "closes": clock_text(row.closes),
        "resource_id": str(row.resource.uuid) if row.resource else None,
    }


def hours_values(data: dict[str, Any], row: OpeningHours | None) -> dict[str, Any]:
    """Model values; what a PATCH leaves out comes from the row."""
    weekday = WEEKDAYS.index(data["weekday"]) if "weekday" in data else row.weekday if row else 0
    opens = data.get("opens", row.opens if row else 0)
    closes = data.get("closes", row.closes % DAY if row else 0)
    read = interval(weekday, opens, closes)
    return {"weekday": read.weekday, "opens": read.opens, "closes": read.closes}


# --- closures -----------------------------------------------------------------------------------------------------


class ClosureInput(serializers.Serializer[Any]):
    """`from` and `to` as local dates (the last one included) or local times."""

    kind = serializers.ChoiceField(choices=ClosureKind.choices, required=False)
    reason = _text(200)
    resource_id = Uuid(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        pattern = "YYYY-MM-DD or YYYY-MM-DDTHH:MM"
        return {"from": LocalMoment(help_text=pattern), "to": LocalMoment(help_text=pattern), **super().get_fields()}


class ClosureAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ClosureKind.choices)
    reason = serializers.CharField(allow_blank=True)
    resource_id = serializers.UUIDField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), "to": serializers.CharField(), **super().get_fields()}


def closure(row: Closure, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": str(row.uuid),
        "kind": row.kind,
        "from": local_moment(zone, row.starts_at),
        "to": local_moment(zone, row.ends_at),
        "reason": row.reason,
        "resource_id": str(row.resource.uuid) if row.resource else None,
    }


def page_of(name: str, item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The page of a listing, for the OpenAPI document."""
    return type(name, (PageOf,), {"items": item(many=True)})
