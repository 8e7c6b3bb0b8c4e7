"""Failures on request: what goes wrong between a client and Stripe, one call at a time."""

import re
import threading
from dataclasses import dataclass

# Before anything is looked at, and independent of idempotency keys.
EARLY = ("timeout_before", "timeout_after", "reset", "reset_after", "rate_limit", "malformed", "malformed_before")
# In the place of the execution, so only when a key has no stored reply yet.
LATE = ("error_500", "error_500_after", "decline", "slow")


@dataclass
class Fault:
    kind: str
    method: str
    path: re.Pattern[str]
    times: int
    skip: int
    seconds: float

    def meets(self, method: str, path: str) -> bool:
        return self.method in (method, "*") and bool(self.path.fullmatch(path))


class Faults:
    """What is still to fail. The first that matches is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, kind: str, method: str, path: str, *, times: int, skip: int, seconds: float) -> None:
        """Raises ValueError for an unknown kind or a bad pattern."""
        if kind not in EARLY + LATE:
            raise ValueError(f"Unknown kind of fault: {kind}. There are {', '.join(EARLY + LATE)}.")
        try:
            pattern = re.compile(path)
        except re.error as error:
            raise ValueError(f"Bad pattern: {error}") from error
        with self._lock:
            self._faults.append(Fault(kind, method.upper(), pattern, times, skip, seconds))

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def left(self) -> int:
        """How many failures are still to come."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def take(self, kinds: tuple[str, ...], method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.kind not in kinds or not fault.meets(method, path):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                self._faults = [each for each in self._faults if each.times > 0]
                return fault
        return None
