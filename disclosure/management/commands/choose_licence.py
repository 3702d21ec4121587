from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from association.actors import system
from association.queries import open_associations
from association.tenancy import acting_for
from disclosure.operations import choose_licence


class Command(BaseCommand):
    help = "Write the licence under which an association gives its open data; an empty file goes back to the default."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug")
        parser.add_argument("file", type=Path, help="the text, UTF-8")

    def handle(self, *_args: Any, slug: str, file: Path, **_options: Any) -> None:
        association = open_associations().filter(slug=slug).first()
        if association is None:
            raise CommandError(f"no association {slug}")
        with acting_for(association.pk):
            choose_licence(actor=system(association.pk), text=file.read_text(encoding="utf-8"))
        self.stdout.write(f"{slug}: chosen")
