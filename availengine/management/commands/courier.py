"""`manage.py courier`: delivers events to endpoints, as soon as they are due, until it is told to stop."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from psycopg.conninfo import make_conninfo

from availengine.clock import current_time
from businesses.errors import Busy
from webhooks import delivery

logger = logging.getLogger(__name__)

CHANNEL = "availengine_deliveries"
LONGEST_NAP = 1.0  # seconds; what the database announces ends it, and every attempt that is done
T = TypeVar("T")
FAILURES = (DatabaseError, InterfaceError, psycopg.Error, Busy)


def surely(work: Callable[[], T]) -> T:
    """Once more when the database was started again meanwhile: the kept connections are looked through first."""
    try:
        return work()
    except FAILURES as error:
        logger.warning("tried again: %s", error)
        connection.close()
        connection.pool.check()  # type: ignore[attr-defined]
        return work()


class Courier:
    """Threads that post, one that hears what the database announces, and one loop that hands out what is due.

    Everything it knows is in the database.
    """

    def __init__(self, threads: int) -> None:
        self.stopping = False  # no Event: a signal's handler may not wait for the lock of one
        self._threads = threads
        self._busy = 0
        self._counting = threading.Lock()
        self._wake = threading.Event()
        self._pool = ThreadPoolExecutor(threads, "courier")

    def run(self) -> None:
        threading.Thread(target=self._listen, name="ears", daemon=True).start()
        while not self.stopping:
            self._wake.clear()
            try:
                handed = self._hand_out()
            except FAILURES as error:
                logger.warning("the database cannot be reached: %s", error)
                handed = 0
            finally:
                connection.close()  # back to the pool
            if not handed:
                self._wake.wait(LONGEST_NAP)
        self._pool.shutdown(wait=True)

    def _hand_out(self) -> int:
        """Give what is due to free threads. A quarter of them never waits for endpoints that fail."""
        with self._counting:
            free = self._threads - self._busy
        if not free:
            return 0
        found = delivery.claim(now=current_time(), most=free, most_failing=max(0, free - self._threads // 4))
        with self._counting:
            self._busy += len(found)
        for key in found:
            self._pool.submit(self._deliver, key)
        return len(found)

    def _deliver(self, key: int) -> None:
        try:
            started = current_time()
            letter = surely(lambda: delivery.letter_of(key, now=started))
            connection.close()  # others may use it while the receiver thinks
            outcome = delivery.post(letter, now=started)
            surely(lambda: delivery.record(key, outcome, started=started, now=current_time()))
        except Exception:  # its lease runs out, and it is tried again
            logger.exception("delivery %s", key)
        finally:
            connection.close()
            with self._counting:
                self._busy -= 1
            self._wake.set()

    def _listen(self) -> None:
        """Wake the loop whenever deliveries were written. Without this, and for retries, it looks every second."""
        while not self.stopping:
            try:
                address = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
                with psycopg.connect(address, autocommit=True, connect_timeout=5) as ears:
                    ears.execute(f"LISTEN {CHANNEL}")
                    self._wake.set()  # something may have come before we listened
                    for _ in ears.notifies():
                        self._wake.set()
            except psycopg.Error as error:
                logger.warning("announcements cannot be heard: %s", error)
                time.sleep(LONGEST_NAP)


class Command(BaseCommand):
    help = "Deliver events to webhook endpoints until SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        courier = Courier(settings.COURIER_THREADS)

        def stop(number: int, frame: FrameType | None) -> None:
            courier.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        courier.run()
