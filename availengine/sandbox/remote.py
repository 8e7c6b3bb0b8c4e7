"""The controls over HTTP, under /sandbox/, for the owner of the secret key: JSON in and out."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from availengine.sandbox.controls import REMOTE
from availengine.sandbox.errors import ApiError, UnknownRoute
from availengine.sandbox.wire import Request, Response

PREFIX = "/sandbox/"


def answer(sandbox: Any, request: Request) -> Response:
    """`sandbox` is a Sandbox; who asks has been checked."""
    try:
        name = request.path.removeprefix(PREFIX)
        result = _read(sandbox, name) if request.method == "GET" else _do(sandbox, name, request)
    except ApiError as error:
        return Response(error.status, json.dumps(error.body()).encode())
    except (TypeError, ValueError) as error:  # arguments that the methods do not take
        return Response(400, json.dumps(ApiError(str(error)).body()).encode())
    return Response(200, json.dumps({"result": result}).encode())


def _read(sandbox: Any, name: str) -> object:
    if name == "requests":
        return [asdict(item) for item in sandbox.requests]
    if name == "events":
        return sandbox.pending_events()
    if name.startswith("objects/"):
        return sandbox.objects(name.removeprefix("objects/"))
    raise UnknownRoute(f"There is no GET {PREFIX}{name[:100]}.")


def _do(sandbox: Any, name: str, request: Request) -> object:
    if request.method != "POST" or name not in REMOTE:
        raise UnknownRoute(f"There is no {request.method} {PREFIX}{name[:100]}.")
    arguments = json.loads(request.body or b"{}")
    if not isinstance(arguments, dict):
        raise ApiError("The arguments are an object.")
    method: Callable[..., object] = getattr(sandbox, name)
    return method(**arguments)
