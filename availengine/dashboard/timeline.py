"""A day of the diary as columns, shades and blocks: what the template of Today only has to write down."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from availengine.dashboard.access import Desk
from availengine.dashboard.filters import Filters
from availengine.dashboard.geometry import MOST_BUFFER, MOST_COLUMNS, lanes, place, rounded
from availengine.dashboard.together import places_text
from availengine.dashboard.words import DEPOSITS, KINDS_OF_MANY, STATUSES
from bookings import availability as engine
from bookings.availability.spans import Span
from bookings.diary import COMING, GONE, Diary, Entry, among
from bookings.models import Status
from bookings.moving import MOVABLE
from bookings.settlement import HOLDING
from bookings.wording import people, spoken_time
from businesses.localtime import local_of, moment_of
from businesses.models import Resource
from businesses.roles import Permission
from payments.money import spoken

DEFAULT_HOURS = (9 * 60, 17 * 60)  # of a day on which nothing is open and nothing booked


def optional_url(name: str, *args: object) -> str:
    """A page's address; empty where there is no such page."""
    try:
        return reverse(f"dashboard:{name}", args=args)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class Column:
    place: int
    uuid: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    """A section; resources without one stand together by their kind."""

    label: str
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Shade:
    css: str
    closed: bool
    label: str


@dataclass(frozen=True, slots=True)
class Block:
    """`data`: attributes for timeline.js. One text each: a template takes its time for every variable, 600 times."""

    css: str
    data: SafeString
    key: str
    href: str
    when: str
    name: str
    what: str
    who: str
    state: str
    status: str
    marks: list[tuple[str, str]]
    taken: bool


class Timeline:
    """One day at one desk, through its filters."""

    def __init__(self, desk: Desk, diary: Diary, filters: Filters, no_shows: dict[int, int]) -> None:
        self.desk, self.diary, self.filters, self.no_shows = desk, diary, filters, no_shows
        self.day, self.now = diary.days[0], desk.minute
        self.writes = desk.may(Permission.BOOKINGS) and not desk.past_due
        self._spoken: dict[int, str] = {}
        self._places = {resource.id: place for place, resource in enumerate(self.resources)}
        self.entries = [entry for entry in diary.entries if entry.resource in self._places]

    @cached_property
    def everything(self) -> list[Resource]:
        """Those that can be booked, and what else has bookings on this day."""
        booked = {entry.resource: entry.resource_name for entry in self.diary.entries}
        known = {resource.id: resource for resource in self.diary.snapshot.resources.values()}
        shown = [resource for resource in known.values() if resource.active or resource.id in booked]
        removed = booked.keys() - known.keys()
        return shown + [Resource(id=key, name=booked[key], section=_("Removed")) for key in sorted(removed)]

    @property
    def _compiled(self) -> Iterator[engine.Resource]:
        """The shown ones as the calendar has them; removed ones have no hours."""
        calendar = self.diary.snapshot.calendar
        return (calendar.resources[r.id] for r in self.resources if r.id in calendar.resources)

    @cached_property
    def resources(self) -> list[Resource]:
        """In the order of the columns: by section, as the sections come up."""
        order: dict[str, int] = {}
        for resource in self.everything:
            order.setdefault(label_of(resource), len(order))
        shown = [resource for resource in self.everything if self.filters.has(resource)]
        return sorted(shown, key=lambda resource: order[label_of(resource)])[:MOST_COLUMNS]

    @property
    def cut(self) -> bool:
        """There are more resources than columns."""
        return sum(map(self.filters.has, self.everything)) > MOST_COLUMNS

    def groups(self) -> Iterator[Group]:
        group: Group | None = None
        for resource in self.resources:
            label = label_of(resource)
            if group is None or group.label != label:
                if group:
                    yield group
                group = Group(label, [])
            about = resource.job_title or (people(resource.capacity_max) if resource.capacity_max > 1 else "")
            group.columns.append(Column(self._places[resource.id], str(resource.uuid), resource.name, about))
        if group:
            yield group

    @cached_property
    def window(self) -> Span:
        """The hours that are shown: open ones, and those in which something begins or is."""
        calendar = self.diary.snapshot.calendar
        spans = [span for told in self._compiled for span in engine.open_spans(calendar, told, self.day)]
        spans += [(entry.start, min(entry.end, self.day.end)) for entry in self.beginning]
        if not spans:
            midnight = calendar.day(self.day.date).start
            spans = [(midnight + DEFAULT_HOURS[0], midnight + DEFAULT_HOURS[1])]
        return rounded(min(start for start, _ in spans), max(end for _, end in spans), self._offset)

    @property
    def height_css(self) -> str:
        return f"x{(self.window[1] - self.window[0]) // 60} y{(self.window[1] - self.window[0]) % 60}"

    @cached_property
    def _offset(self) -> int:
        offset = local_of(self.desk.zone, self.day.begin).utcoffset()
        return int(offset.total_seconds() // 60) if offset else 0

    @property
    def beginning(self) -> list[Entry]:
        """What begins on this day; the rest reaches into it from the day before."""
        return among(self.entries, self.day)

    def opens(self, day: engine.WorkDay) -> bool:
        """Whether anything that is shown is open on a day."""
        return any(engine.open_spans(self.diary.snapshot.calendar, told, day) for told in self._compiled)

    def hours(self) -> Iterator[tuple[str, str]]:
        """(class, time) of each full hour of the wall clock."""
        first, last = self.window
        for minute in range(first, last + 1, 15):
            if local_of(self.desk.zone, minute).minute == 0:
                down = minute - first
                yield f"h{down // 60} m{down % 60}", self._time(minute)

    def shades(self) -> Iterator[Shade]:
        calendar = self.diary.snapshot.calendar
        for told in self._compiled:
            for start, end, closed in engine.shut_spans(calendar, told, self.day.date, self.window):
                label = self.diary.reason_of(told.id, start, end) or _("Closed") if closed else ""
                yield Shade(f"c{self._places[told.id]} {place(start, end, self.window)}", closed, label)

    @property
    def now_css(self) -> str:
        """Where the line of the present is, if it is on the page."""
        down = self.now - self.window[0]
        return f"h{down // 60} m{down % 60}" if self.window[0] <= self.now <= self.window[1] else ""

    def blocks(self) -> list[Block]:
        found = self._standing(filter(self._on_page, self.entries))
        shown = sorted(found, key=lambda entry: entry.start)
        spans = ((self._places[entry.resource], entry.start, entry.end) for entry in shown)
        apart = lanes(spans)
        parts = self._parts(shown)
        told = [self.block(entry, lane, parts) for entry, lane in zip(shown, apart, strict=True)]
        return [
            self._class_block(block, entry) if entry.session and entry.status not in GONE else block
            for block, entry in zip(told, shown, strict=True)
        ]

    def _standing(self, entries: Iterable[Entry]) -> list[Entry]:
        """What is shown by itself. Of a class its first booking, preferably one that is not filtered out, stands for
        all of them.
        """
        alone: list[Entry] = []
        classes: dict[tuple[int, int], Entry] = {}
        for entry in entries:
            if entry.session is None or entry.status in GONE:
                alone.append(entry)
            elif (entry.session, entry.resource) not in classes or (
                not self.filters.wants(classes[entry.session, entry.resource], self.now)
                and self.filters.wants(entry, self.now)
            ):
                classes[entry.session, entry.resource] = entry
        return [*alone, *classes.values()]

    def _class_block(self, block: Block, entry: Entry) -> Block:
        """Several bookings as one: what it is, and how many places are taken. The panel of any names the others."""
        return replace(
            block,
            css=f"{block.css} is-class",
            data=self._data(replace(entry, status="class"), ""),  # no step of one booking is offered for all of them
            name=entry.service_name,
            what=places_text(entry.session_taken, entry.session_capacity),
            state=_("Class"),
            marks=[],
        )

    def _on_page(self, entry: Entry) -> bool:
        """In the window; what is filtered out stays as taken time while it takes any."""
        inside = entry.start < self.window[1] and entry.end > self.window[0]
        return inside and (entry.status not in GONE or self.filters.wants(entry, self.now))

    def _parts(self, shown: list[Entry]) -> dict[UUID, set[int]]:
        """The main resources of each visit."""
        found: dict[UUID, set[int]] = {}
        for entry in shown:
            if not entry.additional:
                found.setdefault(entry.booking, set()).add(entry.resource)
        return found

    def block(self, entry: Entry, lane: str = "", parts: Mapping[UUID, set[int]] | None = None) -> Block:
        """`parts`: the main resources of each visit, for what can be dragged."""
        taken = not self.filters.wants(entry, self.now)
        suffix = f"-{entry.sequence}{'a' if entry.additional else ''}" if entry.sequence or entry.additional else ""
        return Block(
            css=self._css(entry, lane, taken=taken),
            data=self._data(entry, "" if taken or parts is None else self._moves(entry, parts)),
            key=f"b-{entry.booking}{suffix}",
            href=self._href.replace(NOBODY, str(entry.booking)),
            when=f"{self._time(entry.start)} – {self._time(entry.end)}",  # noqa: RUF001
            name=entry.name or _("Held time"),
            what=self._what(entry),
            who=entry.resource_name,
            state=str(STATUSES[entry.status]),
            status=entry.status,
            marks=[] if taken else list(self._marks(entry)),
            taken=taken,
        )

    def _css(self, entry: Entry, lane: str, *, taken: bool) -> str:
        where = f"c{self._places[entry.resource]} {place(entry.start, entry.end, self.window)}{lane}"
        before = min(entry.start - entry.blocked_from, MOST_BUFFER) if entry.status not in GONE else 0
        after = min(entry.blocked_until - entry.end, MOST_BUFFER) if entry.status not in GONE else 0
        look = "is-taken" if taken else f"is-{entry.status}"
        buffers = (f" has-before p{before}" if before else "") + (f" has-after q{after}" if after else "")
        minutes = entry.end - entry.start
        size = " is-short" if minutes < 30 else " is-half" if minutes < 45 else ""
        late = " is-late" if entry.late(self.now) and not taken else ""
        return f"{where} {look}{size}{late}{buffers}"

    def _data(self, entry: Entry, moves: str) -> SafeString:
        """`moves`: what dragging may change: `both`, `time`, `resource` or nothing."""
        return mark_safe(  # noqa: S308  (an id, numbers and our own words)
            f'data-booking="{entry.booking}" data-version="{entry.version}" data-starts="{entry.starts}"'
            f' data-start="{entry.start}" data-end="{entry.end}" data-column="{self._places[entry.resource]}"'
            f' data-moves="{moves}" data-status="{entry.status}"{self._charge(entry)}'
        )

    def _charge(self, entry: Entry) -> str:
        """What a no-show costs whoever has left a card."""
        held = self.writes and entry.deposit in HOLDING
        return f' data-charge="{escape(spoken(entry.deposit_cents, entry.currency))}"' if held else ""

    def _moves(self, entry: Entry, parts: Mapping[UUID, set[int]]) -> str:
        """Visits with several people move in time only; who has arrived can only change the resource."""
        if not self.writes or entry.held_until is not None:
            return ""
        sideways = not entry.additional and len(parts.get(entry.booking, ())) == 1
        if entry.status in MOVABLE:
            return "both" if sideways else "time"
        return "resource" if sideways and entry.status == Status.CHECKED_IN else ""

    def _marks(self, entry: Entry) -> Iterator[tuple[str, str]]:
        if entry.held_until is not None:
            yield "unpaid", _("Held until %(time)s") % {"time": self._time(entry.held_until)}
        if entry.late(self.now):
            yield "late", _("Late")
        if entry.deposit:
            owing = "unpaid" if entry.unpaid else "deposit"
            yield owing, f"{DEPOSITS[entry.deposit]} {spoken(entry.deposit_cents, entry.currency)}"
        missed = self.no_shows.get(entry.customer, 0)
        if missed and entry.status in COMING:
            text = ngettext("%(count)d no-show before", "%(count)d no-shows before", missed)
            yield "missed", text % {"count": missed}
        if entry.noted:
            yield "note", _("Note")

    def _what(self, entry: Entry) -> str:
        """How many for what; where only one can come, that one is not counted."""
        alone = entry.party == 1 and self._capacities.get(entry.resource, 1) == 1
        return entry.service_name if alone else f"{self._people(entry.party)} · {entry.service_name}"

    @cached_property
    def _capacities(self) -> dict[int, int]:
        return {resource.id: resource.capacity_max for resource in self.everything}

    @cached_property
    def _href(self) -> str:
        return optional_url("booking", self.desk.business.slug, NOBODY)

    def _time(self, minute: int) -> str:
        if minute not in self._spoken:
            self._spoken[minute] = spoken_time(moment_of(minute), self.desk.business)
        return self._spoken[minute]

    def _people(self, count: int) -> str:
        key = -count
        if key not in self._spoken:
            self._spoken[key] = people(count)
        return self._spoken[key]


NOBODY = "00000000-0000-0000-0000-000000000000"


def label_of(resource: Resource) -> str:
    return resource.section or str(KINDS_OF_MANY[resource.kind])
