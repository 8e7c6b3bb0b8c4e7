"""What the owner of a business has to know of the machinery: endpoints that were switched off."""

from django.utils import timezone

from bookings import letters, posting
from bookings.wording import in_language_of
from businesses.db import transactional
from webhooks.models import Endpoint


def switched_off(*, most: int) -> list[int]:
    """Endpoints that were switched off for a reason that nobody was told of yet."""
    found = Endpoint.objects.present().filter(active=False, told_at=None).exclude(problem="")
    return list(found.order_by("id").values_list("id", flat=True)[:most])


@transactional
def tell_of_endpoint(endpoint_id: int) -> bool:
    """Tell the business, once: the message and the note that it was told commit together."""
    free = Endpoint.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    found = free.select_related("business").filter(id=endpoint_id, active=False, told_at=None)
    endpoint = found.exclude(problem="").first()
    if endpoint is None:
        return False
    with in_language_of(endpoint.business):
        posting.to_business(endpoint.business, letters.endpoint_off(endpoint), live=endpoint.live)
    endpoint.told_at = timezone.now()
    endpoint.save(update_fields=["told_at", "updated_at"])
    return True
