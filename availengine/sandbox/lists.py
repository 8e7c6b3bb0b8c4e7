"""Lists with Stripe's paging, and the expansion of ids into the objects that they stand for."""

from collections.abc import Callable

from availengine.sandbox import checkout
from availengine.sandbox.errors import InvalidParameter, Json
from availengine.sandbox.ledger import Ledger, public
from availengine.sandbox.params import Params

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
REFERENCES = {
    "payment_intent",
    "setup_intent",
    "payment_method",
    "customer",
    "latest_charge",
    "charge",
    "subscription",
    "default_payment_method",
}
DEEPEST = 4


def listing(kind: str, path: str, *filters: str) -> Callable[[Ledger, Params], Json]:
    """The handler for GET on a collection, with these fields as filters."""

    def handle(ledger: Ledger, params: Params) -> Json:
        limit = params.whole("limit", 10) or 0
        if not 1 <= limit <= 100:
            raise InvalidParameter("Invalid limit: must be between 1 and 100.", "limit")
        equal: dict[str, object] = {name: params.text(name) for name in filters if params.text(name)}
        before, after = (_number(ledger, kind, params, name) for name in ("starting_after", "ending_before"))
        found = ledger.store.select(
            kind,
            account=ledger.account,
            equal=equal,
            before=before,
            after=after,
            created=_moments(params),
            limit=limit + 1,
            newest_first=after is None,
        )
        rows = found[:limit] if after is None else found[:limit][::-1]
        return {"object": "list", "url": path, "has_more": len(found) > limit, "data": rows}

    return handle


def _number(ledger: Ledger, kind: str, params: Params, name: str) -> int | None:
    identifier = params.text(name)
    if identifier is None:
        return None
    return ledger.store.number_of(ledger.get(kind, identifier, name)["id"])


def _moments(params: Params) -> dict[str, int]:
    if isinstance(params.values.get("created"), str):
        return {"=": params.whole("created") or 0}
    level = params.below("created")
    return {sign: level.whole(name) or 0 for name, sign in COMPARISONS.items() if name in level}


def expanded(ledger: Ledger, obj: Json, params: Params) -> Json:
    """The object as it is answered: without the sandbox's notes, with what `expand[]` names put in."""
    shown = public(obj)
    for path in params.texts("expand"):
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise InvalidParameter("You cannot expand more than 4 levels of a property.", "expand")
        _expand(ledger, shown, parts, path)
    return shown


def _expand(ledger: Ledger, shown: Json, parts: list[str], path: str) -> None:
    name, *rest = parts
    targets = _fill(ledger, shown, name, path)
    for target in targets:
        if rest:
            _expand(ledger, target, rest, path)


def _fill(ledger: Ledger, shown: Json, name: str, path: str) -> list[Json]:
    """Puts the objects of one property in; returns them."""
    kind = shown.get("object")
    if kind == "list" and name == "data":
        return list(shown["data"])
    if kind == "charge" and name == "refunds":
        page = listing("refund", f"/v1/charges/{shown['id']}/refunds", "charge")
        shown[name] = public(page(ledger, Params({"charge": shown["id"], "limit": "100"})))
    elif kind == "checkout.session" and name == "line_items":
        shown[name] = public(checkout.items_of(ledger.get("checkout.session", shown["id"])))
    elif name in REFERENCES and name in shown:
        if isinstance(shown[name], str):
            shown[name] = public(ledger.store.find(shown[name]) or {})
    else:
        raise InvalidParameter(f"This property cannot be expanded ({path[:100]}).", "expand")
    return [shown[name]] if shown[name] else []
