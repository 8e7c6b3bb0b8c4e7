"""The widths and themes that pages are looked at in."""

from playwright.sync_api import ViewportSize

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)
SIZES = {"desktop": DESKTOP, "phone": PHONE}
