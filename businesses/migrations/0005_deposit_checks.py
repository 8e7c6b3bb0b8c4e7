"""The database refuses a rule that takes a deposit and does not say how much."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("businesses", "0004_incomplete_deposits")]

    operations = [
        migrations.AddConstraint(
            model_name="business",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deposit_type__in", ("", "none")),
                    models.Q(("deposit_basis", "percent"), ("deposit_percent__isnull", False)),
                    models.Q(
                        models.Q(("deposit_basis", "percent"), _negated=True),
                        ("deposit_amount_cents__gte", 1),
                        ("deposit_amount_cents__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="business_deposit_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="business",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deposit_percent__isnull", True),
                    models.Q(("deposit_percent__gte", 1), ("deposit_percent__lte", 100)),
                    _connector="OR",
                ),
                name="business_deposit_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deposit_type__in", ("", "none")),
                    models.Q(("deposit_basis", "percent"), ("deposit_percent__isnull", False)),
                    models.Q(
                        models.Q(("deposit_basis", "percent"), _negated=True),
                        ("deposit_amount_cents__gte", 1),
                        ("deposit_amount_cents__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="service_deposit_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deposit_percent__isnull", True),
                    models.Q(("deposit_percent__gte", 1), ("deposit_percent__lte", 100)),
                    _connector="OR",
                ),
                name="service_deposit_percent",
            ),
        ),
    ]
