"""What makes a run worthless."""


class BenchError(Exception):
    """The benchmark cannot go on, or would measure something else than it says."""
