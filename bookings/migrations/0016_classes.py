"""Classes: a start that several bookings share."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import bookings.models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0015_waitlist_guards"),
        ("businesses", "0011_class_services"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClassSession",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("live", models.BooleanField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("blocked_from", models.DateTimeField()),
                ("blocked_until", models.DateTimeField()),
                ("capacity", models.PositiveSmallIntegerField()),
                ("taken", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="allocation",
            name="allocation_no_overlap",
        ),
        migrations.RemoveIndex(
            model_name="allocation",
            name="allocation_busy_time",
        ),
        migrations.AddField(
            model_name="allocation",
            name="places",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="allocation",
            name="booking",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="allocations",
                to="bookings.booking",
            ),
        ),
        migrations.AddField(
            model_name="classsession",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
            ),
        ),
        migrations.AddField(
            model_name="classsession",
            name="companion",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="businesses.resource",
            ),
        ),
        migrations.AddField(
            model_name="classsession",
            name="resource",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="businesses.resource",
            ),
        ),
        migrations.AddField(
            model_name="classsession",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="businesses.service",
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="session",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allocations",
                to="bookings.classsession",
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="exclusive",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("booking", None), ("session", None), _connector="OR"), output_field=models.BooleanField()
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("active", True)),
                fields=["business", "live", "exclusive", "blocked_from"],
                include=("resource", "blocked_until"),
                name="allocation_busy_time",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("session__isnull", False)), fields=["session"], name="allocation_of_session"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("active", True), ("exclusive", True)),
                expressions=[
                    (bookings.models.Range("lane", "lane", models.Value("[]"), function="int8range"), "="),
                    (bookings.models.Range("blocked_from", "blocked_until", function="tstzrange"), "&&"),
                ],
                name="allocation_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("booking__isnull", False), ("places", 0), ("session", None)),
                    models.Q(("booking", None), ("places", 0), ("session__isnull", False)),
                    models.Q(
                        ("additional", True), ("booking__isnull", False), ("places", 0), ("session__isnull", False)
                    ),
                    models.Q(
                        ("additional", False),
                        ("booking__isnull", False),
                        ("places__gte", 1),
                        ("session__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="allocation_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="classsession",
            index=models.Index(
                condition=models.Q(("taken__gt", 0)),
                fields=["business", "live", "blocked_from"],
                name="class_session_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="classsession",
            constraint=models.UniqueConstraint(fields=("business", "id"), name="classsession_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="classsession",
            constraint=models.UniqueConstraint(
                fields=("service", "resource", "live", "starts_at"), name="class_session_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="classsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__gte", 0), ("taken__lte", models.F("capacity"))), name="class_not_oversold"
            ),
        ),
    ]
