"""What a booking page needs to know of a business: itself, its services, its professionals (seed 003)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from availengine.api.booqara import answers
from availengine.api.booqara import serializers as wire_in
from availengine.api.booqara import wire as wire_out
from availengine.api.booqara.asking import offered_service
from availengine.api.booqara.dialect import BooqaraView
from availengine.clock import current_minute
from bookings.next_starts import Offers, next_starts
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from businesses.keys import Scope


class BusinessView(BooqaraView):
    scopes = dict.fromkeys(("profile", "services", "staff"), Scope.AVAILABILITY_READ)

    @extend_schema(operation_id="get_business", summary="The business, its hours and rules", responses=answers.Profile)
    def profile(self, request: Request) -> Response:
        """Its page flags are for the page to follow: only prices and durations are hidden by the API itself."""
        return Response(wire_out.profile(snapshot_of(self.principal.business_id)))

    @extend_schema(operation_id="list_services", summary="Services by category", responses=answers.Catalogue)
    def services(self, request: Request) -> Response:
        """What can be booked online; prices and durations only where they are shown."""
        return Response(wire_out.catalogue(snapshot_of(self.principal.business_id)))

    @extend_schema(
        operation_id="list_staff",
        summary="Professionals that can be chosen",
        parameters=[wire_in.StaffQuery],
        responses=answers.Staff,
    )
    def staff(self, request: Request) -> Response:
        """`nextAvailable` is the next free start of the given service, or of any of theirs."""
        wanted, who = self.query(wire_in.StaffQuery).get("serviceId"), self.principal

        def offers(snapshot: Snapshot) -> Offers:
            offered = snapshot.offered_staff()
            if wanted is None:
                return offered
            service = offered_service(snapshot, wanted)
            return {person: [service] for person, services in offered.items() if service in services}

        snapshot, starts = next_starts(who.business_id, live=who.live, offers_of=offers, now=current_minute())
        told = [wire_out.professional(person, starts.get(person.id), snapshot) for person in offers(snapshot)]
        return Response({"staff": told})
