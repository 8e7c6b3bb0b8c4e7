"""The sandbox as a whole: its parts, and its life from start to stop."""

import threading
from types import TracebackType
from typing import Self

from availengine.sandbox import remote
from availengine.sandbox.api import Api
from availengine.sandbox.chores import Chores
from availengine.sandbox.clock import Clock
from availengine.sandbox.controls import Controls
from availengine.sandbox.deliveries import Deliveries
from availengine.sandbox.faults import Faults
from availengine.sandbox.ledger import PLATFORM, Ledger
from availengine.sandbox.pages import Pages
from availengine.sandbox.server import Server
from availengine.sandbox.store import Store
from availengine.sandbox.wire import Logged, Request, Response

PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version",
    "Access-Control-Max-Age": "600",
}


class Sandbox(Controls):
    """Answers at `url` between `start` and `stop`. `port` 0 takes a free one; `state` is a file or `:memory:`."""

    def __init__(
        self,
        *,
        state: str = ":memory:",
        secret_key: str = "sk_test_sandbox",  # noqa: S107 - worth nothing outside of the sandbox
        webhook_url: str | None = None,
        webhook_secret: str = "whsec_sandbox",  # noqa: S107 - the same
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str | None = None,
    ) -> None:
        if not secret_key.startswith("sk_test_") or len(secret_key) <= len("sk_test_"):
            raise ValueError("The secret key must begin with sk_test_: the sandbox is not for real keys.")
        self.secret_key = secret_key
        self._store = Store(state)
        self._clock = Clock(self._store)
        self._faults = Faults()
        self._deliveries = Deliveries(self._store, self._clock, webhook_url, webhook_secret)
        self._chores = Chores(self._store, self._clock, self.ledger)
        try:
            self._server = Server((host, port), self._answer)
        except OSError:
            self._store.close()
            raise
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}"
        self.public_url = (public_url or self.url).rstrip("/")
        self._api = Api(secret_key, self.ledger, self._faults, self._server.pause)
        self._pages = Pages(self.ledger, secret_key)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="sandbox", daemon=True)

    def start(self) -> Self:
        self._thread.start()
        self._deliveries.start()
        self._chores.start()
        return self

    def stop(self) -> None:
        """Everything is on disk by then. Once stopped, a sandbox does not start again; make another."""
        self._server.stop()
        self._thread.join()
        self._chores.stop()
        self._deliveries.stop()
        self._store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def requests(self) -> list[Logged]:
        """The last 2000 requests to the API, the oldest first."""
        return list(self._api.requests)

    @property
    def webhook_url(self) -> str | None:
        """Where events go; may be changed at any time."""
        return self._deliveries.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self._deliveries.url = url
        self._deliveries.wake()

    @property
    def webhook_secret(self) -> str:
        return self._deliveries.secret

    @webhook_secret.setter
    def webhook_secret(self, secret: str) -> None:
        self._deliveries.secret = secret

    def ledger(self, account: str = PLATFORM) -> Ledger:
        return Ledger(self._store, self._clock, self.public_url, account)

    def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204, headers=PREFLIGHT)
        if request.path.startswith("/v1/"):
            response = self._api.answer(request)
        elif request.path.startswith(remote.PREFIX):
            owner = self._api.is_owner(request)
            response = remote.answer(self, request) if owner else Response(401, b'{"error": {"message": "Wrong key."}}')
        else:
            response = self._pages.answer(request)
        if request.method != "GET":
            self._deliveries.wake()
        return response
