"""What happens by itself when time passes: holds and sessions expire, slow refunds find their end."""

import logging
import threading
from collections.abc import Callable

from availengine.sandbox import checkout, payment_intents, refunds
from availengine.sandbox.api import KEY_LIFE
from availengine.sandbox.clock import Clock
from availengine.sandbox.errors import ApiError, CardError, Json
from availengine.sandbox.ledger import Ledger
from availengine.sandbox.store import Store

PERIOD = 1.0
CHORES: dict[str, Callable[[Ledger, Json], object]] = {
    "payment_intent": payment_intents.come_due,
    "checkout.session": checkout.end,
    "refund": refunds.come_due,
}
logger = logging.getLogger(__name__)


class Chores:
    def __init__(self, store: Store, clock: Clock, ledger: Callable[[str], Ledger]) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox chores", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident:
            self._thread.join()

    def run(self) -> None:
        """Everything that is due by now."""
        self._store.forget_replies(self._clock.now() - KEY_LIFE)
        for obj in self._store.due(self._clock.now()):
            with self._store.transaction():
                self._do(obj["id"])

    def _do(self, identifier: str) -> None:
        obj = self._store.find(identifier)
        if obj is None or not obj.get("_due") or obj["_due"] > self._clock.now():
            return  # a request was faster
        try:
            CHORES[obj["object"]](self._ledger(obj["_account"]), obj)
        except CardError:
            return  # has been booked
        except ApiError as error:
            logger.warning("%s: %s", identifier, error)
            self._store.put(obj | {"_due": None})

    def _run(self) -> None:
        while not self._stopping.wait(PERIOD):
            try:
                self.run()
            except Exception:  # the thread must outlive whatever happens
                logger.exception("chores")
