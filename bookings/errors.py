"""What can go wrong with bookings in particular."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bookings.availability import SENTENCES, Reason
from businesses.errors import Conflict
from businesses.localtime import local_of, minute_of, moment_of


class SlotTaken(Conflict):
    """The start is not offered. `details` name the reason and the nearest free starts, as `wire_start` tells them."""

    def __init__(self, reason: Reason, nearest: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(SENTENCES[reason], {"reason": str(reason), "nearest": list(nearest)})
        self.reason, self.nearest = reason, nearest

    @property
    def nearest_minutes(self) -> list[int]:
        """The free starts that are told, as minutes."""
        told = (self.details or {}).get("nearest", ())
        return [minute_of(datetime.fromisoformat(start["starts_at"])) for start in told]


def wire_start(zone: ZoneInfo, minute: int) -> dict[str, str]:
    """A free start as it is told in an error."""
    local = local_of(zone, minute)
    return {
        "booking_date": local.date().isoformat(),
        "start_time": local.strftime("%H:%M"),
        "starts_at": moment_of(minute).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
