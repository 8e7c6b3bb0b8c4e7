"""Calendars elsewhere that block time: read from their text, laid out over days, polled by a job."""
