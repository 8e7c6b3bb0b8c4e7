"""Somebody at the booking page without JavaScript: follows links, fills in the form, sends it."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import time_machine
from django.test import Client

JANE = {
    "first_name": "Jane",
    "last_name": "Doe",
    "phone": "+302105550100",
    "email": "jane@example.com",
    "notes": "By the window",
}
DAY = "2026-05-15"


class Visitor:
    """`page` is the answer that is shown."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.clock = clock
        self.page: Any = None

    def go(self, path: str, **headers: str) -> Any:
        self.page = self.client.get(path, headers=headers)
        return self.page

    @property
    def html(self) -> str:
        return unescape(self.page.content.decode())

    @property
    def heading(self) -> str:
        (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", self.html, re.S)
        return str(found).strip()

    def link(self, text: str, kind: str = r"[^\"]*") -> str:
        """The address of the link whose inside has this text."""
        links = re.findall(rf'<a class="{kind}" href="([^"]*)"[^>]*>(.*?)</a>', self.html, re.S)
        return next(url for url, inside in links if text in re.sub("<[^>]+>", " ", inside))

    def follow(self, text: str, kind: str = r"[^\"]*") -> Any:
        return self.go(self.link(text, kind))

    def times(self) -> dict[str, str]:
        """The free starts that are shown, with their addresses."""
        found = re.findall(r'<a class="time[^"]*" href="([^"]*)"[^>]*>([^<]*)</a>', self.html)
        return {time: url for url, time in found}

    def days(self) -> dict[str, str]:
        """The days of the month that lead on, with what is said of them."""
        found = re.findall(r'<a class="day[^"]*" href="[^"]*" data-date="([^"]*)"[^>]*aria-label="([^"]*)"', self.html)
        return {date: said.split(": ")[1] for date, said in found}

    def hidden(self, name: str) -> str:
        (found,) = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.html)
        return str(found)

    def action(self) -> str:
        (found,) = re.findall(r'<form class="form" method="post" action="([^"]*)"', self.html)
        return str(found)

    def form(self, **changes: str) -> dict[str, str]:
        return {"form": self.hidden("form"), **JANE, **changes}

    def wait(self, seconds: float) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    def send(self, after: float = 20, **changes: str) -> Any:
        """Fill in the form that is shown, take so long for it, and send it."""
        address, data = self.action(), self.form(**changes)
        self.wait(after)
        self.page = self.client.post(address, data)
        return self.page

    def to_details(self, slug: str = "studio", time: str = "10:00", query: str = "staff=any") -> Any:
        self.go(f"/book/{slug}?{query}&date={DAY}")
        return self.go(self.times()[time])
