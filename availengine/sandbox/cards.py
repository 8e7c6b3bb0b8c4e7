"""Stripe's documented test cards, by number and by name, and how each of them behaves."""

from dataclasses import dataclass

from availengine.sandbox.errors import CardError

DECLINED = "Your card was declined."


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str
    message: str = DECLINED

    def error(self) -> CardError:
        return CardError(self.message, code=self.code, more={"decline_code": self.decline_code})


GENERIC = Decline("card_declined", "generic_decline")
INSUFFICIENT = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
AUTHENTICATION = Decline(
    "authentication_required", "authentication_required", f"{DECLINED} This transaction requires authentication."
)


@dataclass(frozen=True)
class Card:
    number: str
    note: str
    brand: str = "visa"
    decline: Decline | None = None
    can_be_saved: bool = True
    authentication: str = "never"  # or "setup": until it succeeded once; or "always": whenever the payer is there
    refunds: str = "succeed"  # or "fail" after a while; or "wait" and succeed after a while
    disputed: bool = False
    slow: bool = False  # the payment is `processing` for a while

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = (
    Card("4242424242424242", "Visa, succeeds"),
    Card("5555555555554444", "Mastercard, succeeds", brand="mastercard"),
    Card("4000000000000002", "Declined", decline=GENERIC, can_be_saved=False),
    Card("4000000000009995", "Declined: insufficient funds", decline=INSUFFICIENT, can_be_saved=False),
    Card("4000000000000069", "Declined: expired card", decline=EXPIRED, can_be_saved=False),
    Card("4000002760003184", "3-D Secure at every payment", authentication="always"),
    Card("4000002500003155", "3-D Secure the first time only", authentication="setup"),
    Card("4000000000000341", "Can be saved, every charge is declined", decline=GENERIC),
    Card("4000000000005126", "Succeeds, its refunds fail later", refunds="fail"),
    Card("4000000000007726", "Succeeds, its refunds stay pending for a while", refunds="wait"),
    Card("4000000000000259", "Succeeds and is disputed", disputed=True),
)
# Stand for bank debits, which have no number to type.
DEBITS = (
    Card("debit_success", "Succeeds after a while", slow=True),
    Card("debit_insufficient_funds", "Fails after a while", decline=INSUFFICIENT, slow=True),
)
BY_NUMBER = {card.number: card for card in CARDS}
BEHAVIOUR = BY_NUMBER | {card.number: card for card in DEBITS}
BY_NAME = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_threeDSecure2Required": "4000002760003184",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_createDispute": "4000000000000259",
    "pm_usBankAccount_success": "debit_success",
    "pm_usBankAccount_insufficientFunds": "debit_insufficient_funds",
}
