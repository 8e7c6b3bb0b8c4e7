"""`make sdk`: Python and TypeScript clients from the OpenAPI documents in schema/, into sdk/.

The generators are installed beside the project, into .venv.sdk/ and sdk/typescript/node_modules/: nothing of the
application needs them. With SERVER, KEY and BUSINESS given, both clients are tried on that server afterwards.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tools" / "sdk"
VENV = ROOT / ".venv.sdk"
DIALECTS = ("v1", "booxi", "booqara", "bookingflow")
OLDEST_NODE = 20
NO_NODE = f"""No Node.js {OLDEST_NODE} or newer was found: there is a Python client, and no TypeScript client.
With Node.js and npm in PATH (https://nodejs.org, or: apt install nodejs npm) run `make sdk` again."""


def main() -> int:
    options = parsed()
    make_python(options.schema, options.into / "python")
    with_typescript = not options.python_only and has_node()
    if with_typescript:
        make_typescript(options.schema, options.into / "typescript")
    elif not options.python_only:
        print(NO_NODE, file=sys.stderr)
    if not os.environ.get("SERVER"):
        print("To try them on a server: make sdk SERVER=http://127.0.0.1:8000 KEY=avail_test_… BUSINESS=id")
        return 0
    print(run([VENV / "bin" / "python", HERE / "smoke.py"], PYTHONPATH=str(options.into / "python")), end="")
    if with_typescript:
        print(run(["node", options.into / "typescript" / "dist" / "smoke.js"]), end="")
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schema", type=Path, default=ROOT / "schema")
    parser.add_argument("--into", type=Path, default=ROOT / "sdk")
    parser.add_argument("--python-only", action="store_true")
    return parser.parse_args()


def make_python(schema: Path, target: Path) -> None:
    """A package with one client per dialect in it."""
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV])
    run([*uv, "pip", "install", "--quiet", "--python", VENV / "bin" / "python", "-r", HERE / "requirements.txt"])
    package = target / "availengine_client"
    shutil.rmtree(target, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Clients of an AvailEngine server, one per dialect."""\n')
    shutil.copy(HERE / "pyproject.toml", target)
    path = os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]])  # the generator calls ruff
    for dialect in DIALECTS:
        generator = [VENV / "bin" / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning"]
        source = ["--path", schema / f"{dialect}.json", "--config", HERE / "python.yml"]
        run([*generator, *source, "--output-path", package / dialect, "--overwrite"], PATH=path)
    print(f"{target}: availengine_client")


def make_typescript(schema: Path, target: Path) -> None:
    """Types of each document, and a client that knows them."""
    shutil.copytree(HERE / "typescript", target, dirs_exist_ok=True)
    run(["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], target)
    for dialect in DIALECTS:
        generator = ["npx", "--no-install", "openapi-typescript", schema / f"{dialect}.json"]
        # What has a default may be left out of a body.
        run([*generator, "--output", f"src/{dialect}.ts", "--default-non-nullable=false"], target)
    shutil.rmtree(target / "dist", ignore_errors=True)
    run(["npx", "--no-install", "tsc"], target)
    print(f"{target}: availengine-client")


def has_node() -> bool:
    """Whether a Node.js that is new enough is here, with npm."""
    if not (shutil.which("node") and shutil.which("npm") and shutil.which("npx")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    return int(version.removeprefix("v").split(".")[0] or 0) >= OLDEST_NODE


def run(command: Sequence[str | Path], where: Path = ROOT, **environment: str) -> str:
    """What a command says. When it fails that is shown, and nothing more is done."""
    spoken = [str(part) for part in command]
    done = subprocess.run(spoken, cwd=where, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(spoken)}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
