"""Create or update a business from a YAML file: tenants as code."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from businesses.actors import act_as
from businesses.provisioning import DocumentError, Outcome, apply_plan, read_plan


class UniqueKeys(yaml.SafeLoader):
    """YAML that refuses a key written twice, instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is not a name", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is written twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_file(path: Path) -> Any:
    """The parsed document. Raises CommandError naming the line."""
    try:
        with path.open("rb") as file:
            return yaml.load(file, UniqueKeys)  # noqa: S506  (a SafeLoader)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise CommandError(f"{path}: nested too deeply") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise CommandError(f"{where}: {getattr(error, 'problem', None) or error}") from error


def provision(path: Path) -> Outcome:
    """Apply a file. Raises CommandError naming the line or the path of what is wrong; nothing is changed then."""
    document = read_file(path)
    try:
        return apply_plan(read_plan(document))
    except DocumentError as error:
        raise CommandError(f"{path}: {error.message}") from error


def told(outcome: Outcome) -> list[str]:
    """What there is now, for people; issued secrets are shown this once."""
    business = outcome.business
    lines = [f"{business.name} ({business.slug}), id {business.uuid}", "changed" if outcome.changed else "no change"]
    for name, secret in outcome.keys.items():
        lines.append(f"key {name}: {secret or '(issued before; secrets are shown once)'}")
    for email, password in outcome.members.items():
        lines.append(f"member {email}: {password or '(known; password unchanged)'}")
    return lines


class Command(BaseCommand):
    help = "Create or update one business from a YAML file; prints ids and newly issued secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print ids and secrets as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        act_as("command", "provision")
        outcome = provision(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_json(), indent=2))
            return
        self.stdout.write("\n".join(told(outcome)))
