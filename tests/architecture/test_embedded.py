"""The embedded servers: started twice, killed, lied to about process ids, reset; and the roles they carry."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import psycopg2
import pytest
import redis

from config import roles
from config.embedded import Servers
from config.home import PROJECT

PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """In a place as awkward as a person's desktop."""
    servers = Servers(tmp_path_factory.mktemp("测试 it's") / "home", forgetful=True)
    servers.start()
    yield servers
    servers.reset()


def ask(dsn, statement):
    with closing(psycopg2.connect(dsn)) as session, session.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def pids(servers):
    files = (servers.postgres_data / "postmaster.pid", servers.valkey_data / "valkey.pid")
    return [int(path.read_text().split()[0]) for path in files]


def both_answer(servers):
    return servers.status() == {"postgres": True, "valkey": True}


def test_killed_servers_start_again_with_their_data_in_three_seconds(servers):
    ask_owner = roles.connect(servers.dsn(roles.OWNER))
    with closing(ask_owner), ask_owner.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)")
    for pid in pids(servers):
        os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    servers.start()
    assert time.monotonic() - started < 3
    assert ask(servers.dsn(roles.APP), "SELECT count(*) > 0 FROM kept") == [(True,)]
    assert both_answer(servers)


def test_a_queue_that_is_slow_to_begin_is_started_once(servers, monkeypatch):
    """Two would write over each other's number, and the first could never be ended."""
    servers.stop()
    begun, at_once = [], servers.run

    def slowly(program, *arguments, **options):
        begun.append(program)
        threading.Timer(0.5, at_once, (program, *arguments), options).start()

    with monkeypatch.context() as patched:
        patched.setattr(servers, "run", slowly)
        servers.start("valkey")
    assert len(begun) == 1
    servers.start()
    assert both_answer(servers)


def test_pid_files_that_name_another_process_are_not_believed(servers):
    servers.stop()
    (servers.postgres_data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    (servers.valkey_data / "valkey.pid").write_text(f"{os.getpid()}\n")
    servers.stop()
    servers.start()
    assert both_answer(servers)


def test_two_processes_may_start_them_at_once(servers):
    servers.stop()
    code = "import sys; from config.embedded import Servers; from pathlib import Path; "
    code += "servers = Servers(Path(sys.argv[1]), forgetful=True); servers.start(); "
    code += "print(servers.environment()['DATABASE_URL'])"
    command = [sys.executable, "-c", code, str(servers.home)]
    children = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert {child.communicate()[0].strip() for child in children} == {servers.dsn(roles.APP)}
    assert [child.returncode for child in children] == [0, 0, 0]
    assert both_answer(servers)


def test_passwords_are_asked_for_and_kept_private(servers):
    assert (servers.home / "servers.json").stat().st_mode & 0o077 == 0
    notes = servers.notes()["passwords"]
    assert len(set(notes.values())) == len(notes)
    for role in (*roles.URL_VARIABLES, "postgres"):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(servers.dsn(role).replace(notes[role], "wrong"))
    with (
        redis.Redis.from_url(servers.redis_url().replace(notes["valkey"], "wrong"), retry=None) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_they_listen_on_this_machine_only(servers):
    assert ask(servers.superuser_dsn(), "SHOW listen_addresses") == [("127.0.0.1",)]
    assert ask(servers.superuser_dsn(), "SHOW unix_socket_directories") == [("",)]
    assert "bind 127.0.0.1\n" in (servers.valkey_data / "valkey.conf").read_text()


@pytest.mark.parametrize("command", [("CONFIG", "GET", "*"), ("FLUSHALL",), ("SHUTDOWN",), ("ACL", "LIST")])
def test_the_queue_user_administers_nothing(servers, command):
    with redis.Redis.from_url(servers.redis_url(), retry=None) as client:
        assert client.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.execute_command(*command)


@pytest.mark.parametrize("role", roles.URL_VARIABLES)
def test_no_role_is_a_superuser_and_only_backup_passes_the_walls(servers, role):
    rights = ask(
        servers.dsn(role),
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles "
        "WHERE rolname = current_user",
    )
    assert rights == [(False, False, False, False, role == roles.BACKUP)]
    others = [other for other in roles.URL_VARIABLES if other != role]
    memberships = [ask(servers.dsn(role), f"SELECT pg_has_role('{other}', 'MEMBER')") for other in others]
    assert memberships == [[(False,)]] * 3


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (roles.APP, {"SELECT", "INSERT", "UPDATE", "DELETE"}),
        (roles.PUBLIC, set()),
        (roles.BACKUP, {"SELECT"}),
        (roles.OWNER, set(PRIVILEGES)),
    ],
)
def test_a_new_table_gives_each_role_what_it_should(servers, role, expected):
    with closing(roles.connect(servers.dsn(roles.OWNER))) as session, session.cursor() as cursor:
        cursor.execute("CREATE TABLE fresh (id bigint GENERATED ALWAYS AS IDENTITY)")
        cursor.execute("CREATE FUNCTION fresh_answer() RETURNS int LANGUAGE sql RETURN 42")
    try:
        has = {
            name
            for name in PRIVILEGES
            if ask(servers.dsn(role), f"SELECT has_table_privilege('fresh', '{name}')")[0][0]
        }
        assert has == expected
        may_call = ask(servers.dsn(role), "SELECT has_function_privilege('fresh_answer()', 'EXECUTE')")
        assert may_call == [(role in {roles.APP, roles.OWNER},)]
        may_create = ask(servers.dsn(role), "SELECT has_schema_privilege('public', 'CREATE')")
        assert may_create == [(role == roles.OWNER,)]
    finally:
        with closing(roles.connect(servers.dsn(roles.OWNER))) as session, session.cursor() as cursor:
            cursor.execute("DROP TABLE fresh; DROP FUNCTION fresh_answer()")


def test_a_stuck_request_gives_its_locks_back(servers):
    settings = {name: ask(servers.dsn(roles.APP), f"SHOW {name}")[0][0] for name in roles.LIMITS[roles.APP]}
    assert settings == roles.LIMITS[roles.APP]


def test_the_database_speaks_utf8_and_compares_by_code_point(servers):
    found = ask(
        servers.dsn(roles.APP),
        "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database "
        "WHERE datname = current_database()",
    )
    assert found == [("UTF8", "b", "C.UTF-8")]


def test_reset_forgets_everything(tmp_path):
    servers = Servers(tmp_path / "home", forgetful=True)
    servers.start("postgres")
    (servers.home / "media").mkdir()
    first = servers.notes()["passwords"]
    servers.reset()
    assert [path.name for path in servers.home.iterdir() if path.name not in {".lock", "start.log"}] == []
    assert servers.notes()["passwords"] != first
