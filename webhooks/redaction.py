"""Taking personal data out of events that are written already: what happened stays, and whom it happened to goes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from webhooks.models import Attempt

# The subject's fields are replaced where it is one of those meant; other fields and events stay as they are.
REDACT = """
UPDATE webhooks_event SET data = jsonb_set(data, ARRAY[%(subject)s], data -> %(subject)s || %(fields)s::jsonb)
WHERE business_id = %(business)s AND live = %(live)s AND data -> %(subject)s ->> 'id' = ANY(%(keys)s)
RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Rows that events tell of: `{name: {"id": …}}` in their data, with one of the keys."""

    business_id: int
    live: bool
    name: str
    keys: Sequence[str]


def redact(subject: Subject, fields: Mapping[str, Any]) -> int:
    """Replace fields in every event about these, and forget what endpoints answered to them; the number of events.

    It reads all events of the business: rare, and without a limit of time.
    """
    if not subject.keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(REDACT, {
            "subject": subject.name,
            "fields": json.dumps(fields),
            "business": subject.business_id,
            "live": subject.live,
            "keys": list(subject.keys),
        })  # fmt: skip
        events = [key for (key,) in cursor.fetchall()]
    answered = Attempt.objects.filter(business_id=subject.business_id, delivery__event_id__in=events)
    answered.exclude(answer="").update(answer="")
    return len(events)
