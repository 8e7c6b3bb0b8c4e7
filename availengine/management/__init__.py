"""The edge's management commands."""
