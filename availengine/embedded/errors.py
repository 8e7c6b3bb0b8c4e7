"""What can go wrong in the embedded stack, in words for the person at the terminal."""


class StackError(Exception):
    """The stack cannot run; the text says why and what to do about it."""


class StackInUse(StackError):
    """Another living process holds the same VAR."""
