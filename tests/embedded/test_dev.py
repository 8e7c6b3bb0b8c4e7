"""`manage.py dev`, which is `make run`: one life of the supervisor, with the accidents that happen to it."""

import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.embedded.living import alive

ROOT = Path(__file__).resolve().parents[2]
LAST_LINE = "Ctrl-C stops everything"
START_WITHIN = 120.0  # machines that run tests are busy
SET_BY_THE_TESTS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "VAR", "BASE_URL")


class Run:
    """One `manage.py dev` and what it has printed."""

    def __init__(self, var: Path, port: int) -> None:
        environment = {name: text for name, text in os.environ.items() if name not in SET_BY_THE_TESTS}
        self.var, self.port = var, port
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "dev"],
            cwd=ROOT,
            env={**environment, "VAR": str(var), "PORT": str(port), "WEB_WORKERS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            self.lines.extend(stream)

    def output(self) -> str:
        return "".join(self.lines)

    def wait_for_banner(self) -> "Run":
        eventually(lambda: LAST_LINE in self.output() or self.process.poll() is not None, START_WITHIN)
        assert LAST_LINE in self.output(), self.output()
        return self

    def exit_code(self, within: float = 30.0) -> int:
        code = self.process.wait(within)
        self._reader.join(5)
        return code

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def having(self, word: str) -> list[psutil.Process]:
        """Children with that word on their command line, the eldest first."""
        return [one for one in self.children() if word in command_line(one)]

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def command(self, path: str) -> list[str]:
        """The printed curl command for `path`."""
        return next(shlex.split(line) for line in self.output().splitlines() if "curl" in line and path in line)


def eventually(condition: Callable[[], bool], within: float) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def command_line(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
    except psutil.Error:  # just gone
        return []
    return words


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def pasted(command: list[str]) -> tuple[int, dict[str, object]]:
    """What the printed command would do: the machine may have no curl."""
    url = next(word for word in command if word.startswith("http"))
    headers = dict(command[at + 1].split(": ", 1) for at, word in enumerate(command) if word == "-H")
    body = command[command.index("-d") + 1].encode() if "-d" in command else None
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dev") / "var"


@pytest.fixture(scope="module")
def run(var: Path) -> Iterator[Run]:
    run = Run(var, free_port()).wait_for_banner()
    yield run
    run.process.kill()
    run.process.wait()


def test_answers(run: Run) -> None:
    assert [run.get("/healthz"), run.get("/readyz")] == [200, 200]


def test_prints_what_to_try_first_and_it_works(run: Run) -> None:
    base = f"http://127.0.0.1:{run.port}"
    for expected in (
        f"{base}/dashboard/  owner.north-elm@example.com",
        f"{base}/v1/docs",
        f"{base}/admin/",
        "north-elm-studio",
        str(run.var / "demo.json"),
    ):
        assert expected in run.output()
    status, answer = pasted(run.command("/v1/availability/"))
    assert status == 200
    assert answer["slots"]
    status, booking = pasted(run.command("/v1/bookings/"))
    assert status == 201
    assert pasted(run.command("/v1/bookings/")) == (201, booking)


def test_a_second_start_with_the_same_var_says_so(run: Run) -> None:
    second = Run(run.var, free_port())
    assert second.exit_code() == 1
    assert f"is in use by process {run.process.pid}" in second.output()
    assert run.get("/healthz") == 200


def test_a_taken_port_is_noticed_before_anything_is_started(run: Run, tmp_path: Path) -> None:
    second = Run(tmp_path / "other", run.port)
    assert second.exit_code() == 1
    assert f"Port {run.port} on 127.0.0.1 is taken" in second.output()
    assert not (tmp_path / "other" / "postgres").exists()
    assert not (tmp_path / "other" / "valkey").exists()


def test_a_stop_during_the_start_is_quick_and_complete(tmp_path: Path) -> None:
    run = Run(tmp_path / "var", free_port())
    assert eventually(lambda: "migrating" in run.output(), START_WITHIN)
    left = run.children()
    run.process.send_signal(signal.SIGTERM)
    assert run.exit_code(within=8) == 0
    assert len(left) > 5
    assert alive(left) == []


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    second = Run(tmp_path / "other", 70_000)
    assert second.exit_code() == 1
    assert "must be a number from 1 to 65535" in second.output()


def test_programs_that_die_are_started_again(run: Run) -> None:
    killed = [run.having(word)[0] for word in ("granian", "worker", "beat", "-D")]  # the last is PostgreSQL
    for one in killed:
        one.kill()
    for name in ("web", "worker", "beat", "PostgreSQL"):
        assert eventually(lambda: f"{name} has died; starting it again in 1 s" in run.output(), 5), name  # noqa: B023
    assert eventually(lambda: all(run.having(word) for word in ("granian", "worker", "beat", "-D")), 10)
    assert eventually(lambda: run.get("/readyz") == 200, 30)
    assert alive(killed) == []


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_finds_its_data(run: Run) -> None:
    keys = json.loads((run.var / "demo.json").read_text())["businesses"]
    left = run.children()
    run.process.kill()
    run.process.wait()
    assert eventually(lambda: not alive(left), 15), alive(left)

    second = Run(run.var, run.port).wait_for_banner()
    try:
        assert second.get("/readyz") == 200
        assert json.loads((run.var / "demo.json").read_text())["businesses"] == keys
        left = second.children()
        second.process.send_signal(signal.SIGTERM)
        assert second.exit_code() == 0
        assert alive(left) == []
        assert "stopped" in second.lines[-1]
    finally:
        second.process.kill()
