"""Invitations and their mails, in one transaction: who is invited is written to, once per invitation."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from bookings import messages
from businesses import members
from businesses.db import transactional
from businesses.models import Business, Member


@transactional
def invite(business: Business, email: str, role: str, *, by: Member | None, now: datetime) -> Member:
    """Invite somebody, and write to them. Raises what `members.invite_member` raises."""
    member, token = members.invite_member(business, email, role, by=by, now=now)
    messages.invite(member, _address(token))
    return member


@transactional
def invite_again(business: Business, member_id: UUID, *, by: Member | None, now: datetime) -> Member:
    """Another mail with another link; the one before is void. Raises what `members.renew_invitation` raises."""
    member, token = members.renew_invitation(business, member_id, by=by, now=now)
    messages.invite(member, _address(token))
    return member


def _address(token: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}/accounts/invitation/{token}"
