"""The widget's script as it is served, and as it is shown in the dashboard. How it behaves: tests/browser/."""
