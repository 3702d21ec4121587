from typing import Any

from django.core.management.base import BaseCommand

from association.queries import open_associations
from association.tenancy import acting_for
from disclosure import operations


class Command(BaseCommand):
    help = "Write the public register of every association (or of one) anew from the truth."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug", nargs="?", help="only this association")

    def handle(self, *_args: Any, slug: str | None = None, **_options: Any) -> None:
        associations = open_associations()
        for association in associations.filter(slug=slug) if slug else associations:
            with acting_for(association.pk):
                written = operations.rebuild_register()
            self.stdout.write(f"{association.slug}: {written}")
