"""Finding a business by what the public calls it."""

from uuid import UUID

from django.db.models import Q

from businesses.errors import NotFound
from businesses.models import Business


def business_named(name: str) -> int:
    """The key of the business with this UUID or slug. Raises NotFound."""
    try:
        wanted = Q(uuid=UUID(name))
    except ValueError:
        wanted = Q(slug=name)
    found = Business.objects.filter(wanted).values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    return found
