"""The staff's pages. How to add one: docs/dashboard.md."""
