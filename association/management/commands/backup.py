"""Backup: ``pg_dump`` of one snapshot as ``portal_backup``, the media store, and a manifest to compare with."""

import json
from argparse import ArgumentParser
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from association.management.commands import _snapshot


class Command(BaseCommand):
    help = "备份：数据库与附件，连同核对清单，写入一个空目录"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="must be empty or not there yet")
        parser.add_argument("--dated", action="store_true", help="make a folder below it, named by the time")

    def handle(self, *_args: Any, **options: Any) -> None:
        made_at = datetime.now(UTC)
        folder: Path = options["directory"]
        if options["dated"]:
            folder /= made_at.strftime("%Y-%m-%dT%H%M%SZ")
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows = dump(folder / _snapshot.DUMP)
        # After the dump: a file is never changed under its name, so all that the snapshot names is there.
        media = copy_media(Path(settings.MEDIA_ROOT), folder / _snapshot.MEDIA)
        manifest = {
            "made_at": made_at.isoformat(),
            "dump": _snapshot.hash_of(folder / _snapshot.DUMP),
            "rows": rows,
            "media": media,
        }
        # Written last: a backup without a manifest is not one.
        (folder / _snapshot.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
        self.stdout.write(f"{folder}: {len(rows)} tables, {sum(rows.values())} rows, {len(media)} files")


def dump(target: Path) -> dict[str, int]:
    """Rows are counted in the very snapshot that is dumped."""
    address = _snapshot.backup_address()
    with closing(_snapshot.connect(address)) as session:
        session.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        with session.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone() != (True,):
                raise CommandError("the role of DATABASE_BACKUP_URL does not see every row")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        arguments = ["--format=custom", f"--snapshot={snapshot}", "--file", str(target)]
        _snapshot.run("pg_dump", arguments, address)
        return _snapshot.count_rows(session)


def copy_media(store: Path, target: Path) -> dict[str, Any]:
    return {name: _snapshot.copy(store / name, target / name) for name in _snapshot.files_below(store)}
