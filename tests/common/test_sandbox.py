import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from common import sandbox
from common.errors import InvalidInput
from common.jobs import JOBS
from common.keeper import ROOT


def probe(attempt, **more):
    return sandbox.run("probe", {"attempt": attempt, **more})[0]


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [("network", "PermissionError"), ("program", "PermissionError"), ("memory", "MemoryError")],
)
def test_child_may_not(attempt, refusal):
    assert probe(attempt) == {"refusal": refusal}


@pytest.mark.parametrize(
    "sentence",
    [
        {"template": "%(a)999999999s", "values": {"a": "x"}},
        {"template": "%(a)s", "values": {}},
        {"a": 1},
        None,
        7,
    ],
)
def test_a_child_that_says_something_else_than_a_sentence_is_not_believed(sentence):
    with pytest.raises(sandbox.SandboxFailed):
        sandbox._refusal({"refused": "InvalidInput", "sentence": sentence})


def test_child_cannot_write_files(tmp_path):
    target = tmp_path / "written"
    assert probe("write", path=str(target)) == {"refusal": "OSError"}
    assert not target.exists() or target.read_bytes() == b""


def test_child_knows_no_secret_of_the_serving_process(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("DATABASE_URL", "canary")
    sandbox.keeper.end()
    known = probe("environment")["done"]
    assert "SECRET_KEY" not in known
    assert "DATABASE_URL" not in known


def test_child_inherits_no_open_file(tmp_path):
    with (tmp_path / "open").open("w") as kept:
        os.set_inheritable(kept.fileno(), True)
        sandbox.keeper.end()
        assert probe("files") == {"done": "[0, 1, 2, 3, 4]"}  # 3 is the line, 4 the listing itself


def test_child_that_burns_time_is_killed_and_the_next_one_works():
    with pytest.raises(sandbox.SandboxFailed):
        probe("time")
    assert probe("network") == {"refusal": "PermissionError"}


def test_nursery_that_died_is_replaced():
    probe("network")
    nursery = sandbox.keeper.nursery.process
    nursery.kill()
    nursery.wait()
    assert probe("network") == {"refusal": "PermissionError"}
    assert sandbox.keeper.nursery.process.pid != nursery.pid


def test_many_threads_each_get_their_own_answer(monkeypatch):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(probe, ["network", "memory"] * 20))
    assert answers == [{"refusal": "PermissionError"}, {"refusal": "MemoryError"}] * 20


def test_forked_process_makes_its_own_nursery():
    probe("network")
    child = os.fork()
    if child == 0:
        os._exit(0 if sandbox.keeper.nursery is None and probe("network") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert probe("network") == {"refusal": "PermissionError"}


def test_nothing_but_the_fixed_jobs():
    with pytest.raises(KeyError):
        sandbox.run("os.system", {})


def test_limit_cannot_be_raised_by_the_caller(monkeypatch):
    monkeypatch.setattr(sandbox, "JOBS", {"probe": replace(JOBS["probe"], cpu_seconds=60, wall_seconds=60)})
    started = time.monotonic()
    with pytest.raises(sandbox.SandboxFailed):
        sandbox.run("probe", {"attempt": "time"}, cpu_seconds=50)
    assert time.monotonic() - started < 3


def test_refusal_of_the_child_arrives_as_itself():
    with pytest.raises(InvalidInput) as caught:
        sandbox.run("inspect_file", {"kind": "png"}, [b"\x89PNG\r\n\x1a\nbroken"])
    assert caught.value.sentence == "图片已损坏或不完整，请重新导出后上传。"


def test_nursery_ends_with_a_serving_process_that_was_killed():
    code = "from common import sandbox; sandbox.run('probe', {'attempt': 'network'});"
    code += "print(sandbox.keeper.nursery.process.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as serving:
        nursery = int(serving.stdout.readline())
        assert is_running(nursery)
        serving.kill()
    assert wait_until(lambda: not is_running(nursery))


def is_running(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()
