"""Refuses to start misconfigured, and says what to do (GUARANTEES O5)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection

from bookings.sms import PROVIDERS
from payments.gateway import TEST_KEYS


@register()
def required_settings(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    hint = "Set it in the environment, or start with `make run`, which brings its own (see .env.example)."
    return [Error(f"{name} is not set.", hint=hint, id="availengine.E001") for name in settings.MISSING]


@register(Tags.security, deploy=False)
def production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    problems: list[CheckMessage] = []
    if settings.DEBUG and settings.BASE_URL.startswith("https://"):
        problems.append(Error("DEBUG is on behind https.", hint="Unset DEBUG.", id="availengine.E002"))
    if "SECRET_KEY" not in settings.MISSING and len(settings.SECRET_KEY) < 32:
        problems.append(
            Error("SECRET_KEY is too short.", hint="Use at least 32 random characters.", id="availengine.E003")
        )
    return problems


@register(Tags.security, deploy=False)
def payments(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Test payments never meet live keys, the sandbox never meets keys of Stripe's own."""
    problems: list[CheckMessage] = []
    if settings.STRIPE_TEST_SECRET_KEY and not settings.STRIPE_TEST_SECRET_KEY.startswith(TEST_KEYS):
        hint = "Use a key that begins with sk_test_ or rk_test_."
        problems.append(Error("STRIPE_TEST_SECRET_KEY is not a test key.", hint=hint, id="availengine.E005"))
    if settings.STRIPE_API_BASE and not settings.STRIPE_SECRET_KEY.startswith("sk_test_"):
        hint = "Unset STRIPE_API_BASE: it is for the sandbox only."
        problems.append(Error("A key of Stripe's own would go to the sandbox.", hint=hint, id="availengine.E006"))
    if settings.STRIPE_SECRET_KEY and not settings.STRIPE_WEBHOOK_SECRET:
        hint = "Payments are noticed late without events: see docs/operations.md."
        problems.append(Warning("STRIPE_WEBHOOK_SECRET is not set.", hint=hint, id="availengine.W002"))
    return problems


@register(Tags.security, deploy=False)
def mail(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.BASE_URL.startswith("https://") and settings.EMAIL_BACKEND.endswith("EmlBackend"):
        hint = "Set BREVO_API_KEY or EMAIL_URL."
        return [Warning("Mails are written to files and sent to nobody.", hint=hint, id="availengine.W003")]
    return []


@register()
def text_messages(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if not settings.SMS_PROVIDER:
        return []
    needed = ("SMS_FROM", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN") if settings.SMS_PROVIDER == "twilio" else ()
    problems = [f"{name} is not set." for name in needed if not getattr(settings, name)]
    if settings.SMS_PROVIDER not in PROVIDERS:
        problems = [f"There is no SMS provider {settings.SMS_PROVIDER!r}."]
    hint = f"SMS_PROVIDER is one of {', '.join(PROVIDERS)}, or empty for no SMS; see docs/messages.md."
    return [Error(problem, hint=hint, id="availengine.E007") for problem in problems]


@register(Tags.database)
def application_role(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """The database answers, and the role is no superuser. Runs with `migrate` and `check --database default`."""
    if not databases:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            (superuser,) = cursor.fetchone()
    except (DatabaseError, InterfaceError) as error:
        return [Error(f"The database cannot be reached: {error}", hint="Check DATABASE_URL.", id="availengine.E004")]
    if superuser:
        hint = "Connect as a role that owns no tables; see docs/operations.md."
        return [Warning("The database role is a superuser.", hint=hint, id="availengine.W001")]
    return []


def refuse_misconfigured() -> None:
    """What `manage.py` does before its commands, for servers. Raises ImproperlyConfigured with the hints."""
    errors = [message for message in run_checks() if message.level >= ERROR]
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))
