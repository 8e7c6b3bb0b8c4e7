"""Mail for development: every mail becomes a file that mail clients open."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class EmlBackend(BaseEmailBackend):
    """Writes `<time>-<Message-ID>.eml` into EMAIL_FILE_PATH: readable by its owner, and complete as soon as it is
    there.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            content = mail.message()
            name = re.sub(r"[^A-Za-z0-9.-]", "", str(content["Message-ID"]).partition("@")[0])
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as unfinished:
                unfinished.write(content.as_bytes())
            os.replace(unfinished.name, folder / f"{timezone.now():%Y%m%d-%H%M%S}-{name[:60]}.eml")
        return len(email_messages)
