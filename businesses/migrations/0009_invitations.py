"""Invitations. Who is a member already counts as accepted, and so does whom code adds that knows nothing of it."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0008_audit_triggers"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="accepted_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), editable=False, null=True
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="invitation_digest",
            field=models.BinaryField(max_length=32, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="member",
            name="invitation_expires_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at", None), ("invitation_digest", None), _connector="OR"),
                name="member_invited_or_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invitation_digest", None), ("invitation_expires_at", None)),
                    models.Q(("invitation_digest__isnull", False), ("invitation_expires_at__isnull", False)),
                    _connector="OR",
                ),
                name="member_invitation_ends",
            ),
        ),
    ]
