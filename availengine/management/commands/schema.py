"""`manage.py schema DIRECTORY`: the OpenAPI documents of all dialects, as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from availengine.api.dialects import DIALECTS
from availengine.api.documents import document


class Command(BaseCommand):
    help = "Write one OpenAPI document per dialect."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        directory.mkdir(parents=True, exist_ok=True)
        for dialect in DIALECTS:
            file = directory / f"{dialect.name}.json"
            file.write_bytes(orjson.dumps(document(dialect), option=orjson.OPT_INDENT_2))
            self.stdout.write(str(file))
