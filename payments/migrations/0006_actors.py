"""Who asked for what Stripe is to do: what comes of it may be entered by somebody else's hand, or nobody's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_standing")]

    operations = [
        migrations.AddField(
            model_name="instruction",
            name="actor",
            field=models.CharField(
                blank=True, default="", db_default="", help_text="Who asked for it.", max_length=200
            ),
        ),
    ]
