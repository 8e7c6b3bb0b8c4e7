"""The writes of a business itself."""

from collections.abc import Mapping
from typing import Any

from businesses.actors import signed
from businesses.models import Business


@signed
def save_business(business_id: int, values: Mapping[str, Any]) -> Business:
    """Change a business."""
    row = Business.objects.select_for_update(no_key=True).get(id=business_id)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "updated_at"])
    return row
