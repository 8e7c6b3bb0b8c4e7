"""Who may act, what is offered, when it is open."""

from businesses.deposit_rules import DepositAudience, DepositBasis, DepositType
from businesses.models.audit import AuditAction, AuditEntry
from businesses.models.business import BillingStatus, Business, Plan
from businesses.models.calendars import CalendarAddress, CalendarFeed
from businesses.models.catalogue import Resource, ResourceKind, Service, ServiceCategory, ServiceResource
from businesses.models.deposit_rule import DepositRule
from businesses.models.hours import Closure, ClosureKind, OpeningHours, Weekday
from businesses.models.keys import PRESET_SCOPES, ApiKey, Preset, Scope
from businesses.models.people import Member, Role, User

__all__ = [
    "PRESET_SCOPES",
    "ApiKey",
    "AuditAction",
    "AuditEntry",
    "BillingStatus",
    "Business",
    "CalendarAddress",
    "CalendarFeed",
    "Closure",
    "ClosureKind",
    "DepositAudience",
    "DepositBasis",
    "DepositRule",
    "DepositType",
    "Member",
    "OpeningHours",
    "Plan",
    "Preset",
    "Resource",
    "ResourceKind",
    "Role",
    "Scope",
    "Service",
    "ServiceCategory",
    "ServiceResource",
    "User",
    "Weekday",
]
