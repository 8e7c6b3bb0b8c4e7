"""The sandbox's own time: the machine's, moved forward as far as somebody asked for."""

import time

from availengine.sandbox.store import Store


class Clock:
    """The offset lives in the store, so that a restart does not travel back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = float(store.setting("clock_offset", "0"))

    def now(self) -> float:
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds
        self._store.set_setting("clock_offset", repr(self._offset))
