"""POST /booking/v1/availability/search (seed 002)."""

from django.http import HttpRequest
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema

from availengine.api.booxi import answers
from availengine.api.booxi import serializers as wire_in
from availengine.api.booxi.dialect import BooxiView
from availengine.api.booxi.questions import Search, read_body, search_of
from availengine.api.booxi.slots import answer
from availengine.api.views import plain_body
from availengine.clock import current_minute
from businesses.keys import Scope


class SearchView(BooxiView):
    scopes = {"search": Scope.AVAILABILITY_READ}
    reading = plain = frozenset(("search",))

    @extend_schema(
        operation_id="search_availability",
        summary="Free time slots for services in sequence",
        request=PolymorphicProxySerializer(
            component_name="SearchRequest",
            serializers=[wire_in.Search, wire_in.NextPage],
            resource_type_field_name=None,
        ),
        responses=answers.Found,
    )
    def search(self, request: HttpRequest) -> bytes:
        return answer(self.principal, self._asked(plain_body(request)), now=current_minute())

    def _asked(self, body: bytes) -> Search:
        found = read_body(body)
        if isinstance(found, str):
            return search_of(found, self.principal)
        merchant, search = found
        self.require_merchant(merchant)
        return search
