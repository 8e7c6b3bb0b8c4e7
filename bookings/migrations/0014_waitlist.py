"""Who waits for a time that is taken, and what was offered to them."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0013_holds"),
        ("businesses", "0010_waitlist"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitlistLink",
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
        migrations.CreateModel(
            name="WaitlistOffer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("taken", "Taken"),
                            ("declined", "Declined"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                            ("returned", "Returned"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WaitlistTurn",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("live", models.BooleanField()),
                ("mark", models.BigIntegerField(default=1)),
                ("due_at", models.DateTimeField(null=True)),
                ("after_queued_at", models.DateTimeField(null=True)),
                ("after_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WaitlistEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("live", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "Offered"),
                            ("booked", "Booked"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("services", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=5)),
                ("resource", models.UUIDField(null=True)),
                ("party_size", models.PositiveSmallIntegerField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("from_minutes", models.PositiveSmallIntegerField(default=0)),
                ("until_minutes", models.PositiveSmallIntegerField(default=1440)),
                ("ends_at", models.DateTimeField()),
                ("queued_at", models.DateTimeField()),
                (
                    "lapsed",
                    models.PositiveSmallIntegerField(default=0, help_text="Offers that were not answered in time."),
                ),
                ("guest_first_name", models.CharField(max_length=100)),
                ("guest_last_name", models.CharField(blank=True, max_length=100)),
                ("guest_email", models.CharField(blank=True, max_length=254)),
                ("guest_phone", models.CharField(blank=True, max_length=20)),
                ("customer_notes", models.CharField(blank=True, max_length=1000)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("visitor", models.CharField(blank=True, max_length=64)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting",
                        to="bookings.customer",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="bookings.waitlistentry",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("entry__isnull", False)), fields=["entry"], name="message_of_entry"),
        ),
        migrations.AddField(
            model_name="waitlistlink",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
            ),
        ),
        migrations.AddField(
            model_name="waitlistlink",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="links",
                to="bookings.waitlistentry",
            ),
        ),
        migrations.AddField(
            model_name="waitlistoffer",
            name="booking",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="offers",
                to="bookings.booking",
            ),
        ),
        migrations.AddField(
            model_name="waitlistoffer",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
            ),
        ),
        migrations.AddField(
            model_name="waitlistoffer",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offers",
                to="bookings.waitlistentry",
            ),
        ),
        migrations.AddField(
            model_name="waitlistturn",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
            ),
        ),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(fields=["business", "live", "state", "queued_at", "id"], name="waitlist_order"),
        ),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(fields=["business", "customer"], name="waitlist_of_customer"),
        ),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["ends_at"], name="waitlist_ending"),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.UniqueConstraint(fields=("business", "id"), name="waitlist_entry_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="waitlist_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_minutes__gt", models.F("from_minutes"))), name="waitlist_times"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("party_size__gte", 1), ("party_size__lte", 50)), name="waitlist_party"
            ),
        ),
        migrations.AddIndex(
            model_name="waitlistlink",
            index=models.Index(fields=["business", "entry"], name="waitlist_link_of_entry"),
        ),
        migrations.AddIndex(
            model_name="waitlistlink",
            index=models.Index(fields=["expires_at"], name="waitlist_link_expiry"),
        ),
        migrations.AddIndex(
            model_name="waitlistoffer",
            index=models.Index(fields=["business", "entry"], name="waitlist_offers_of_entry"),
        ),
        migrations.AddIndex(
            model_name="waitlistoffer",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "accepted"))),
                fields=["expires_at"],
                name="waitlist_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "accepted"))), fields=("entry",), name="waitlist_one_offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistoffer",
            constraint=models.UniqueConstraint(fields=("booking",), name="waitlist_offer_of_booking"),
        ),
        migrations.AddIndex(
            model_name="waitlistturn",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="waitlist_turn_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="waitlistturn",
            constraint=models.UniqueConstraint(fields=("business", "live"), name="waitlist_turn_once"),
        ),
    ]
