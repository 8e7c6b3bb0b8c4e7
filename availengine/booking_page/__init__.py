"""The page on which customers book: /book/{slug}. See docs/booking-page.md."""
