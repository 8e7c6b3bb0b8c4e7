"""What customers see, and the snippet: shown only where it works."""

from html import unescape
from typing import Any

import pytest

from availengine.widget.script import newest
from businesses.keys import principal_of
from businesses.models import ApiKey, Business
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.reading import hidden, queries_of, text

PAGE = "/dashboard/salon/setup/page/"


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.BASE_URL = "https://booking.example.com"


def test_what_is_shown(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    assert owner.get(PAGE).content.decode().count(" checked") == 6
    answer = owner.post(PAGE, {"show_service_prices": "on", "waitlist_offer_minutes": "45"})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    salon.refresh_from_db()
    assert salon.show_service_prices
    assert (salon.show_staff_selection, salon.show_service_duration, salon.require_customer_email) == (False,) * 3
    assert not salon.hosted_page
    assert (salon.waitlist, salon.waitlist_offer_minutes) == (False, 45)
    page = owner.get(PAGE)
    assert page.content.decode().count(" checked") == 1
    assert "Saved." in text(page)
    entry = salon.auditentrys.order_by("-id")[0]
    assert (entry.actor, entry.changes["show_staff_selection"]) == ("member:owner@salon.example", [True, False])


def test_the_snippet_and_the_address(signed_in: AsSomebody, salon: Business) -> None:
    page = unescape(signed_in("owner").get(PAGE).content.decode())
    assert "https://booking.example.com/book/salon" in page
    assert (
        '<script src="https://booking.example.com/widget/v1/availengine.js" async></script>\n'
        f'<availengine-booking business="{salon.uuid}" key="YOUR-KEY"></availengine-booking>' in page
    )
    script = newest()
    assert (
        f'<script src="https://booking.example.com/widget/v1/availengine.{script.digest}.js"'
        f' integrity="{script.integrity}" crossorigin="anonymous" async></script>\n<availengine-booking' in page
    )
    assert ApiKey.objects.get(business=salon, name="widget").hint in page
    assert ApiKey.objects.get(business=salon, name="full").hint not in page


def test_a_key_with_the_finished_snippet(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    form = {"ticket": hidden(owner.get(PAGE), "ticket"), "name": "Website", "origins": "https://salon.example"}
    answer = owner.post(f"{PAGE}key/", form)
    key = ApiKey.objects.get(business=salon, name="Website")
    assert (key.preset, key.live, key.allowed_origins) == ("widget", True, ["https://salon.example"])
    page = unescape(answer.content.decode())
    secrets = {part.split('"')[0] for part in page.split(f'<availengine-booking business="{salon.uuid}" key="')[1:]}
    (secret,) = secrets
    assert page.count(f'key="{secret}"') == 2
    principal = principal_of(secret)
    assert principal
    assert (principal.key_id, principal.requests_per_minute) == (key.id, 600)
    assert "no-store" in answer.headers["Cache-Control"]
    with nothing_changes():
        again = owner.post(f"{PAGE}key/", form)
    assert (again.status_code, again.headers["Location"]) == (302, PAGE)
    assert "This key was issued already." in text(owner.get(PAGE))


def test_what_cannot_be(signed_in: AsSomebody) -> None:
    owner = signed_in("owner")
    ticket = hidden(owner.get(PAGE), "ticket")
    for changes, status, said in (
        ({"name": "widget"}, 409, "There is a key with this name already."),
        ({"name": "Website", "origins": "salon"}, 400, "salon is not an origin"),
    ):
        with nothing_changes():
            answer = owner.post(f"{PAGE}key/", {"ticket": ticket, **changes})
        assert answer.status_code == status
        assert said in text(answer)


def test_a_fixed_number_of_queries(signed_in: AsSomebody) -> None:
    assert queries_of(signed_in("owner"), PAGE) < 8
