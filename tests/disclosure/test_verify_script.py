"""The stand-alone script, in an interpreter that knows nothing of the project: good files pass, tampered ones do not."""

import json
import shutil
import subprocess
import sys

import pytest

from association.actors import system
from association.choices import Role
from association.tenancy import acting_for
from common import signing
from config.home import PROJECT
from disclosure.operations import retract_payload, sign_log
from disclosure.queries.export import every_entry, signed
from members.operations import register_institution, rename_institution
from tests.factories.people import actor_with, make_association, valid_uscc

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

SCRIPT = PROJECT / "static" / "publication-log" / "verify.py"


@pytest.fixture
def files(tmp_path, settings):
    """A log of five entries, one of them retracted, signed with two keys."""
    association = make_association("chaoyang")
    robot = system(association.pk)
    for number in (901, 902):
        with acting_for(association.pk):
            clerk = actor_with(Role.SECRETARIAT)
            made = register_institution(actor=clerk, name=f"演示学校{number}", uscc=valid_uscc(number))
    with acting_for(association.pk):
        sign_log()
        rename_institution(actor=clerk, institution_id=made.pk, name="演示新名学校")
    with acting_for(association.pk):
        retract_payload(actor=robot, seq=2, basis="个人信息保护法第四十七条")
        settings.PUBLICATION_KEYS = ["a newer secret " * 4, *settings.PUBLICATION_KEYS]
        sign_log()
    shutil.copy(SCRIPT, tmp_path)
    with acting_for(association.pk):
        lines = [json.dumps(entry, ensure_ascii=False) for entry in every_entry(association.pk)]
        told = json.dumps(signed(association.pk), default=str, ensure_ascii=False)
    (tmp_path / "log.jsonl").write_text("\n".join(lines))
    (tmp_path / "checkpoints.json").write_text(told)
    return tmp_path


def run(folder, *options, flags=("-I",)):
    command = [sys.executable, *flags, "verify.py", "log.jsonl", *options]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def signatures(folder, *options):
    return run(folder, "--checkpoints", "checkpoints.json", *options)


def test_a_log_in_order_passes_with_the_standard_library_alone(files):
    assert run(files, flags=("-I", "-S")) == (0, ["chaoyang: 4 entries, 0 checkpoints, in order"])


def test_signatures_pass_and_a_known_key_vouches_for_the_next(files, settings):
    newer, older = (signing.public_key(secret) for secret in settings.PUBLICATION_KEYS)
    in_order = (0, ["chaoyang: 4 entries, 2 checkpoints, in order"])
    assert signatures(files) == in_order
    assert signatures(files, "--key", older) == in_order
    code, said = signatures(files, "--key", newer)
    assert (code, said[0]) == (1, "checkpoint 2: signed by a key that is not known")


def test_saved_answers_of_the_interface_are_read_too(files):
    entries = [json.loads(line) for line in (files / "log.jsonl").read_text().splitlines()]
    for number, part in enumerate((entries[:2], entries[2:])):
        (files / f"{number}.json").write_text(json.dumps({"entries": part}))
    command = [sys.executable, "-I", "verify.py", "0.json", "1.json"]
    assert subprocess.run(command, cwd=files, check=False, capture_output=True).returncode == 0


def changed(entries, change):
    match change:
        case "payload":
            entries[0]["payload"] = entries[0]["payload"].replace("演示", "演试")
        case "header":
            entries[2]["header"] = entries[2]["header"].replace("put", "tombstone")
        case "gone":
            del entries[1]
        case "swapped":
            entries[0], entries[1] = entries[1], entries[0]
        case "stripped":
            entries[2]["payload"] = None
        case "cut":
            del entries[3]
    return entries


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("payload", "entry 1: its payload is not what its hash says"),
        ("header", "entry 3: its header is not what its hash says"),
        ("gone", "entry 2: has the number 3"),
        ("swapped", "entry 1: has the number 2"),
        ("stripped", "entry 3: its payload is missing"),
        ("cut", "checkpoint 4: the log is another one than was signed"),
    ],
)
def test_a_tampered_log_is_told(files, change, said):
    path = files / "log.jsonl"
    entries = changed([json.loads(line) for line in path.read_text().splitlines()], change)
    path.write_text("\n".join(json.dumps(entry) for entry in entries))
    code, lines = signatures(files)
    assert code == 1
    assert said in lines


def test_a_tampered_signature_is_told(files):
    path = files / "checkpoints.json"
    document = json.loads(path.read_text())
    document["checkpoints"][0]["signature"] = document["checkpoints"][1]["signature"]
    path.write_text(json.dumps(document))
    assert signatures(files) == (
        1,
        ["checkpoint 2: its signature does not hold", "chaoyang: 4 entries, 2 checkpoints, 1 faults"],
    )


def test_a_kept_checkpoint_tells_of_a_log_written_anew(files):
    kept = json.loads((files / "checkpoints.json").read_text())["checkpoints"][0]["text"]
    (files / "kept.txt").write_text(kept)
    assert run(files, "--kept", "kept.txt")[0] == 0
    (files / "kept.txt").write_text(kept.replace("\n2\n", "\n1\n"))
    assert run(files, "--kept", "kept.txt")[0] == 1
