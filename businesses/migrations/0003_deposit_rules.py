"""Deposit rules of businesses and services. Code that does not know the columns keeps working: they have defaults."""

import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="cancellation_steps",
            field=models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                help_text="[[hours before, fee in percent], …], such as [[48, 0], [24, 50]]: free until 48 hours before, half until 24 hours before, then all. Empty: free until the cancel notice.",
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="deposit_basis",
            field=models.CharField(
                choices=[("fixed", "Fixed"), ("per_person", "Per Person"), ("percent", "Percent")],
                db_default="fixed",
                default="fixed",
                help_text="The amount once, the amount per person, or percent of the price.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="deposit_only_for",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[("new_customers", "New Customers"), ("earlier_no_shows", "Earlier No Shows")],
                    max_length=20,
                ),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="deposit_percent",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="deposit_window_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text="How long an unpaid booking keeps its time.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1440),
                ],
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="stripe_account",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Connected Stripe account that receives the deposits; empty: the host's own.",
                max_length=64,
                validators=[django.core.validators.RegexValidator("^acct_[A-Za-z0-9]+\\Z")],
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="deposit_amount_cents",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="deposit_basis",
            field=models.CharField(
                choices=[("fixed", "Fixed"), ("per_person", "Per Person"), ("percent", "Percent")],
                db_default="fixed",
                default="fixed",
                help_text="The amount once, the amount per person, or percent of the price.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="deposit_only_for",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[("new_customers", "New Customers"), ("earlier_no_shows", "Earlier No Shows")],
                    max_length=20,
                ),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="deposit_percent",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="deposit_type",
            field=models.CharField(
                blank=True,
                choices=[("none", "None"), ("charge", "Charge"), ("authorization_hold", "Authorization Hold")],
                db_default="",
                default="",
                help_text="Empty: the business's rule.",
                max_length=20,
            ),
        ),
    ]
