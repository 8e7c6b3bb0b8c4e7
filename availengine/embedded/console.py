"""What the supervisor writes to the terminal: every line with the name of the program that it comes from."""

import io
import os
import sys
import threading
from typing import IO

COLOURS = {"dev": 35, "web": 36, "worker": 33, "beat": 34}
PLAIN = 37
WIDTH = 8


class Console:
    def __init__(self, stream: IO[str] | None) -> None:
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Unicode gets question marks
            stream.reconfigure(errors="replace")
        self._stream = stream
        self._lock = threading.Lock()
        self._coloured = stream is not None and stream.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str, name: str = "dev") -> None:
        for line in text.splitlines():
            self.write(f"{self._tag(name)} {line}\n")

    def write(self, text: str) -> None:
        """A terminal that is gone must not keep us from stopping in order."""
        with self._lock:
            if self._stream is None:
                return
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):
                self._abandon()

    def follow(self, stream: IO[bytes], name: str) -> threading.Thread:
        """Copy a program's output until it ends."""

        def copy() -> None:
            with stream:
                for line in stream:
                    self.say(line.decode(errors="replace").rstrip(), name)

        thread = threading.Thread(target=copy, name=f"output of {name}", daemon=True)
        thread.start()
        return thread

    def _tag(self, name: str) -> str:
        tag = f"{name:>{WIDTH}} |"
        return f"\033[{COLOURS.get(name, PLAIN)}m{tag}\033[0m" if self._coloured else tag

    def _abandon(self) -> None:
        if (
            self._stream is not None and self._stream is sys.stdout
        ):  # or the interpreter complains at its own last flush
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        self._stream = None
