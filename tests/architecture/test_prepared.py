"""A second start of the demo: what was prepared is not prepared again, unless something may have changed."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import demo

ENVIRONMENT = {"PORT": "8000"}


@pytest.fixture
def servers(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("18")
    return SimpleNamespace(home=tmp_path, postgres_data=cluster, status=dict, stop=lambda: None)


@pytest.fixture
def prepares(monkeypatch):
    """What was asked of our interpreter, and the interpreter, whose answer a test may change."""
    asked = []

    def python(*arguments, **_options):
        asked.append(arguments)
        return subprocess.CompletedProcess(arguments, python.code, stdout="演示账号")

    python.code = 0
    monkeypatch.setattr(demo, "python", python)
    return SimpleNamespace(asked=asked, python=python)


def test_the_second_start_finds_what_the_first_prepared(servers, prepares):
    assert [demo.prepared(servers, ENVIRONMENT) for _start in range(3)] == ["演示账号"] * 3
    assert prepares.asked == [("-m", "config.demo", "prepare")]


def test_addresses_data_and_code_of_another_start_are_prepared_anew(servers, prepares, monkeypatch, tmp_path):
    demo.prepared(servers, ENVIRONMENT)
    demo.prepared(servers, {"PORT": "8001"})
    assert len(prepares.asked) == 2, "the accounts name the addresses"
    (servers.postgres_data / "PG_VERSION").unlink()
    (servers.postgres_data / "PG_VERSION").write_text("18")
    demo.prepared(servers, {"PORT": "8001"})
    assert len(prepares.asked) == 3, "another cluster is empty"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "new.py").touch()
    monkeypatch.setattr(demo, "PROJECT", tmp_path)
    demo.prepared(servers, {"PORT": "8001"})
    assert len(prepares.asked) == 4, "other code may have other migrations"


def test_what_failed_is_prepared_again(servers, prepares):
    prepares.python.code = 1
    assert demo.prepared(servers, ENVIRONMENT) == ""
    prepares.python.code = 0
    assert demo.prepared(servers, ENVIRONMENT) == "演示账号"
    assert len(prepares.asked) == 2


@pytest.mark.parametrize("spoilt", ["", "{}", "[]", '{"mark": 1}'])
def test_a_spoilt_note_is_not_believed(servers, prepares, spoilt):
    (Path(servers.home) / demo.PREPARED).write_text(spoilt)
    assert demo.prepared(servers, ENVIRONMENT) == "演示账号"
    assert len(prepares.asked) == 1


def test_a_database_that_is_not_ours_is_looked_at_every_time(servers, prepares, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://portal_app@127.0.0.1/elsewhere")
    demo.prepared(servers, ENVIRONMENT)
    demo.prepared(servers, ENVIRONMENT)
    assert len(prepares.asked) == 2


def test_a_management_command_may_change_it(servers, prepares, monkeypatch):
    demo.prepared(servers, ENVIRONMENT)
    monkeypatch.setattr(demo, "Servers", lambda: servers)
    monkeypatch.setattr(demo, "start_local", lambda _servers: None)
    monkeypatch.setattr(demo, "demo_environment", lambda _servers, _port: {})
    demo.manage(["migrate", "association", "zero"])
    demo.prepared(servers, ENVIRONMENT)
    assert [asked[-1] for asked in prepares.asked] == ["prepare", "zero", "prepare"]
