"""Events on their way to the webhook: signed, each on its own, again and again until somebody takes them."""

import http.client
import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from availengine.sandbox.clock import Clock
from availengine.sandbox.errors import Json
from availengine.sandbox.ledger import public
from availengine.sandbox.signing import signature
from availengine.sandbox.store import Store

TIMEOUT = 10
DELAYS = (1, 5, 30, 120, 600, 3600, 6 * 3600, 12 * 3600, 24 * 3600)
WORKERS = 16
IDLE = 0.25  # seconds between looks, when nobody wakes us
logger = logging.getLogger(__name__)


class Deliveries:
    """`mode` is "auto", or "manual": nothing is sent until `deliver` asks for it."""

    def __init__(self, store: Store, clock: Clock, url: str | None, secret: str) -> None:
        self._store = store
        self._clock = clock
        self.url = url
        self.secret = secret
        self._lock = threading.Lock()
        self._sending: set[str] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    @property
    def mode(self) -> str:
        return self._store.setting("mode", "auto")

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in ("auto", "manual"):
            raise ValueError("mode is auto or manual")
        self._store.set_setting("mode", mode)
        self._wake.set()

    def start(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sandbox delivery")
        self._thread = threading.Thread(target=self._run, name="sandbox deliveries", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Waits for the attempts that are under way, at most their timeout."""
        self._stopping.set()
        self._wake.set()
        if self._thread and self._pool:
            self._thread.join()
            self._pool.shutdown(cancel_futures=True)

    def wake(self) -> None:
        self._wake.set()

    def pending(self) -> list[Json]:
        """Undelivered events; the oldest first."""
        found = [self._store.find(event) for event, _ in self._store.deliveries()]
        return sorted((public(event) for event in found if event), key=self._place)

    def deliver(self, event_ids: list[str] | None, times: int) -> list[tuple[str, int]]:
        """Send these events, or all pending ones, now. (type, status) of each attempt; 0 is no answer."""
        if event_ids is None:
            event_ids = [event["id"] for event in self.pending()]
        results = []
        for identifier in event_ids:
            event = self._store.find(identifier)
            if event is None or event["object"] != "event":
                raise ValueError(f"No such event: {identifier}")
            results += [(event["type"], self._attempt(identifier)) for _ in range(times)]
        return results

    def signed(self, event: Json, at: float | None = None, secret: str | None = None) -> tuple[bytes, dict[str, str]]:
        """The bytes and headers of a delivery. The time is the real one: receivers compare it with theirs."""
        payload = json.dumps(event, indent=2).encode()
        moment = int(time.time() if at is None else at)
        value = signature(payload, self.secret if secret is None else secret, moment)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": value}
        return payload, headers | {"User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)"}

    def _place(self, event: Json) -> int:
        return self._store.number_of(event["id"]) or 0

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(IDLE)
            self._wake.clear()
            try:
                self._send_due()
            except Exception:  # the thread must outlive whatever happens
                logger.exception("deliveries")

    def _send_due(self) -> None:
        if self.url is None or self.mode == "manual" or self._pool is None:
            return
        for identifier, _ in self._store.deliveries(self._clock.now(), limit=200):
            with self._lock:
                if identifier in self._sending or self._stopping.is_set():
                    continue
                self._sending.add(identifier)
            self._pool.submit(self._send, identifier)

    def _send(self, identifier: str) -> None:
        try:
            if not self._stopping.is_set():
                self._attempt(identifier)
        except Exception:
            logger.exception("delivery of %s", identifier)
        finally:
            with self._lock:
                self._sending.discard(identifier)

    def _attempt(self, identifier: str) -> int:
        event = self._store.find(identifier)
        if event is None or self.url is None:
            return 0
        status = post(self.url, *self.signed(public(event)))
        if 200 <= status < 300:
            self._store.delivered(identifier)
            return status
        attempts = dict(self._store.deliveries()).get(identifier, 0)
        self._store.postpone(identifier, self._clock.now() + DELAYS[min(attempts, len(DELAYS) - 1)])
        return status


def post(url: str, payload: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; 0 when there was none. Redirects are not followed."""
    parts = urlsplit(url)
    kind: Callable[..., http.client.HTTPConnection]
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, payload, headers)
        answer = connection.getresponse()
        answer.read(65536)
        return answer.status
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    finally:
        connection.close()
