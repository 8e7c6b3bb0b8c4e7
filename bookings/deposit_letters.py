"""The texts about deposits. All speak the language that is active: see `wording.in_language_of`."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bookings.letters import Letter, greeting
from bookings.models import Booking
from bookings.wording import people, spoken_moment
from payments.models import Deposit
from payments.money import spoken


def payment_link(booking: Booking, deposit: Deposit) -> Letter:
    """Of a booking that staff have made (seed 001, "staff-deposit")."""
    if deposit.standing:
        return _later_payment_link(booking, deposit)
    business, words = booking.business, _words(booking, deposit)
    pay = _("To keep it, please pay the deposit of %(amount)s.") % words
    if deposit.expires_at:
        until = spoken_moment(deposit.expires_at, business)
        pay = _("To keep it, please pay the deposit of %(amount)s by %(until)s.") % {**words, "until": until}
    return Letter(
        kind="payment_link",
        subject=_("%(business)s: please pay your deposit") % words,
        paragraphs=[
            greeting(booking),
            _("%(business)s has reserved %(when)s for you (%(people)s).")
            % {**words, "when": spoken_moment(booking.starts_at, business), "people": people(booking.party_size)},
            pay,
            _("Your confirmation code is %(code)s. If you do not pay in time, the reservation ends by itself.") % words,
        ],
        button=_("Pay %(amount)s") % words,
        url=deposit.checkout_url,
    )


def _later_payment_link(booking: Booking, deposit: Deposit) -> Letter:
    """Of a booking that stands, paid or not."""
    business, words = booking.business, _words(booking, deposit)
    until = spoken_moment(deposit.expires_at, business) if deposit.expires_at else ""
    return Letter(
        kind="payment_link",
        subject=_("%(business)s: please pay your deposit") % words,
        paragraphs=[
            greeting(booking),
            _("for your booking on %(when)s, %(business)s asks you for a deposit of %(amount)s.")
            % {**words, "when": spoken_moment(booking.starts_at, business)},
            _("Please pay it by %(until)s. Your confirmation code is %(code)s.") % {**words, "until": until},
        ],
        button=_("Pay %(amount)s") % words,
        url=deposit.checkout_url,
    )


def hold_failed(booking: Booking, deposit: Deposit) -> Letter:
    return _to_customer(booking, "hold_failed", _("Your card could not be used"), [
        _("The hold of %(amount)s for your booking %(code)s could not be placed on your card.")
        % _words(booking, deposit),
        _("Please contact %(business)s, so that your booking stays as it is.") % _words(booking, deposit),
    ])  # fmt: skip


def hold_failed_for_business(booking: Booking, deposit: Deposit) -> Letter:
    words = _words(booking, deposit)
    return Letter(kind="hold_failed", subject=_("The hold for %(code)s failed") % words, paragraphs=[
        _("The hold of %(amount)s for the booking %(code)s could not be placed%(why)s.") % words,
        _("The booking stands, without a deposit. You can settle it with the customer, or cancel it."),
    ])  # fmt: skip


def capture_failed(booking: Booking, deposit: Deposit, problem: str) -> Letter:
    words = {**_words(booking, deposit), "why": f" ({problem})" if problem else ""}
    return Letter(kind="capture_failed", subject=_("The hold for %(code)s could not be charged") % words, paragraphs=[
        _("The hold of %(amount)s for the booking %(code)s could not be charged%(why)s.") % words,
        _("Nothing was charged, and the booking is not recorded as a no-show. You can try again."),
    ])  # fmt: skip


def refund_failed(booking: Booking, deposit: Deposit) -> Letter:
    words = _words(booking, deposit)
    return Letter(kind="refund_failed", subject=_("A refund for %(code)s failed") % words, paragraphs=[
        _("A refund for the booking %(code)s did not reach the customer%(why)s. The money is still with Stripe.")
        % words,
        _("Refund again, or settle it with the customer in another way."),
    ])  # fmt: skip


def disputed(booking: Booking, deposit: Deposit) -> Letter:
    words = _words(booking, deposit)
    return Letter(kind="disputed", subject=_("The deposit of %(code)s is disputed") % words, paragraphs=[
        _("The customer's bank has taken back the deposit of %(amount)s of the booking %(code)s.") % words,
        _("You can answer the dispute in Stripe's dashboard."),
    ])  # fmt: skip


def late_money(booking: Booking, deposit: Deposit) -> Letter:
    return _to_customer(booking, "late_money", _("Your payment came too late and goes back"), [
        _("Your payment of %(amount)s for the booking %(code)s came after it had ended, and its time is taken.")
        % _words(booking, deposit),
        _("All of it goes back to your card; banks may need some days to show it. You are welcome to book again."),
    ])  # fmt: skip


def late_money_for_business(booking: Booking, deposit: Deposit) -> Letter:
    words = _words(booking, deposit)
    return Letter(kind="late_money", subject=_("A late payment for %(code)s goes back") % words, paragraphs=[
        _("%(amount)s were paid for the booking %(code)s after it had ended. All of it goes back to the customer.")
        % words,
    ])  # fmt: skip


def hold_lapsing(booking: Booking, deposit: Deposit) -> Letter:
    words = _words(booking, deposit)
    text = _("The hold of %(amount)s for the booking %(code)s ends soon.") % words
    if deposit.capture_before:
        until = spoken_moment(deposit.capture_before, booking.business)
        text = _("The hold of %(amount)s for the booking %(code)s ends on %(until)s.") % {**words, "until": until}
    return Letter(kind="hold_lapsing", subject=_("The hold for %(code)s ends soon") % words, paragraphs=[
        text,
        _("If the customer did not come, record the no-show before that; otherwise there is nothing to do."),
    ])  # fmt: skip


def _words(booking: Booking, deposit: Deposit) -> dict[str, str]:
    return {
        "business": booking.business.name,
        "code": booking.code,
        "amount": spoken(deposit.amount_cents, deposit.currency),
        "why": f" ({deposit.problem})" if deposit.problem else "",
    }


def _to_customer(booking: Booking, kind: str, subject: str, paragraphs: Sequence[str]) -> Letter:
    subject = f"{booking.business.name}: {subject}"
    return Letter(kind=kind, subject=subject, paragraphs=[greeting(booking), *paragraphs])
