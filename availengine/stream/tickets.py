"""A key never stands in an address: a ticket does, for a minute, signed and good for listening only."""

from dataclasses import dataclass

from django.core import signing

from businesses.keys import Principal

SALT = "availengine.stream"
GOOD_FOR = 60  # seconds in which it must be used; a stream that is open stays open


@dataclass(frozen=True, slots=True)
class Listener:
    key_id: int
    business_id: int
    live: bool


def new_ticket(principal: Principal) -> str:
    return signing.dumps([principal.key_id, principal.business_id, principal.live], salt=SALT)


def listener_of(ticket: str) -> Listener | None:
    try:
        key_id, business_id, live = signing.loads(ticket, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return Listener(key_id, business_id, live)
