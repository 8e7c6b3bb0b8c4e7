"""Booqara's staff and services, as entries of the provisioning file and by the names that appointments use."""

from collections import defaultdict

from availengine.importer.draft import (
    Draft,
    Keys,
    Row,
    Unusable,
    agreed,
    color,
    passage,
    price,
    text,
    web_address,
    whole,
    without_empty,
)


class Catalogue:
    """Staff and services by the names that appointments use, as entries of the provisioning file."""

    def __init__(self, draft: Draft, currency: str) -> None:
        self._draft, self._report, self._currency = draft, draft.report, currency
        self._people: dict[str, str] = {}  # Booqara's id → key
        self._called: dict[str, list[str]] = defaultdict(list)  # a name → keys of people
        self._offered: dict[str, list[Row]] = defaultdict(list)  # a name → services
        self._person_keys, self._service_keys = Keys("person"), Keys("service")

    def add_person(self, told: Row) -> None:
        if str(told.get("id")) in self._people:
            return
        name = text(told.get("fullName"), 200)
        if not name:
            self._report.lost.append(f"staff {told.get('id')}: it has no name")
            return
        values = {
            "job_title": text(told.get("jobTitle"), 100),
            "about": passage(told.get("about"), 2000),
            "photo_url": web_address(told.get("photoUrl")),
            "color": color(told.get("color")),
        }
        self._people[str(told.get("id"))] = self._new_person(name, without_empty(values))

    def _new_person(self, name: str, values: Row) -> str:
        key = self._person_keys.of(name)
        self._draft.resources.append({"key": key, "name": name, "kind": "staff", **values})
        self._called[name.casefold()].append(key)
        return key

    def add_service(self, told: Row, category: str, performers: list[Row] | None, appointments: list[Row]) -> None:
        name = text(told.get("name"), 200)
        if not name:
            self._report.lost.append(f"service {told.get('id')}: it has no name")
            return
        if performers is None:
            keys = list(self._people.values())
            self._report.assumed.append(f"{name}: everybody performs it (who does was not saved).")
        else:
            keys = list(dict.fromkeys(self._people[str(p.get("id"))] for p in performers if self._knows(p)))
        if not keys:
            self._report.assumed.append(f"{name}: nobody performs it, so it cannot be booked.")
        values = {
            "category": category,
            "description": passage(told.get("description"), 2000),
            "duration_minutes": self._duration(told, name, appointments),
            "price": self._price(told, name),
            "photo_url": web_address(told.get("photoUrl")),
            "resources": keys,
        }
        self._new_service(name, without_empty(values))

    def _knows(self, person: Row) -> bool:
        return str(person.get("id")) in self._people

    def _new_service(self, name: str, values: Row) -> Row:
        service = {"key": self._service_keys.of(name), "name": name, **values}
        self._draft.services.append(service)
        self._offered[name.casefold()].append(service)
        return service

    def _duration(self, told: Row, name: str, appointments: list[Row]) -> int | str:
        """As told; where it is hidden, that of its appointments if they agree; else to be filled in."""
        found = whole(told.get("durationMinutes"), 1, 1440)
        if found is not None:
            return found
        booked = (a for a in appointments if text(a.get("serviceName"), 200).casefold() == name.casefold())
        found = agreed(whole(a.get("durationMinutes"), 1, 1440) for a in booked)
        if found is not None:
            self._report.assumed.append(f"{name}: {found} minutes, as in its appointments (Booqara hides it).")
            return found
        self._report.to_fill.append(f"{name}: duration_minutes. Booqara hides how long it takes.")
        return f"FILL IN: how many minutes {name} takes"

    def _price(self, told: Row, name: str) -> str | None:
        found = price(told.get("price"), self._currency)
        if told.get("price") is None:
            self._report.assumed.append(f"{name}: no price (Booqara hides it).")
        elif found is None:
            self._report.lost.append(f"{name}: the price {told['price']} is none in {self._currency}")
        return found

    def place(self, service: str, person: str, minutes: int | None) -> tuple[Row, str]:
        """Service and key of the person that an appointment names. Raises Unusable where that is not one of each."""
        services = self._offered[service.casefold()] or [self._former_service(service, minutes)]
        if person:
            keys = self._called[person.casefold()] or [self._former_person(person)]
        else:
            keys = list(dict.fromkeys(key for s in services for key in s.get("resources", [])))
        every = [(s, key) for s in services for key in keys]
        found = [(s, key) for s, key in every if key in s.get("resources", [])] or every
        if len(found) == 1:
            return found[0]
        if not person:
            raise Unusable(f"it names nobody of the staff, and {len(keys)} perform {service}")
        which = [f"{len(services)} services are called {service}"] if len(services) > 1 else []
        which += [f"{len(keys)} people are called {person}"] if len(keys) > 1 else []
        raise Unusable(" and ".join(which))

    def _former_service(self, name: str, minutes: int | None) -> Row:
        """Booqara lists what is active only: what was offered once is kept, inactive."""
        if not name or minutes is None:
            raise Unusable(f"the service {name!r} is not in the list, and how long it took is not told")
        self._report.assumed.append(f"{name}: not offered any more; added as an inactive service for its appointments.")
        return self._new_service(name, {"duration_minutes": minutes, "active": False, "resources": []})

    def _former_person(self, name: str) -> str:
        self._report.assumed.append(f"{name}: not in the staff list; added as inactive for earlier appointments.")
        return self._new_person(name, {"active": False})
