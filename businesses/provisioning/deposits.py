"""The deposit rules and the cancellation policy of a provisioning document."""

from typing import Any

from businesses.deposit_rules import (
    MOST_CENTS,
    MOST_HOURS,
    MOST_STEPS,
    DepositAudience,
    DepositBasis,
    DepositType,
    Rule,
    check_deposit_rule,
    disorder,
)
from businesses.errors import Invalid
from businesses.provisioning.document import MISSING, DocumentError, Mapping, Node


def read_rule(node: Node, plan: str, default: Any = MISSING) -> Rule:
    """A rule under this plan; without a default its type must be said."""
    m = Mapping(node)
    rule = Rule(
        type=m.get("type", lambda n: n.choice(DepositType.values), default),
        basis=m.get("basis", lambda n: n.choice(DepositBasis.values), DepositBasis.FIXED.value),
        amount_cents=m.get("amount_cents", lambda n: n.integer(1, MOST_CENTS), None),
        percent=m.get("percent", lambda n: n.integer(1, 100), None),
        only_for=tuple(item.choice(DepositAudience.values) for item in m.each("only_for")),
    )
    m.nothing_else()
    try:
        check_deposit_rule(rule, plan)
    except Invalid as error:
        [(name, problems)] = (error.details or {}).items()
        raise DocumentError(f"{node.path}.{name}", problems[0]) from None
    return rule


def read_steps(node: Node) -> list[list[int]]:
    """The cancellation policy as it is stored."""
    items = node.items()
    if len(items) > MOST_STEPS:
        raise node.fail(f"has more than {MOST_STEPS} steps")
    steps = [_step(item) for item in items]
    if found := disorder(steps):
        index, name, problem = found
        raise DocumentError(f"{items[index].path}.{name}", problem)
    return steps


def _step(node: Node) -> list[int]:
    m = Mapping(node)
    step = [
        m.get("hours_before", lambda n: n.integer(0, MOST_HOURS)),
        m.get("fee_percent", lambda n: n.integer(0, 100)),
    ]
    m.nothing_else()
    return step
