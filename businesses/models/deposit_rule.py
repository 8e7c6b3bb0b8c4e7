"""When a booking needs a deposit, and how much: of a business, or of one of its services."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from businesses.deposit_rules import DepositAudience, DepositBasis, DepositType, Rule, check_deposit_rule
from businesses.errors import Invalid


class DepositRule(models.Model):
    """`deposit_only_for`: any of these customers; empty means everybody."""

    deposit_type = models.CharField(max_length=20, choices=DepositType.choices, default=DepositType.NONE)
    deposit_basis = models.CharField(
        max_length=10,
        choices=DepositBasis.choices,
        default=DepositBasis.FIXED,
        db_default=DepositBasis.FIXED,
        help_text="The amount once, the amount per person, or percent of the price.",
    )
    deposit_amount_cents = models.PositiveIntegerField(null=True, blank=True)
    deposit_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    deposit_only_for = ArrayField(
        models.CharField(max_length=20, choices=DepositAudience.choices), default=list, db_default=[], blank=True
    )

    class Meta:
        abstract = True

    @property
    def deposit_rule(self) -> Rule | None:
        """What is said here; None when nothing is, and somebody else's rule counts."""
        if not self.deposit_type:
            return None
        return Rule(
            self.deposit_type,
            self.deposit_basis,
            self.deposit_amount_cents,
            self.deposit_percent,
            tuple(self.deposit_only_for),
        )

    def clean_deposit_rule(self, plan: str) -> None:
        """For forms: the check that every writer makes. Raises ValidationError naming the field."""
        rule = self.deposit_rule
        if rule:
            with as_form_errors("deposit_"):
                check_deposit_rule(rule, plan)
        elif self.deposit_amount_cents is not None or self.deposit_percent is not None or self.deposit_only_for:
            raise ValidationError({"deposit_type": "Choose one, or leave the rest of the rule empty."})


@contextmanager
def as_form_errors(prefix: str = "") -> Iterator[None]:
    """Refusals of the core as errors of a form's fields."""
    try:
        yield
    except Invalid as error:
        raise ValidationError(
            {f"{prefix}{name}": problems for name, problems in (error.details or {}).items()}
        ) from None


def deposit_checks(table: str) -> list[models.BaseConstraint]:
    """What the database itself refuses: a rule that takes something and does not say how much."""
    takes_nothing = Q(deposit_type__in=("", DepositType.NONE))
    a_share = Q(deposit_basis=DepositBasis.PERCENT, deposit_percent__isnull=False)
    an_amount = Q(deposit_amount_cents__isnull=False, deposit_amount_cents__gte=1)
    return [
        models.CheckConstraint(
            condition=takes_nothing | a_share | (~Q(deposit_basis=DepositBasis.PERCENT) & an_amount),
            name=f"{table}_deposit_complete",
        ),
        models.CheckConstraint(
            condition=Q(deposit_percent__isnull=True) | Q(deposit_percent__gte=1, deposit_percent__lte=100),
            name=f"{table}_deposit_percent",
        ),
    ]
