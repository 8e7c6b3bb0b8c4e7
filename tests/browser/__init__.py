"""The main paths in a real Chromium. What every page must keep is checked at each of them: `watch.py`."""
