"""Restore: a backup into an empty database and the media store, then rows and hashes are compared."""

import json
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from association.management.commands import _snapshot


class Command(BaseCommand):
    help = "恢复：把备份载入空数据库并逐表、逐文件核对"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a folder that the command backup has written")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["directory"]
        manifest = read_manifest(folder)
        owner, reader = _snapshot.owner_address(), _snapshot.backup_address()
        if owner["dbname"] != reader["dbname"]:
            raise CommandError("DATABASE_OWNER_URL and DATABASE_BACKUP_URL name different databases")
        refuse_unless_empty(owner)
        # Files first: they can be compared before anything in the database has changed.
        restore_media(folder / _snapshot.MEDIA, Path(settings.MEDIA_ROOT), manifest["media"])
        arguments = ["--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={owner['dbname']}"]
        _snapshot.run("pg_restore", [*arguments, str(folder / _snapshot.DUMP)], owner)
        compare_rows(reader, manifest["rows"])
        refresh_statistics(owner)
        rows = sum(manifest["rows"].values())
        self.stdout.write(
            f"{len(manifest['rows'])} tables, {rows} rows, {len(manifest['media'])} files: all equal"
        )


def read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / _snapshot.MANIFEST).read_text())
    except FileNotFoundError:
        raise CommandError(f"{folder} has no {_snapshot.MANIFEST}: not a finished backup") from None
    if _snapshot.hash_of(folder / _snapshot.DUMP) != manifest["dump"]:
        raise CommandError(f"{_snapshot.DUMP} is not the file that was written")
    return manifest


def refuse_unless_empty(owner: dict[str, str]) -> None:
    with closing(_snapshot.connect(owner)) as session, session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        if cursor.fetchone() != (0,):
            raise CommandError(f"the database {owner['dbname']} is not empty; nothing was changed")


def restore_media(source: Path, store: Path, expected: dict[str, Any]) -> None:
    """Names are content hashes, so a file that is there already is the same or a reason to stop."""
    for name, known in expected.items():
        held = store / name if (store / name).exists() else source / name
        if not held.exists():
            raise CommandError(f"the backup lacks the file {name}")
        if _snapshot.hash_of(held) != known["sha256"]:
            raise CommandError(f"the file {name} is not the one that was backed up")
    for name in expected:
        if not (store / name).exists():
            _snapshot.copy(source / name, store / name)


def compare_rows(reader: dict[str, str], expected: dict[str, int]) -> None:
    with closing(_snapshot.connect(reader)) as session:
        found = _snapshot.count_rows(session)
    wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    if wrong:
        raise CommandError(f"rows differ in: {', '.join(wrong)}")


def refresh_statistics(owner: dict[str, str]) -> None:
    with closing(_snapshot.connect(owner)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("ANALYZE")
