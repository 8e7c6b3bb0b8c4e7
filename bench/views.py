"""The yardsticks: what any Django view costs here, without and with one query by primary key."""

from django.http import HttpRequest, JsonResponse

from businesses.models import Business


def empty(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def one_query(request: HttpRequest, key: int) -> JsonResponse:
    """One row through the ORM and the pooled connection, as a simple view would read it."""
    return JsonResponse({"name": Business.objects.values_list("name", flat=True).get(pk=key)})
