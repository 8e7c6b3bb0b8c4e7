"""`manage.py invite SLUG EMAIL ROLE`: the host's way to let somebody into a business, such as its first owner."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from availengine.clock import current_time
from bookings.invitations import invite, invite_again
from businesses.errors import DomainError
from businesses.models import Business, Member, Role


class Command(BaseCommand):
    help = "Invite somebody to a business by mail; who was invited and has not accepted is written to again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("email")
        parser.add_argument("role", choices=Role.values)

    def handle(self, *args: Any, slug: str, email: str, role: str, **options: Any) -> None:
        business = Business.objects.filter(slug=slug).first()
        if business is None:
            raise CommandError(f"There is no business {slug}.")
        waiting = Member.objects.filter(business=business, user__email=email.strip().lower(), accepted_at=None).first()
        try:
            if waiting and waiting.role == role:
                member = invite_again(business, waiting.uuid, by=None, now=current_time())
            else:
                member = invite(business, email, role, by=None, now=current_time())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{member.user.email} is invited to {business.name} as {member.role}.")
