"""The tools, which of them a key may use, and how one is called."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from availengine.agents import changing, holding, inputs, looking, outputs
from availengine.agents.jsonrpc import INTERNAL_ERROR, INVALID_PARAMS, RpcError
from availengine.agents.telling import refusal, result
from availengine.agents.tool import Caller, Tool, as_listed
from availengine.api.errors import problem_of
from availengine.api.throttling import require_visitor_rate
from businesses.errors import PaymentRequired
from businesses.keys import Scope

BOOKING = (Scope.BOOKINGS_CREATE,)
OWNED = (Scope.BOOKINGS_CREATE, Scope.BOOKINGS_MANAGE)  # by the customer's link, or by the id

TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            name="search_services",
            title="Search services",
            description="What can be booked here, with prices, lengths, party sizes and who performs it.",
            scopes=(Scope.AVAILABILITY_READ,),
            takes=inputs.SearchServices,
            gives=outputs.Services,
            run=looking.search_services,
            reads=True,
        ),
        Tool(
            name="find_availability",
            title="Find free times",
            description="The free starts of a service on one or more days, for a number of people, with anybody or "
            "with a certain resource; and the next dates with free starts when there are none.",
            scopes=(Scope.AVAILABILITY_READ,),
            takes=inputs.FindAvailability,
            gives=outputs.Availability,
            run=looking.find_availability,
            reads=True,
        ),
        Tool(
            name="hold_slot",
            title="Hold a time",
            description="Keep a free start for some minutes. Books nothing and costs nothing: it is let go by itself.",
            scopes=BOOKING,
            takes=inputs.HoldSlot,
            gives=outputs.Held,
            run=holding.hold_slot,
            again=False,  # without a request_id
            visited=True,
        ),
        Tool(
            name="confirm_booking",
            title="Book what is held",
            description="Book a held time for a person, who must have agreed to it. Where a deposit is due, the answer "
            "has the page to pay it on, and the booking is confirmed only when it is paid.",
            scopes=BOOKING,
            takes=inputs.ConfirmBooking,
            gives=outputs.Confirmed,
            run=holding.confirm_booking,
            visited=True,
        ),
        Tool(
            name="release_hold",
            title="Let a held time go",
            description="Free a held time that nobody wants after all.",
            scopes=BOOKING,
            takes=inputs.OfHold,
            gives=outputs.Released,
            run=holding.release_hold,
        ),
        Tool(
            name="get_booking",
            title="Look at a booking",
            description="How a booking stands: its time, its state, its deposit.",
            scopes=(*OWNED, Scope.BOOKINGS_READ),
            takes=inputs.WhichBooking,
            gives=outputs.Found,
            run=changing.get_booking,
            reads=True,
        ),
        Tool(
            name="reschedule_booking",
            title="Move a booking",
            description="Move a booking to another free time, in one step: the old time is let go only when the new "
            "one is taken. With the customer's link as long as cancelling would be free.",
            scopes=OWNED,
            takes=inputs.RescheduleBooking,
            gives=outputs.Moved,
            run=changing.reschedule_booking,
        ),
        Tool(
            name="cancel_booking",
            title="Cancel a booking",
            description="First call: what cancelling costs and gives back, and nothing happens. Second call, with "
            "agreed_fee_cents as told: it is cancelled. The person must have agreed to the fee.",
            scopes=OWNED,
            takes=inputs.CancelBooking,
            gives=outputs.Cancellation,
            run=changing.cancel_booking,
            destroys=True,
        ),
    )
}


def listed_tools(caller: Caller) -> list[dict[str, Any]]:
    """What this key may use."""
    return [as_listed(tool) for tool in TOOLS.values() if tool.allows(caller.principal)]


def call_tool(params: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """The result of a tool. What the core refuses is a result too, which a model can go on from.

    Raises RpcError for a tool that there is not, or not for this key.
    """
    name, arguments = params.get("name"), params.get("arguments", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise RpcError(INVALID_PARAMS, '"name" must be a string, "arguments" an object.')
    tool = TOOLS.get(name)
    if tool is None:
        raise RpcError(INVALID_PARAMS, f"Unknown tool: {name[:100]}")
    if not tool.allows(caller.principal):
        raise RpcError(INVALID_PARAMS, f"This key may not use {name}: it lacks the scope {tool.scopes[0]}.")
    try:
        return result(_run(tool, arguments, caller))
    except Exception as error:
        problem = problem_of(error)
        if problem.code == "internal_error":
            raise RpcError(INTERNAL_ERROR, problem.message) from error
        return refusal(problem)


def _run(tool: Tool, arguments: dict[str, Any], caller: Caller) -> dict[str, Any]:
    if caller.principal.past_due and not tool.reads:
        raise PaymentRequired("The subscription of this business is past due.")
    if tool.visited:
        require_visitor_rate(caller.principal, caller.request)
    fields = tool.takes()
    unknown = sorted(set(arguments) - set(fields.fields))
    if unknown:
        raise ValidationError({name[:100]: [f"There is no such argument of {tool.name}."] for name in unknown[:10]})
    return tool.run(caller, dict(fields.run_validation(arguments)))
