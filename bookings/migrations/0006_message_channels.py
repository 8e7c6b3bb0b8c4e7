"""Messages by mail and SMS, each stored once; links for customers; how far the outbox was read."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0005_change_events"),
        ("businesses", "0006_reminders"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventReader",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30, unique=True)),
                ("transaction", models.BigIntegerField()),
                ("event", models.BigIntegerField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="ManageLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="calendar",
            field=models.TextField(blank=True, db_default="", default="", help_text="An iCalendar object to attach."),
        ),
        migrations.AddField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[("email", "Email"), ("sms", "Sms")], db_default="email", default="email", max_length=5
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What it tells of: the id of an event, mostly.",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="live",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="message",
            name="provider_ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="message",
            name="skipped",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="message",
            name="booking",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="bookings.booking",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="html",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="next_try_at",
            field=models.DateTimeField(help_text="Empty: sent, given up, or not to be sent.", null=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="recipient",
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AlterField(
            model_name="message",
            name="subject",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["business", "live", "id"], name="message_list"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("business", "key", "kind", "recipient", "channel"),
                name="message_once",
            ),
        ),
        migrations.AddField(
            model_name="managelink",
            name="booking",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="bookings.booking",
            ),
        ),
        migrations.AddField(
            model_name="managelink",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="state",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(sent_at__isnull=False, then=models.Value("sent")),
                    models.When(skipped=True, then=models.Value("skipped")),
                    models.When(next_try_at__isnull=False, then=models.Value("pending")),
                    default=models.Value("failed"),
                ),
                output_field=models.CharField(
                    choices=[("pending", "Pending"), ("sent", "Sent"), ("failed", "Failed"), ("skipped", "Skipped")],
                    max_length=7,
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="managelink",
            index=models.Index(fields=["business", "booking"], name="link_of_booking"),
        ),
        migrations.AddIndex(
            model_name="managelink",
            index=models.Index(fields=["expires_at"], name="link_expiry"),
        ),
    ]
