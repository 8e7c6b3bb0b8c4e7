"""The pages of the webhook endpoints: registering, changing, the log, sending again."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from businesses.models import Business
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody
from tests.dashboard.reading import hidden, queries_of, text
from webhooks import endpoints, outbox
from webhooks.delivery import Outcome, record
from webhooks.models import Delivery, Endpoint

PAGE = "/dashboard/salon/setup/webhooks/"
URL = "https://till.example.com/hook"


@pytest.fixture
def endpoint(salon: Business) -> Endpoint:
    return endpoints.register_endpoint(salon.id, live=True, url=URL, events=["customer.updated"])[0]


def page_of(endpoint: Endpoint) -> str:
    return f"{PAGE}{endpoint.uuid}/"


def entered(client: Client, mode: str = "live", **changes: Any) -> dict[str, Any]:
    return {"ticket": hidden(client.get(f"{PAGE}?mode={mode}"), "ticket"), "url": URL, "description": "Till", **changes}


def tried(endpoint: Endpoint, status: int | None = 500, answer: str = "Oops") -> Delivery:
    """A test event that was sent once."""
    event = endpoints.send_test(endpoint.business_id, endpoint.uuid, live=endpoint.live)
    delivery = Delivery.objects.get(event=event)
    now = timezone.now()
    record(delivery.id, Outcome(status, answer, 42), started=now, now=now)
    delivery.refresh_from_db()
    return delivery


def test_none_yet(signed_in: AsSomebody) -> None:
    page = text(signed_in("owner").get(PAGE))
    assert "No webhooks yet" in page
    assert "booking.created A booking was made, by a customer or at the desk." in page
    assert "No webhooks for test bookings yet" in text(signed_in("owner").get(f"{PAGE}?mode=test"))


@pytest.mark.parametrize(("mode", "live"), [("live", True), ("test", False)])
def test_registering(signed_in: AsSomebody, salon: Business, mode: str, live: bool) -> None:
    owner = signed_in("owner")
    events = ["booking.created", "booking.canceled"]
    answer = owner.post(f"{PAGE}?mode={mode}", entered(owner, mode, events=events))
    made = Endpoint.objects.get(business=salon)
    assert (made.url, made.description, made.live, made.events) == (URL, "Till", live, events)
    (secret,) = endpoints.valid_secrets(made, now=timezone.now())
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    other = "test" if live else "live"
    assert URL in text(owner.get(f"{PAGE}?mode={mode}"))
    assert URL not in text(owner.get(f"{PAGE}?mode={other}"))
    assert secret not in owner.get(page_of(made)).content.decode()


def test_the_same_form_again_registers_nothing(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("owner")
    form = entered(owner)
    owner.post(PAGE, form)
    with nothing_changes():
        again = owner.post(PAGE, form)
    assert again.status_code == 302
    assert "This endpoint was registered already." in text(owner.get(PAGE))


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"url": ""}, 400, "This field is required."),
        ({"url": "till"}, 400, "Use a URL that begins with https://."),
        ({"url": "https://10.0.0.1/hook"}, 400, "This address is not public."),
        ({"url": "https://a:b@till.example.com/"}, 400, "A URL must not carry a name or password."),
        ({"events": ["booking.exploded"]}, 400, "Select a valid choice."),
        ({"ticket": "forged"}, 400, "This form is outdated."),
    ],
)
def test_what_cannot_be(signed_in: AsSomebody, changes: dict[str, Any], status: int, said: str) -> None:
    owner = signed_in("owner")
    form = entered(owner, **changes)
    with nothing_changes():
        answer = owner.post(PAGE, form)
    assert answer.status_code == status
    assert said in text(answer)


def test_too_many(signed_in: AsSomebody, salon: Business) -> None:
    for number in range(endpoints.MOST_ENDPOINTS):
        endpoints.register_endpoint(salon.id, live=True, url=f"{URL}/{number}")
    owner = signed_in("owner")
    form = entered(owner)
    with nothing_changes():
        answer = owner.post(PAGE, form)
    assert answer.status_code == 409
    assert "There are 20 endpoints already." in text(answer)


def test_changing(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    form = {"url": f"{URL}/2", "description": "Second till", "events": ["booking.created"]}
    answer = owner.post(f"{page_of(endpoint)}change/", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(endpoint))
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.description, endpoint.events) == (*list(form.values())[:2], ["booking.created"])
    with nothing_changes():
        refused = owner.post(f"{page_of(endpoint)}change/", {"url": "https://127.0.0.9/"})
        missing = owner.post(f"{page_of(endpoint)}change/", {"url": ""})
    assert (refused.status_code, missing.status_code) == (400, 400)
    assert "This address is not public." in text(refused)


def test_switching_off_and_on(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    owner.post(f"{page_of(endpoint)}switch/", {"active": "off"})
    endpoint.refresh_from_db()
    assert not endpoint.active
    assert "You have switched it off." in text(owner.get(page_of(endpoint)))
    with nothing_changes():
        assert owner.post(f"{page_of(endpoint)}test/").status_code == 409
    owner.post(f"{page_of(endpoint)}switch/", {"active": "on"})
    endpoint.refresh_from_db()
    assert endpoint.active


def test_health(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    tried(endpoint, 500)
    assert "Nothing could be delivered since" in text(owner.get(page_of(endpoint)))
    assert "Failing" in text(owner.get(PAGE))
    tried(endpoint, 410)
    page = text(owner.get(page_of(endpoint)))
    assert "It was switched off: It answered 410 Gone. What it missed can be sent again" in page
    assert "Switch on" in page


def test_removing(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    assert owner.post(f"{page_of(endpoint)}remove/").headers["Location"] == PAGE
    assert owner.get(page_of(endpoint)).status_code == 404
    assert "No webhooks yet" in text(owner.get(PAGE))


def test_removing_one_of_test_mode(signed_in: AsSomebody, salon: Business) -> None:
    made, _ = endpoints.register_endpoint(salon.id, live=False, url=URL)
    answer = signed_in("owner").post(f"{page_of(made)}remove/")
    assert answer.headers["Location"] == f"{PAGE}?mode=test"


def test_a_new_secret(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    form = {"instead_of": hidden(owner.get(page_of(endpoint)), "instead_of")}
    (before,) = endpoints.valid_secrets(endpoint, now=timezone.now())
    answer = owner.post(f"{page_of(endpoint)}secret/", form)
    endpoint.refresh_from_db()
    secret, former = endpoints.valid_secrets(endpoint, now=timezone.now())
    assert former == before
    assert secret in answer.content.decode()
    with nothing_changes():
        again = owner.post(f"{page_of(endpoint)}secret/", form)
    assert again.status_code == 409
    assert "The secret was replaced already." in text(again)


def test_a_test_event(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    owner.post(f"{page_of(endpoint)}test/")
    delivery = Delivery.objects.get(endpoint=endpoint)
    assert (delivery.event.type, delivery.state) == ("endpoint.test", "pending")
    page = text(owner.get(page_of(endpoint)))
    assert "A test event is on its way." in page
    assert "not tried yet" in page


def test_the_log(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    tried(endpoint, 500, "<b>Oops</b>")
    tried(endpoint, 204, "")
    tried(endpoint, None, "No answer.")
    page = text(owner.get(page_of(endpoint)))
    assert "500 42 ms <b>Oops</b>" in page
    assert "204 42 ms" in page
    assert "no answer 42 ms No answer." in page
    failed = text(owner.get(f"{page_of(endpoint)}?state=delivered"))
    assert "204 42 ms" in failed
    assert "500 42 ms" not in failed
    assert "Nothing like that" in text(owner.get(f"{page_of(endpoint)}?type=booking.created"))


def test_pages_of_the_log(signed_in: AsSomebody, endpoint: Endpoint, salon: Business) -> None:
    owner = signed_in("owner")
    for _ in range(51):
        endpoints.send_test(salon.id, endpoint.uuid, live=True)
    first = owner.get(f"{page_of(endpoint)}?state=pending")
    assert first.content.decode().count('id="delivery-') == 50
    older = first.context["listed"].older
    assert older.startswith("?state=pending&cursor=")
    second = owner.get(f"{page_of(endpoint)}{older}")
    assert second.content.decode().count('id="delivery-') == 1
    assert (second.context["listed"].older, second.context["listed"].newest) == ("", "?state=pending")
    assert owner.get(f"{page_of(endpoint)}?cursor=forged").status_code == 400
    other, _ = endpoints.register_endpoint(salon.id, live=True, url=URL)
    assert owner.get(f"{page_of(other)}{older}").status_code == 400


def test_one_delivery(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    delivery = tried(endpoint, 500, "Oops")
    page = text(owner.get(f"{page_of(endpoint)}deliveries/{delivery.uuid}/"))
    assert "Sent on request, to one endpoint." in page
    assert f'"id": "{delivery.event.uuid}"' in page
    assert '"type": "endpoint.test"' in page
    assert "500 42 ms Oops" in page


def test_sending_one_again(signed_in: AsSomebody, endpoint: Endpoint) -> None:
    owner = signed_in("owner")
    delivery = tried(endpoint, 204)
    path = f"{page_of(endpoint)}deliveries/{delivery.uuid}/"
    assert owner.post(f"{path}resend/").headers["Location"] == path
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)
    with nothing_changes():
        assert owner.post(f"{page_of(endpoint)}deliveries/{uuid4()}/resend/").status_code == 404


def test_sending_all_again(signed_in: AsSomebody, endpoint: Endpoint, salon: Business) -> None:
    """The time is of the business: in Chicago it is five or six hours earlier."""
    owner = signed_in("owner")
    outbox.record(business_id=salon.id, live=True, types=("customer.updated",), data={"customer": {}})
    Delivery.objects.all().update(state="delivered", next_try_at=None)
    soon = (timezone.now() + timedelta(minutes=2)).astimezone(salon.zone)
    owner.post(f"{page_of(endpoint)}replay/", {"since": f"{soon:%Y-%m-%dT%H:%M}"})
    assert Delivery.objects.get().state == "delivered"
    past = (timezone.now() - timedelta(minutes=2)).astimezone(salon.zone)
    owner.post(f"{page_of(endpoint)}replay/", {"since": f"{past:%Y-%m-%dT%H:%M}"})
    assert Delivery.objects.get().state == "pending"
    assert "1 event is sent again." in text(owner.get(page_of(endpoint)))
    with nothing_changes():
        assert owner.post(f"{page_of(endpoint)}replay/", {"since": "yesterday"}).status_code == 400


def test_a_fixed_number_of_queries(signed_in: AsSomebody, endpoint: Endpoint, salon: Business) -> None:
    owner = signed_in("owner")
    tried(endpoint)
    before = queries_of(owner, PAGE), queries_of(owner, page_of(endpoint))
    for number in range(3):
        tried(endpoint)
        endpoints.register_endpoint(salon.id, live=True, url=f"{URL}/{number}")
    assert (queries_of(owner, PAGE), queries_of(owner, page_of(endpoint))) == before
    assert max(before) < 10
