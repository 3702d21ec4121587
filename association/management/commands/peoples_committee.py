"""Registers the 人民调解委员会 that an association runs, with its paper, or ends it. Run on the machine, in production too."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError

from association.actors import system
from association.committee import end_committee, register_committee
from association.models import PeoplesCommittee
from association.queries import open_associations
from association.tenancy import acting_for
from common.errors import DomainError


class Command(BaseCommand):
    help = "登记或者终止协会设立的人民调解委员会；只有登记了的，调解协议才能以它的名义拟定"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--name", default="", help="名称, as it was filed")
        parser.add_argument("--filed-as", default="", help="设立或者备案的文件和文号")
        parser.add_argument("--from", dest="start", type=date.fromisoformat, help="the day it was set up")
        parser.add_argument("--document", type=Path, help="a scan of the paper: PDF or a picture")
        parser.add_argument("--until", type=date.fromisoformat, help="ends it: the first day without it")

    def handle(self, *_args: Any, slug: str, until: date | None, **options: Any) -> None:
        association = open_associations().filter(slug=slug).first()
        if association is None:
            raise CommandError(f"no association {slug}")
        if until is None and not (options["start"] and options["document"]):
            raise CommandError("--name, --filed-as, --from and --document, or --until")
        try:
            with acting_for(association.pk):
                row = _change(association.pk, until, options)
        except DomainError as wrong:
            raise CommandError(str(wrong.sentence)) from wrong
        self.stdout.write(f"{slug}: {row.name} {row.valid_from} – {row.valid_until or ''}")


def _change(association_id: int, until: date | None, options: dict[str, Any]) -> PeoplesCommittee:
    actor = system(association_id)
    if until is not None:
        return end_committee(actor=actor, valid_until=until)
    document: Path = options["document"]
    return register_committee(
        actor=actor,
        name=options["name"],
        filed_as=options["filed_as"],
        valid_from=options["start"],
        document=SimpleUploadedFile(document.name, document.read_bytes()),
    )
