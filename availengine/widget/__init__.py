"""The booking widget for websites: one script, joined from `src/`. docs/widget.md."""
