"""The waitlist (docs/waitlist.md): who waits (`entries`), whose turn it is (`turns`, `matching`), what
is offered and what becomes of it (`offers`), how people get to their entry (`links`), what they are told (`letters`).
"""
