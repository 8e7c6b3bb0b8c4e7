"""The booking page: whether it is open, and what customers agree to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0013_calendar_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="hosted_page",
            field=models.BooleanField(db_default=True, default=True, help_text="Customers can book on its page."),
        ),
        migrations.AddField(
            model_name="business",
            name="marketing_text",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What customers may agree to, such as news by mail; empty: they are not asked.",
                max_length=500,
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="terms_text",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What customers agree to when they book; empty: nothing.",
                max_length=2000,
            ),
        ),
    ]
