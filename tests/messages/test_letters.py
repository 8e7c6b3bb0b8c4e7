"""What customers read, word for word, in the language of the business."""

import pytest

from bookings.models import Booking
from tests.api.calls import Tenant, ok
from tests.messages.conftest import MakeStudio
from tests.messages.post import collect, configure, link_in, sent

ENGLISH = """Hello Jane,

Your booking at Studio is confirmed. We look forward to seeing you.

When: Friday, 15 May 2026, 10:00 – 11:00
What: Cut
With: Maria
Where: 1 Elm Street, Athens
Confirmation code: {code}

View or cancel the booking: https://book.example{link}

Studio
1 Elm Street, Athens
+302101234567
"""

GERMAN = """Guten Tag Jane,

Ihre Buchung bei Studio ist bestätigt. Wir freuen uns auf Sie.

Wann: Freitag, 15. Mai 2026, 10:00 – 11:00
Was: Cut
Bei: Maria
Wo: 1 Elm Street, Athens
Buchungscode: {code}

Buchung ansehen oder stornieren: https://book.example{link}

Studio
1 Elm Street, Athens
+302101234567
"""

GREEK = """Γεια σας Jane,

Η κράτησή σας επιβεβαιώθηκε: Studio. Σας περιμένουμε με χαρά.

Πότε: Παρασκευή, 15 Μαΐου 2026, 10:00 – 11:00
Τι: Cut
Με: Maria
Πού: 1 Elm Street, Athens
Κωδικός κράτησης: {code}

Προβολή ή ακύρωση της κράτησης: https://book.example{link}

Studio
1 Elm Street, Athens
+302101234567
"""

CONFIRMATIONS = {
    "en": ("Studio: your booking on Friday, 15 May 2026 at 10:00 is confirmed", ENGLISH),
    "de": ("Studio: Ihre Buchung am Freitag, 15. Mai 2026 um 10:00 Uhr ist bestätigt", GERMAN),
    "el": ("Studio: η κράτησή σας για Παρασκευή, 15 Μαΐου 2026 στις 10:00 επιβεβαιώθηκε", GREEK),
}


@pytest.mark.parametrize("language", CONFIRMATIONS)
def test_a_confirmation(make_studio: MakeStudio, language: str) -> None:
    studio = make_studio(business={"language": language})
    code = studio.book(resource_id=studio.resource("maria"))["confirmation_code"]
    (message,) = collect()
    subject, text = CONFIRMATIONS[language]
    assert (message.kind, message.recipient, message.reply_to) == (
        "confirmation",
        "jane@example.com",
        "desk@studio.example",
    )
    assert message.subject == subject
    assert message.text.rstrip() == text.format(code=code, link=link_in(message)).rstrip()
    assert f'<html lang="{language}">' in message.html
    for line in text.format(code=code, link=link_in(message)).splitlines():
        for part in line.split(": ", 1):
            assert part in message.html


def test_the_parts_of_the_mail(studio: Tenant) -> None:
    studio.book()
    (message,) = collect()
    (letter,) = sent()
    assert letter["From"] == "Studio <bookings@host.example>"
    assert letter["To"] == "jane@example.com"
    assert letter["Reply-To"] == "desk@studio.example"
    assert letter["Message-ID"] == f"<{message.uuid}@book.example>"
    parts = [(part.get_content_type(), part.get_filename()) for part in letter.walk() if not part.is_multipart()]
    assert parts == [("text/plain", None), ("text/html", None), ("text/calendar", "booking.ics")]
    attached = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    assert attached[0].get_param("method") == "PUBLISH"
    content = attached[0].get_payload(decode=True).decode()
    assert content.splitlines() == message.calendar.splitlines()


SUBJECTS = {
    "reschedule": {
        "en": "Studio: your booking has a new time: Saturday, 16 May 2026 at 12:00",
        "de": "Studio: Ihre Buchung hat einen neuen Termin: Samstag, 16. Mai 2026 um 12:00 Uhr",
        "el": "Studio: η κράτησή σας έχει νέα ώρα: Σάββατο, 16 Μαΐου 2026 στις 12:00",
    },
    "cancellation": {
        "en": "Studio: your booking on Saturday, 16 May 2026 at 12:00 is cancelled",
        "de": "Studio: Ihre Buchung am Samstag, 16. Mai 2026 um 12:00 Uhr ist storniert",
        "el": "Studio: η κράτησή σας για Σάββατο, 16 Μαΐου 2026 στις 12:00 ακυρώθηκε",
    },
    "no_show": {
        "en": "Studio: we missed you on Friday, 15 May 2026 at 10:00",
        "de": "Studio: Wir haben Sie am Freitag, 15. Mai 2026 um 10:00 Uhr vermisst",
        "el": "Studio: δεν ήρθατε στο ραντεβού σας, Παρασκευή, 15 Μαΐου 2026 στις 10:00",
    },
    "request": {
        "en": "Studio: we have received your booking for Friday, 15 May 2026 at 10:00",
        "de": "Studio: Wir haben Ihre Buchung für Freitag, 15. Mai 2026 um 10:00 Uhr erhalten",
        "el": "Studio: λάβαμε την κράτησή σας για Παρασκευή, 15 Μαΐου 2026 στις 10:00",
    },
}


@pytest.mark.parametrize("language", ["en", "de", "el"])
def test_a_move_and_a_cancellation(make_studio: MakeStudio, language: str) -> None:
    studio = make_studio(business={"language": language})
    booking = studio.book()["id"]
    collect()
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-05-16", "time": "12:00"}))
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/cancel"))
    moved, cancelled = collect()
    assert (moved.kind, moved.subject) == ("reschedule", SUBJECTS["reschedule"][language])
    assert (cancelled.kind, cancelled.subject) == ("cancellation", SUBJECTS["cancellation"][language])
    assert "/b/" in moved.text
    assert "/b/" not in cancelled.text


@pytest.mark.parametrize("language", ["en", "de", "el"])
def test_a_no_show_and_a_request(make_studio: MakeStudio, language: str) -> None:
    studio = make_studio(business={"language": language})
    booking = studio.book()["id"]
    collect()
    ok(studio.full.patch(f"/v1/manage/bookings/{booking}", {"status": "no_show"}))
    (missed,) = collect()
    assert (missed.kind, missed.subject, missed.calendar) == ("no_show", SUBJECTS["no_show"][language], "")
    configure(studio, auto_confirm=False)
    studio.book()
    (asked,) = collect()
    assert (asked.kind, asked.subject) == ("request", SUBJECTS["request"][language])


def test_the_clock_of_the_united_states(make_studio: MakeStudio) -> None:
    studio = make_studio(business={"language": "en-US"})
    studio.book(start_time="14:00")
    (message,) = collect()
    assert message.subject == "Studio: your booking on Friday, 15 May 2026 at 2:00 PM is confirmed"


@pytest.mark.parametrize(("language", "begin"), [("de-AT", "Guten Tag"), ("fr", "Hello"), ("xx", "Hello")])
def test_other_languages(make_studio: MakeStudio, language: str, begin: str) -> None:
    make_studio(business={"language": language}).book()
    (message,) = collect()
    assert message.text.startswith(begin)


def test_instructions_and_party(make_studio: MakeStudio) -> None:
    cut = {"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["table"], "default": True}
    table = {"key": "table", "name": "Table 5", "kind": "room", "capacity_max": 6}
    studio = make_studio(resources=[table], services=[{**cut, "instructions": "Ring twice."}])
    studio.book(capacity=4)
    (message,) = collect()
    assert "Ring twice.\n" in message.text
    assert "For: 4 people\n" in message.text
    assert "Table 5" not in message.text


def test_names_are_text_in_html(make_studio: MakeStudio) -> None:
    studio = make_studio(business={"name": "<b>Studio</b> & Co"})
    studio.book(first_name="<script>alert(1)</script>", last_name='"><img src=x onerror=alert(1)>')
    (message,) = collect()
    assert "<script>" not in message.html
    assert "<img" not in message.html
    assert "<b>Studio" not in message.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in message.html
    assert "Hello <script>alert(1)</script>," in message.text


def test_no_header_is_made_of_a_name(studio: Tenant) -> None:
    configure(studio, name="Studio\r\nBcc: eve@example.com")
    studio.book()
    collect()
    (letter,) = sent()
    assert letter["Bcc"] is None
    assert letter["To"] == "jane@example.com"
    assert "\n" not in str(letter["Subject"]).replace("\n ", "")


def test_a_calendar_file_carries_nothing_of_the_customer(studio: Tenant) -> None:
    booking = studio.book(first_name="Zoé", customer_notes="BEGIN:VALARM")["id"]
    (message,) = collect()
    for text in ("Zoé", "VALARM", "jane@example.com", "Doe"):
        assert text not in message.calendar
    assert Booking.objects.get(uuid=booking).customer_notes == "BEGIN:VALARM"
