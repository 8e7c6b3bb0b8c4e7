"""Django's cache in Valkey. It holds nothing that may not be lost: without Valkey it is empty, and pages go on.

What follows from that: without Valkey attempts to sign in are not counted, just as the API's requests are not.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)

T = TypeVar("T")


class JsonSerializer:
    """Instead of pickle: whoever can write to Valkey is not to run code here."""

    def dumps(self, value: object) -> bytes:
        return orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        return orjson.loads(data)


def _or(instead: T, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except redis.RedisError as error:
        logger.warning("the cache is not reached: %s", error)
        return instead


class Cache(RedisCache):
    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return _or(True, lambda: super(Cache, self).add(key, value, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _or(default, lambda: super(Cache, self).get(key, default, version))

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        _or(None, lambda: super(Cache, self).set(key, value, *args, **kwargs))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _or(False, lambda: super(Cache, self).delete(key, version))
