"""The people of a business: inviting, accepting, changing roles, removing.

Who acts is a member, or None for the host. Managers neither make nor touch owners; a business keeps an owner.
An invitation is 256 random bits, stored as a digest, for one member, once, for a week.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop

from businesses.actors import signed
from businesses.errors import Conflict, Forbidden, Invalid, NotFound
from businesses.models import Business, Member, Role, User
from businesses.roles import roles_to_give

VALID_FOR = timedelta(days=7)
LONGEST_TOKEN = 64
LONGEST_NAME = 200

NOT_YOURS = gettext_noop("Your role does not allow this.")
LAST_OWNER = gettext_noop("This is the last owner: make somebody else an owner first.")
BAD_ADDRESS = gettext_noop("Not a valid e-mail address.")
BAD_ROLE = gettext_noop("There is no such role.")
IS_MEMBER = gettext_noop("This person is a member already.")
HAS_ACCEPTED = gettext_noop("This invitation was accepted already.")
NOT_VALID = gettext_noop("This invitation is not valid, or not any more.")
NAME_MISSING = gettext_noop("Please say your name.")


@signed
def invite_member(business: Business, email: str, role: str, *, by: Member | None, now: datetime) -> tuple[Member, str]:
    """A new member who has yet to accept, and the token to do so. Raises Invalid, Forbidden, Conflict."""
    email = email.strip().lower()
    _require_address(email)
    if role not in Role.values:
        raise Invalid(BAD_ROLE, {"role": [BAD_ROLE]})
    _require_reach(by, role)
    _lock(business)
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    if Member.objects.filter(business=business, user=user).exists():
        raise Conflict(IS_MEMBER)
    member = Member(business=business, user=user, role=role, accepted_at=None)
    return member, _give_token(member, now)


@signed
def renew_invitation(business: Business, member_id: UUID, *, by: Member | None, now: datetime) -> tuple[Member, str]:
    """A new token; the one before is void. Raises NotFound, Forbidden, Conflict."""
    member = _locked(business, member_id)
    _require_reach(by, member.role)
    if member.accepted_at:
        raise Conflict(HAS_ACCEPTED)
    return member, _give_token(member, now)


def invited_member(token: str, *, now: datetime) -> Member | None:
    """The member whom a token invites; None for unknown, used and expired ones alike."""
    if len(token) > LONGEST_TOKEN:
        return None
    found = Member.objects.filter(invitation_digest=_digest(token), invitation_expires_at__gt=now)
    return found.select_related("business", "user").first()


def is_new(user: User) -> bool:
    """Whether somebody has no password yet: who was invited and had no account."""
    return not user.has_usable_password()


@signed
def accept_invitation(token: str, *, user: User | None, now: datetime, name: str = "", password: str = "") -> Member:
    """Accept, as `user` who is signed in; who is new sets name and password instead.

    Raises NotFound for a token that is not valid, Forbidden for somebody else's, Invalid for a name or a password.
    """
    member = invited_member(token, now=now)
    if member is None:
        raise NotFound(NOT_VALID)
    member = _locked(member.business, member.uuid)
    if member.invitation_digest is None or bytes(member.invitation_digest) != _digest(token):
        raise NotFound(NOT_VALID)  # used or renewed meanwhile
    invited = User.objects.select_for_update().get(id=member.user_id)
    if is_new(invited):
        _set_up(invited, name, password)
    elif user is None or user.id != invited.id:
        raise Forbidden(NOT_YOURS)
    member.user = invited
    member.accepted_at, member.invitation_digest, member.invitation_expires_at = now, None, None
    member.save()
    return member


@signed
def change_role(business: Business, member_id: UUID, role: str, *, by: Member | None) -> Member:
    """Raises NotFound, Invalid, Forbidden, and Conflict for the last owner."""
    if role not in Role.values:
        raise Invalid(BAD_ROLE, {"role": [BAD_ROLE]})
    member = _locked(business, member_id)
    _require_reach(by, member.role, role)
    if role != Role.OWNER:
        _require_other_owner(member)
    member.role = role
    member.save(update_fields=["role", "updated_at"])
    return member


@signed
def remove_member(business: Business, member_id: UUID, *, by: Member | None) -> None:
    """End somebody's access, or take an invitation back. Raises NotFound, Forbidden, Conflict for the last owner."""
    member = _locked(business, member_id)
    _require_reach(by, member.role)
    _require_other_owner(member)
    member.delete()


@signed
def change_name(user: User, name: str) -> None:
    """What somebody is called, in all their businesses."""
    user.name = " ".join(name.split())[:LONGEST_NAME]
    user.save(update_fields=["name"])


def _require_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(BAD_ADDRESS, {"email": [BAD_ADDRESS]}) from error


def _require_reach(by: Member | None, *roles: str) -> None:
    if by is None:
        return
    current = Member.objects.filter(id=by.id).exclude(accepted_at=None).values_list("role", flat=True).first()
    if current is None or not set(roles) <= set(roles_to_give(current)):
        raise Forbidden(NOT_YOURS)


def _require_other_owner(member: Member) -> None:
    """Of a member who is an owner and has accepted there must be another: who was only invited does not count."""
    owners = Member.objects.filter(business_id=member.business_id, role=Role.OWNER).exclude(accepted_at=None)
    if member.role == Role.OWNER and member.accepted_at and not owners.exclude(id=member.id).exists():
        raise Conflict(LAST_OWNER)


def _lock(business: Business) -> None:
    """All changes of a business's members come one after another: two owners who remove each other leave one."""
    Business.objects.select_for_update(no_key=True).only("id").get(id=business.id)


def _locked(business: Business, member_id: UUID) -> Member:
    _lock(business)
    found = Member.objects.filter(business=business, uuid=member_id).select_related("business", "user").first()
    if found is None:
        raise NotFound
    return found


def _give_token(member: Member, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    member.invitation_digest = _digest(token)
    member.invitation_expires_at = now + VALID_FOR
    member.save()
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _set_up(user: User, name: str, password: str) -> None:
    details: dict[str, list[str]] = {}
    user.name = " ".join(name.split())[:LONGEST_NAME]
    if not user.name:
        details["name"] = [NAME_MISSING]
    try:
        validate_password(password, user)
    except ValidationError as error:
        details["password"] = error.messages
    if details:
        raise Invalid("The request is not valid.", details)
    user.set_password(password)
    user.save()
