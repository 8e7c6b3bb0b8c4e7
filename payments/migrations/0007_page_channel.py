"""Deposits that are paid on a Checkout page to which the page that books leads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_actors"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deposit",
            name="channel",
            field=models.CharField(
                choices=[("form", "Form"), ("link", "Link"), ("page", "Page")], db_default="form", max_length=10
            ),
        ),
    ]
