from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from association.queries import open_associations
from association.tenancy import acting_for
from common import signing
from disclosure.operations import altered_copies
from disclosure.queries import verification
from disclosure.queries.log import entries, head


class Command(BaseCommand):
    help = "Compare the publication log with itself, with what was signed, and with every published row; 1 when anything differs."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug", nargs="?", help="only this association")
        parser.add_argument(
            "--kept",
            type=Path,
            help="the text of a checkpoint that was kept outside (of the association named)",
        )

    def handle(self, *_args: Any, slug: str | None = None, kept: Path | None = None, **_options: Any) -> None:
        if kept is not None and slug is None:
            raise CommandError("--kept belongs to one association: name it")
        faults = 0
        associations = open_associations()
        for association in associations.filter(slug=slug) if slug else associations:
            with acting_for(association.pk):
                found = _faults(kept)
                number = head()[0]
            for fault in found:
                self.stderr.write(f"{association.slug}: {fault}")
            self.stdout.write(f"{association.slug}: {number} entries, {len(found)} faults")
            faults += len(found)
        if faults:
            raise CommandError(f"{faults} faults")


def _faults(kept: Path | None) -> list[str]:
    ours = [signing.public_key(secret) for secret in settings.PUBLICATION_KEYS]
    return [
        *verification.faults_of_chain(),
        *verification.faults_of_checkpoints(ours),
        *(_faults_of_kept(kept) if kept is not None else ()),
        *verification.altered_rows(),
        *altered_copies(),
    ]


def _faults_of_kept(kept: Path) -> list[str]:
    """A checkpoint from outside says what a whole rewritten database cannot."""
    _format, _slug, seq, last_hash, *_rest = kept.read_text().split("\n")
    if entries().filter(seq=int(seq), hash=last_hash).exists():
        return []
    return [f"kept checkpoint {seq}: the log is another one than was signed"]
