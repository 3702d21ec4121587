"""Backup and restore, end to end: PostgreSQL's own programs, an empty database, everything compared."""

import json
from contextlib import closing

import psycopg2
import pytest

from association.models import Association, AuditEntry, Region
from association.tenancy import acting_for
from config import roles
from config.embedded import servers_for_tests
from tests.database import drop, manage

pytestmark = pytest.mark.django_db(transaction=True)
FILES = {"1/ab/abcd": b"evidence", "2/cd/cdef": "演示附件".encode()}


@pytest.fixture
def association():
    return Association.objects.create(
        slug="backup-demo", name="演示协会", region=Region.objects.earliest("code")
    )


@pytest.fixture
def source(child_environment, association, tmp_path):
    """A database with a row behind the walls, and a media store."""
    with acting_for(association.pk):
        AuditEntry.objects.create(action="演示", object_kind="none", at="2026-01-05T00:00:00Z")
    for name, content in FILES.items():
        path = tmp_path / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "media" / "1" / "ab" / "tmpunfinished").write_bytes(b"half")
    return child_environment | {"MEDIA_ROOT": str(tmp_path / "media")}


@pytest.fixture
def backup(source, tmp_path):
    folder = tmp_path / "backup"
    manage(["backup", str(folder)], source)
    return folder


@pytest.fixture
def empty(child_environment, tmp_path, django_db_setup):
    """Roles and an empty database, as a fresh server has them before any migration."""
    # The process id stays at the end: by it another run knows that this database is in use.
    stem, _, process = django_db_setup.name.rpartition("_")
    servers, name = servers_for_tests(), f"{stem}_restored_{process}"
    addresses = {role: servers.dsn(role, name) for role in roles.URL_VARIABLES}
    roles.prepare(servers.superuser_dsn(), addresses)
    yield servers.environment(name) | {"MEDIA_ROOT": str(tmp_path / "restored")}
    with closing(roles.connect(servers.superuser_dsn())) as session:
        drop(session, name)


def everything(url):
    """Every row of every table as text, as the role that sees all."""
    with closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        content = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM public."{table}" t ORDER BY 1')
            content[table] = [row for (row,) in cursor.fetchall()]
        return content


def rights(url):
    """Grants, policies and triggers: a restored wall is still a wall."""
    with closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text, (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(relacl) acl),
                   (SELECT array_agg(polname::text ORDER BY polname) FROM pg_policy WHERE polrelid = c.oid),
                   (SELECT array_agg(tgname::text || tgenabled::text ORDER BY tgname) FROM pg_trigger
                     WHERE tgrelid = c.oid AND NOT tgisinternal)
            FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1
            """
        )
        return cursor.fetchall()


def test_a_restored_backup_is_equal_in_rows_rights_and_files(source, backup, empty, tmp_path):
    manage(["restore", str(backup)], empty)

    before, after = (everything(where["DATABASE_BACKUP_URL"]) for where in (source, empty))
    assert len(after["association_auditentry"]) == 1
    assert after == before
    assert rights(empty["DATABASE_URL"]) == rights(source["DATABASE_URL"])
    restored = {
        path.relative_to(tmp_path / "restored").as_posix(): path.read_bytes()
        for path in (tmp_path / "restored").rglob("*")
        if path.is_file()
    }
    assert restored == FILES
    manage(["migrate", "--check", "--database", "owner"], empty)


def test_rows_behind_the_walls_are_counted(backup):
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["rows"]["association_auditentry"] == 1
    assert manifest["media"].keys() == FILES.keys()


def test_a_database_that_is_not_empty_is_refused(source, backup):
    before = everything(source["DATABASE_BACKUP_URL"])
    with pytest.raises(RuntimeError, match="is not empty; nothing was changed"):
        manage(["restore", str(backup)], source)
    assert everything(source["DATABASE_BACKUP_URL"]) == before


def test_a_role_that_does_not_see_every_row_is_refused(source, tmp_path):
    as_app = source | {"DATABASE_BACKUP_URL": source["DATABASE_URL"]}
    with pytest.raises(RuntimeError, match="does not see every row"):
        manage(["backup", str(tmp_path / "blind")], as_app)
    assert not (tmp_path / "blind" / "manifest.json").exists()


def test_a_folder_with_something_in_it_is_refused(source, backup):
    with pytest.raises(RuntimeError, match="is not empty"):
        manage(["backup", str(backup)], source)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "not a finished backup"),
        (lambda folder: (folder / "database.dump").write_bytes(b"x"), "is not the file that was written"),
        (lambda folder: (folder / "media/1/ab/abcd").write_bytes(b"x"), "is not the one that was backed up"),
        (lambda folder: (folder / "media/1/ab/abcd").unlink(), "the backup lacks the file"),
    ],
)
def test_a_spoilt_backup_is_refused_before_anything_changes(backup, empty, spoil, sentence):
    spoil(backup)
    with pytest.raises(RuntimeError, match=sentence):
        manage(["restore", str(backup)], empty)
    assert everything(empty["DATABASE_BACKUP_URL"]) == {}


def test_the_backup_role_writes_nothing(source):
    with closing(psycopg2.connect(source["DATABASE_BACKUP_URL"])) as session, session.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        session.commit()
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM association_association")
