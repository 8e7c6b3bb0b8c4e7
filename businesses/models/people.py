"""Who may act for a business: users, and what they are in each business."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now

from businesses.models.base import TenantModel


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address, in any spelling of upper and lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower")]

    def __str__(self) -> str:
        return self.email


class Role(models.TextChoices):
    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    VIEWER = "viewer"


class Member(TenantModel):
    """A user in a business. Who was invited and has not accepted yet has no access, and an invitation that ends."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    accepted_at = models.DateTimeField(null=True, blank=True, db_default=Now(), editable=False)
    invitation_digest = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    invitation_expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "user"], name="member_once_per_business"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(invitation_digest=None),
                name="member_invited_or_accepted",
            ),
            models.CheckConstraint(
                condition=models.Q(invitation_digest=None, invitation_expires_at=None)
                | models.Q(invitation_digest__isnull=False, invitation_expires_at__isnull=False),
                name="member_invitation_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"
