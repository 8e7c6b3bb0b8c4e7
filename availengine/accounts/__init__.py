"""Signing in: django-allauth as this project uses it, and the page on which an invitation is accepted."""
