"""What the world does at the other side of the API, as methods: payers, banks, time, and things that break.

The same over HTTP, with the secret key and JSON in and out: POST /sandbox/NAME with the arguments as an object
answers {"result": ...}, for every name in `REMOTE`; GET /sandbox/requests, /sandbox/events and
/sandbox/objects/KIND read.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from availengine.sandbox import (
    checkout,
    disputes,
    intents,
    payment_intents,
    refunds,
    setup_intents,
    subscriptions,
)
from availengine.sandbox.errors import CardError, Json, NoSuchObject
from availengine.sandbox.ledger import PLATFORM, Ledger, public
from availengine.sandbox.params import Params

if TYPE_CHECKING:
    from availengine.sandbox.chores import Chores
    from availengine.sandbox.clock import Clock
    from availengine.sandbox.deliveries import Deliveries
    from availengine.sandbox.faults import Faults
    from availengine.sandbox.store import Store

HOLD = 5.0
REMOTE = {
    "fail",
    "clear_faults",
    "faults_left",
    "advance",
    "set_mode",
    "deliver",
    "pending_events",
    "fail_refund",
    "settle_refund",
    "dispute",
    "close_dispute",
    "set_subscription_status",
    "confirm",
    "pay_session",
    "complete_action",
    "balance",
}


class Controls(ABC):
    """Mixed into `Sandbox`, whose attributes these are."""

    _store: "Store"
    _clock: "Clock"
    _faults: "Faults"
    _deliveries: "Deliveries"
    _chores: "Chores"

    @abstractmethod
    def ledger(self, account: str = PLATFORM) -> Ledger:
        """The books of one account, for one piece of work."""

    # Failures

    def fail(
        self,
        method: str = "POST",
        path: str = ".*",
        *,
        kind: str,
        times: int = 1,
        skip: int = 0,
        seconds: float = HOLD,
    ) -> None:
        """Let the next `times` calls whose whole path matches the pattern fail, after `skip` that do not.

        Kinds: timeout_before (keep silent for `seconds`, then close; nothing is executed), timeout_after (the
        same after executing), reset and reset_after (RST), rate_limit (429), error_500 (not executed) and
        error_500_after, both kept under the idempotency key, decline (402), malformed (executed, but the body is
        not JSON), malformed_before, slow (executed after `seconds`, the key is in use meanwhile).
        """
        self._faults.add(kind, method, path, times=int(times), skip=int(skip), seconds=float(seconds))

    def clear_faults(self) -> None:
        self._faults.clear()

    def faults_left(self) -> int:
        """How many failures are still to come."""
        return self._faults.left()

    # Time

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock forward, and do what comes due by that. Raises ValueError."""
        if not 0 <= seconds < 100 * 366 * 86400:
            raise ValueError("Time only goes forward, and not by more than a century.")
        self._clock.advance(seconds)
        self._chores.run()
        self._deliveries.wake()

    # Events

    @property
    def mode(self) -> str:
        """auto, or manual: events are sent only by `deliver`."""
        return self._deliveries.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._deliveries.mode = mode

    def set_mode(self, mode: str) -> None:
        self._deliveries.mode = mode

    def pending_events(self) -> list[Json]:
        """What the webhook has not taken yet; the oldest first."""
        return self._deliveries.pending()

    def deliver(self, event_ids: list[str] | None = None, times: int = 1) -> list[tuple[str, int]]:
        """Send pending events, or these (also delivered ones), now and in this order; each `times` times.

        Gives (type, status) of every attempt; the status is 0 when nobody answered.
        """
        return self._deliveries.deliver(event_ids, times)

    def signed(self, event: Json, at: float | None = None, secret: str | None = None) -> tuple[bytes, dict[str, str]]:
        """The bytes and headers of an event's delivery, signed now or `at` a time, with our secret or another."""
        return self._deliveries.signed(event, at, secret)

    # Payers

    def confirm(self, client_secret: str, payment_method: str = "pm_card_visa", **more: str) -> Json:
        """What the payer's browser does with a client secret. The intent, also after a decline."""
        intent = self._by_secret(client_secret)
        resource = payment_intents if intent["object"] == "payment_intent" else setup_intents
        params = Params({"payment_method": payment_method, **more})
        self._despite_decline(lambda ledger: resource.confirm(ledger, params, intent["id"]), intent)
        return self._now(intent)

    def complete_action(self, intent_id: str, ok: bool = True) -> Json:
        """The payer passes 3-D Secure, or fails it. The intent."""
        intent = self._find(intent_id)
        resource = payment_intents if intent["object"] == "payment_intent" else setup_intents
        self._despite_decline(lambda ledger: resource.finish_action(ledger, intent_id, ok=ok), intent)
        return self._now(intent)

    def pay_session(self, session_id: str, payment_method: str = "pm_card_visa", **more: str) -> Json:
        """The payer submits the Checkout page. The session: complete, or still open after a decline or for 3-D Secure.

        `more` may have `email` and `name`.
        """
        session = self._find(session_id)
        params = Params({"payment_method": payment_method, **more})
        self._despite_decline(lambda ledger: checkout.submit(ledger, session_id, params), session)
        return self._now(session)

    # Banks

    def fail_refund(self, refund_id: str) -> Json:
        """The bank sends a pending or succeeded refund back."""
        return self._change(refund_id, refunds.fail)

    def settle_refund(self, refund_id: str) -> Json:
        """A pending refund succeeds."""
        return self._change(refund_id, refunds.settle)

    def dispute(self, payment_intent_id: str, status: str = "needs_response") -> Json:
        """The cardholder complains about a captured payment. The dispute; warning_... is a mere inquiry."""
        intent = self._find(payment_intent_id)
        charge = self._find(intent["latest_charge"] or "")
        return self._change(charge["id"], lambda ledger, found: disputes.open_for(ledger, found, status))

    def close_dispute(self, dispute_id: str, won: bool) -> Json:
        return self._change(dispute_id, lambda ledger, found: disputes.close(ledger, found, won=won))

    def set_subscription_status(self, subscription_id: str, status: str) -> Json:
        return self._change(subscription_id, lambda ledger, found: subscriptions.set_status(ledger, found, status))

    # Looking

    def objects(self, kind: str) -> list[Json]:
        """All objects of a kind (payment_intent, refund, event, checkout.session, ...), the oldest first."""
        return [public(obj) for obj in self._store.select(kind, newest_first=False)]

    def balance(self, payment_intent_id: str) -> int:
        """What the business has of a payment: captured, less succeeded refunds, less open and lost disputes."""
        intent = self._find(payment_intent_id)
        if intent["latest_charge"] is None:
            return 0
        charge = self._find(intent["latest_charge"])
        made = self._store.select("refund", equal={"charge": charge["id"]})
        refunded = sum(refund["amount"] for refund in made if refund["status"] == "succeeded")
        withheld = disputes.withheld(self.ledger(charge["_account"]), charge)
        return int(charge["amount_captured"]) - int(refunded) - withheld

    def _find(self, identifier: str) -> Json:
        """In whichever account."""
        found = self._store.find(identifier)
        if found is None:
            raise NoSuchObject("object", identifier)
        return found

    def _by_secret(self, client_secret: str) -> Json:
        intent = intents.by_secret(self.ledger(), client_secret)
        if intent is None:
            raise NoSuchObject("client secret", client_secret)
        return intent

    def _now(self, obj: Json) -> Json:
        return public(self._find(obj["id"]))

    def _change(self, identifier: str, change: Callable[[Ledger, Json], Json]) -> Json:
        with self._store.transaction():
            obj = self._find(identifier)
            changed = public(change(self.ledger(obj["_account"]), obj))
        self._deliveries.wake()
        return changed

    def _despite_decline(self, act: Callable[[Ledger], Json], obj: Json) -> None:
        with self._store.transaction(), contextlib.suppress(CardError):
            act(self.ledger(obj["_account"]))
        self._deliveries.wake()
