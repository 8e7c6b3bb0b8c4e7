"""What a line of the log must not tell: addresses that are keys."""

import logging
import re

SECRET_PATHS = re.compile(r"(/b/|/calendars/)[^/\s\"'?]+")


class WithoutTokens(logging.Filter):
    """Django names the path of a request that failed: that of a customer's link, or of a calendar, stays a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if SECRET_PATHS.search(text):
            record.msg, record.args = SECRET_PATHS.sub(r"\1…", text), None
        return True
