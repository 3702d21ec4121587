from typing import Any

from django.core.management.base import BaseCommand, CommandError

from association.actors import system
from association.queries import open_associations
from association.tenancy import acting_for
from common.errors import DomainError
from disclosure.operations import retract_payload


class Command(BaseCommand):
    help = "Delete what one entry of a publication log says, where the law wants personal data gone; the entry and its hash stay."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug")
        parser.add_argument("seq", type=int)
        parser.add_argument(
            "--basis", required=True, help="the law and article, and the number of the decision"
        )

    def handle(self, *_args: Any, slug: str, seq: int, basis: str, **_options: Any) -> None:
        association = open_associations().filter(slug=slug).first()
        if association is None:
            raise CommandError(f"no association {slug}")
        try:
            with acting_for(association.pk):
                said = retract_payload(actor=system(association.pk), seq=seq, basis=basis)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{slug}: entry {said.seq} says that entry {seq} was retracted")
