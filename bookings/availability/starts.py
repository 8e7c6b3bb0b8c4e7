"""Which starts are free on a day, and who takes them: the same functions list slots and decide bookings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from bookings.availability.busy import Busy, Session
from bookings.availability.calendar import Calendar, Resource, Service
from bookings.availability.spans import bits, positions
from businesses.localtime import date_of

SIZELESS = ("staff", "equipment")  # kinds whose capacity says nothing about how many a class may have


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: services one after another, a party, perhaps one given resource.

    `among`: one of these resources, the first of them that is free; none means any.
    `staff`: any minute instead of the grid, no lead time and window, offline resources too.
    `any_hours`: opening hours and closures do not matter either (staff only).
    `any_time`: neither lead time nor booking window count, only that the start is not past.
    """

    services: tuple[Service, ...]
    party: int = 1
    resource: int | None = None
    among: tuple[int, ...] = ()
    same_resource: bool = False
    staff: bool = False
    any_hours: bool = False
    any_time: bool = False

    def fits(self, resource: Resource, service: Service) -> bool:
        """Whether the party fits. Staff may seat a small party at a large table.

        A class has its own size: the party counts against that, and a room has to hold all of it.
        """
        if service.places:
            roomy = resource.kind in SIZELESS or resource.capacity_max >= service.places
            return roomy and self.party <= service.places
        return self.party <= resource.capacity_max and (self.staff or self.party >= resource.capacity_min)

    def allows(self, resource: Resource) -> bool:
        """Whether this one was asked for, or nobody was."""
        return self.resource in (None, resource.id) and (not self.among or resource.id in self.among)

    @property
    def names_resources(self) -> bool:
        return self.resource is not None or bool(self.among)

    def welcome(self, service: Service) -> bool:
        """Whether the service is for a party of this size. Staff may make exceptions."""
        return self.staff or service.party_min <= self.party <= service.party_max

    def place(self, resource: int) -> int:
        """How far from the first choice it is."""
        return self.among.index(resource) if resource in self.among else len(self.among)

    def bookable(self, service: Service) -> bool:
        return service.active and (self.staff or service.online)

    @property
    def longest_visit(self) -> int:
        return sum(service.longest + service.before + service.after for service in self.services)

    @property
    def lasts_differently(self) -> bool:
        """Whether the length of a visit of several services depends on who performs which, or that of a class on how it
        was when it was opened.
        """
        several = len(self.services) > 1
        return any(s.places or (several and len(set(s.performers.values())) > 1) for s in self.services)

    def visit_minutes(self, resource: int) -> int:
        """From the start of the visit to the end of its last service, when this resource does what it can."""
        last = len(self.services) - 1
        return sum(
            service.performers.get(resource, service.duration)
            + (service.before if index else 0)
            + (service.after if index < last else 0)
            for index, service in enumerate(self.services)
        )


@dataclass(frozen=True, slots=True)
class Pick:
    """One resource for one service: what becomes an allocation. Times in minutes.

    `places`: of the class that it is a part of; 0: the resource is held for this visit alone.
    """

    sequence: int
    service: int
    resource: int
    additional: bool
    start: int
    end: int
    blocked_from: int
    blocked_until: int
    places: int = 0


def usable(wish: Wish, resource: Resource) -> bool:
    return resource.active and (wish.staff or resource.online)


def performers(calendar: Calendar, wish: Wish, service: Service) -> list[Resource]:
    """The usable resources that do this service, whatever their capacity, in a stable order."""
    found = (calendar.resources[key] for key in service.performers if key in calendar.resources)
    return sorted((r for r in found if usable(wish, r) and wish.allows(r)), key=lambda r: r.id)


def companions(calendar: Calendar, wish: Wish, service: Service) -> list[Resource]:
    """The resources of the kind that the service needs as well, such as rooms."""
    kind = service.also_needs
    return [r for r in calendar.resources.values() if r.kind == kind and usable(wish, r) and wish.fits(r, service)]


def _any_of(masks: Mapping[int, int]) -> int:
    union = 0
    for mask in masks.values():
        union |= mask
    return union


class DayView:
    """One day as one wish sees it. Masks count minutes from the day's start and reach past its end."""

    def __init__(self, calendar: Calendar, wish: Wish, on: date, busy: Busy) -> None:
        self.calendar, self.wish, self.busy = calendar, wish, busy
        self.day = calendar.day(on)
        self.lookahead = wish.longest_visit if len(wish.services) > 1 else 0
        self._companions: dict[tuple[int, int, int], int] = {}

    def item_starts(self, resource: Resource, service: Service, duration: int) -> int:
        """When the resource is open for the service and free for it with its buffers."""
        midnight, before, behind = self.day.start, service.before, duration + service.after
        width = self.day.end - midnight + self.lookahead
        mask = self._open_starts(resource, duration)
        if not mask:
            return 0
        blocked = 0
        for start, end in self.busy.between(resource.id, midnight - before, midnight + width + behind):
            first = max(start - behind + 1 - midnight, 0)
            blocked |= ((1 << (end + before - midnight - first)) - 1) << first
        return mask & ~blocked

    def _open_starts(self, resource: Resource, duration: int) -> int:
        if self.wish.any_hours:
            return bits(0, self.day.end - self.day.start + self.lookahead)
        return self.calendar.open_starts(resource, self.day.date, duration, self.lookahead)

    def _accompanied(self, index: int, duration: int, main: Resource) -> int:
        """When any companion resource is free for the service at this place of the visit; nobody is their own."""
        service = self.wish.services[index]
        key = (index, duration, main.id if main.kind == service.also_needs else 0)
        if key not in self._companions:
            mask = 0
            for companion in companions(self.calendar, self.wish, service):
                if companion.id != main.id:
                    mask |= self.item_starts(companion, service, duration)
            self._companions[key] = mask
        return self._companions[key]

    def _single(self, index: int, resource: Resource) -> int:
        service = self.wish.services[index]
        duration = service.performers[resource.id]
        mask = self.item_starts(resource, service, duration)
        if mask and service.also_needs:
            mask &= self._accompanied(index, duration, resource)
        return mask | self._joinable(index, resource) if service.places else mask

    def _joinable(self, index: int, resource: Resource) -> int:
        """When there is a class of this service already, and room in it."""
        mask = 0
        for at, session in self.sessions(index, resource.id).items():
            if session.left >= self.wish.party:
                mask |= 1 << at & self._open_starts(resource, session.end - session.start)
        return mask

    def sessions(self, index: int, resource: int) -> dict[int, Session]:
        """The booked classes of the service at this place of the visit, by minute of the day, full ones too.

        Within a visit of several services only those that last as long as they do today: the next one follows.
        """
        service, midnight = self.wish.services[index], self.day.start
        if not service.places:
            return {}
        width = self.day.end - midnight + self.lookahead
        several, lasts = len(self.wish.services) > 1, service.performers[resource]
        return {
            session.start - midnight: session
            for session in self.busy.sessions(service.id, resource)
            if 0 <= session.start - midnight < width and not (several and session.end - session.start != lasts)
        }

    def step(self, index: int, resource: int) -> int:
        """Minutes from the start of a service to the start of the next one in the visit."""
        service = self.wish.services[index]
        if index + 1 == len(self.wish.services):
            return 0
        return service.performers[resource] + service.after + self.wish.services[index + 1].before

    def candidates(self, index: int) -> list[Resource]:
        wish = self.wish
        return [r for r in performers(self.calendar, wish, wish.services[index]) if wish.fits(r, wish.services[index])]

    @cached_property
    def apart(self) -> list[dict[int, int]]:
        """For each service: when each resource can take it so that the rest of the visit works out too."""
        chain: list[dict[int, int]] = []
        rest = -1  # all bits: after the last service nothing is left to do
        for index in reversed(range(len(self.wish.services))):
            masks = {}
            for resource in self.candidates(index):
                mask = self._single(index, resource) & (rest >> self.step(index, resource.id))
                if mask:
                    masks[resource.id] = mask
            rest = 0
            for mask in masks.values():
                rest |= mask
            chain.insert(0, masks)
        return chain

    @cached_property
    def together(self) -> dict[int, int]:
        """When each resource can take the whole visit."""
        if len(self.wish.services) == 1:
            return self.apart[0]
        common = [{r.id: r for r in self.candidates(index)} for index in range(len(self.wish.services))]
        masks = {}
        for key, resource in common[0].items():
            if all(key in others for others in common):
                rest = -1
                for index in reversed(range(len(self.wish.services))):
                    rest = self._single(index, resource) & (rest >> self.step(index, key))
                if rest:
                    masks[key] = rest
        return masks

    @property
    def first(self) -> dict[int, int]:
        """The masks of the resources that can begin the visit."""
        return self.together if self.wish.same_resource else self.apart[0]

    def allowed(self, now: int) -> int:
        """The minutes that the rules allow: of this date, late enough, within the booking window."""
        day, rules = self.day, self.calendar.rules
        whole = bits(0, day.end - day.start)
        if self.wish.staff:
            return whole
        if self.wish.any_time:
            return whole & ~bits(0, now - day.start)
        if day.date > date_of(self.calendar.zone, now) + timedelta(days=rules.window_days):
            return 0
        return whole & ~bits(0, now + rules.lead_minutes - day.start)

    def starts(self, now: int) -> dict[int, int]:
        """The free starts of the day as a mask per resource that can begin the visit."""
        allowed = self.allowed(now)
        if not allowed or not all(self.wish.bookable(s) and self.wish.welcome(s) for s in self.wish.services):
            return {}
        masks = {}
        for key, mask in self.first.items():
            mask &= allowed
            if not self.wish.staff:
                mask &= self.grid(key)
            if mask:
                masks[key] = mask
        return masks

    def grid(self, resource: int) -> int:
        """The starts that the public may choose: the first service's own, or those of the business."""
        own = self.wish.services[0].starts
        if own:
            return self.calendar.timetable(own, self.day.date)
        return self.calendar.grid(self.calendar.resources[resource], self.day.date)

    def free_starts(self, now: int) -> int:
        """The free starts of the day as one mask."""
        return _any_of(self.starts(now))

    def timetable(self) -> int:
        """The starts of the day as they were if nothing was taken and no start too soon: `free_starts` are some of
        them.
        """
        untouched = DayView(self.calendar, replace(self.wish, any_time=True), self.day.date, Busy())
        return untouched.free_starts(self.day.start)

    def assign(self, start: int, now: int) -> tuple[Pick, ...] | None:
        """Resources for a visit that starts at this minute, or None when the start is not free.

        Who is preferred takes it. A visit of several services stays with one resource where that is possible.
        """
        at = start - self.day.start
        offered = self.takers(self.starts(now), at)
        if not offered:
            return None
        staying = [key for key in offered if self.together.get(key, 0) >> at & 1]
        return tuple(self._walk(at, (staying or offered)[0], stays=bool(staying)))

    def takers(self, masks: dict[int, int], at: int, index: int = 0) -> list[int]:
        """The resources that can start at a minute of the day, the preferred one first."""
        return self._joining(self._preferred([key for key, mask in masks.items() if mask >> at & 1]), at, index)

    def _joining(self, keys: list[int], at: int, index: int = 0) -> list[int]:
        """Who has the class already comes first: a second one is opened when the first is full."""
        if not self.wish.services[index].places:
            return keys
        place = self.wish.place
        return sorted(keys, key=lambda key: (place(key), at not in self.sessions(index, key)))

    def places_left(self, start: int, takers: Iterable[int]) -> int | None:
        """How many could still come together at a start that is offered; None when it is not one of a class."""
        if len(self.wish.services) != 1 or not self.wish.services[0].places:
            return None
        at, whole = start - self.day.start, self.wish.services[0].places
        found = [self.sessions(0, key).get(at) for key in takers]
        return max((session.left if session else whole for session in found), default=0)

    def _preferred(self, keys: Iterable[int]) -> list[int]:
        """First choice, then smallest sufficient capacity, then least busy that day, then by id."""
        day, resources, wish = self.day, self.calendar.resources, self.wish
        return sorted(
            keys,
            key=lambda key: (
                wish.place(key),
                resources[key].capacity_max,
                self.busy.load(key, day.start, day.end),
                key,
            ),
        )

    def offers(self, now: int, since: int, until: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The free starts of the day in [since, until), each with those who can begin there, the preferred one first.

        For a visit of one resource that is the one that `assign` takes.
        """
        masks = self.starts(now)
        order = [(key, masks[key]) for key in self._preferred(masks)]
        start = self.day.start
        for at in positions(_any_of(masks) & bits(since - start, until - start)):
            keys = [key for key, mask in order if mask >> at & 1]
            yield start + at, tuple(self._joining(keys, at))

    def _walk(self, at: int, first: int, *, stays: bool) -> Iterator[Pick]:
        resource = first
        for index in range(len(self.wish.services)):
            if index and not stays:
                resource = self.takers(self.apart[index], at, index)[0]
            session = self.sessions(index, resource).get(at)
            yield from self._seats(index, session) if session else self._opened(index, resource, at)
            at += self.step(index, resource)

    def _opened(self, index: int, resource: int, at: int) -> Iterator[Pick]:
        """What one service holds that nobody has booked at this start: a resource, perhaps a second one."""
        service = self.wish.services[index]
        duration = service.performers[resource]
        yield self._pick(index, resource, at, duration, additional=False)
        if service.also_needs:
            others = [c for c in companions(self.calendar, self.wish, service) if c.id != resource]
            masks = {other.id: self.item_starts(other, service, duration) for other in others}
            companion = self._preferred([key for key, mask in masks.items() if mask >> at & 1])[0]
            yield self._pick(index, companion, at, duration, additional=True)

    def _seats(self, index: int, session: Session) -> Iterator[Pick]:
        """A place in a class, at the times and with the resources that the class has."""
        for resource, additional in ((session.resource, False), (session.companion, True)):
            if resource:
                yield Pick(
                    index,
                    session.service,
                    resource,
                    additional,
                    session.start,
                    session.end,
                    session.blocked_from,
                    session.blocked_until,
                    session.capacity,
                )

    def _pick(self, index: int, resource: int, at: int, duration: int, *, additional: bool) -> Pick:
        service = self.wish.services[index]
        start = self.day.start + at
        end = start + duration
        return Pick(
            index,
            service.id,
            resource,
            additional,
            start,
            end,
            start - service.before,
            end + service.after,
            service.places,
        )
