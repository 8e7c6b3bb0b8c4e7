"""What a browser sends from the forms of the set-up pages, when they are filled in with as little as they need."""

from datetime import date

WEEK = "own " + " ".join(f"{day}.540-1020" for day in range(7))  # of the factories' salon
HOLIDAY = f"{date.today().year + 1}-07-04"

SERVICE = {
    "name": "Colour",
    "duration_minutes": "90",
    "price_cents": "80",
    "party_min": "1",
    "party_max": "2",
    "active": "on",
    "bookable_online": "on",
    "deposit_type": "",
}
RESOURCE = {"name": "Ann", "kind": "staff", "capacity_min": "1", "capacity_max": "1", "active": "on"}
SEVERAL = {"before": "T", "first": "1", "last": "3", "kind": "table", "capacity_min": "2", "capacity_max": "4"}
CLOSURE = {"kind": "closed", "from_day": "2032-12-24", "to_day": "2032-12-26", "reason": "Christmas"}
RULES = {
    "slot_interval_minutes": "15",
    "lead_time_minutes": "120",
    "window_days": "90",
    "cancel_notice_hours": "48",
    "reminder_hours": "48, 2",
}
DEPOSITS = {
    "deposit_type": "charge",
    "deposit_basis": "fixed",
    "deposit_amount_cents": "20",
    "deposit_window_minutes": "45",
}
PROFILE = {
    "name": "North Elm",
    "phone": "+13125551234",
    "timezone": "America/Chicago",
    "currency": "USD",
    "language": "en",
}
NEW = {"name": "Glow", "slug": "glow", "timezone": "Europe/Athens", "currency": "EUR", "language": "el"}
