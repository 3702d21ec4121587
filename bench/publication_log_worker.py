"""A log of many entries, written as deeds write it; then its verification in turns with hashing the same bytes."""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from association.models import Association  # noqa: E402 - after the settings
from association.tenancy import acting_for  # noqa: E402
from config.home import PROJECT  # noqa: E402
from disclosure.models import LogAction  # noqa: E402
from disclosure.operations.log import NewEntry, append  # noqa: E402
from disclosure.queries.export import every_entry  # noqa: E402
from disclosure.queries.verification import faults_of_chain  # noqa: E402
from disclosure.rules import chain  # noqa: E402
from tests.factories.people import make_association  # noqa: E402

ROUNDS = 5
SCRIPT = PROJECT / "static" / "publication-log" / "verify.py"


def prepare(many: int) -> None:
    association = make_association("bench")
    for start in range(0, many, 10_000):
        with acting_for(association.pk):
            append([_entry(number) for number in range(start, start + 10_000)])


def _entry(number: int) -> NewEntry:
    content = {
        "institution": {"id": number, "name": f"演示培训学校{number}", "uscc": "91110105MA00000000"},
        "year": 2026,
        "standard": "培训机构诚信等级评估规范（演示）",
        "official": False,
        "grade": "ABCD"[number % 4],
        "profile_sha256": "0" * 64,
        "published_at": "2026-11-22T00:00:00+00:00",
        "valid_until": "2027-11-22",
    }
    return NewEntry(
        "grade", number, "institution", number, LogAction.PUT, None, chain.payload(content, "valid")
    )


def measure() -> dict[str, list[float]]:
    association = Association.objects.get(slug="bench")
    found: dict[str, list[float]] = {"floors": [], "chain": [], "script": []}
    with tempfile.TemporaryDirectory() as folder, acting_for(association.pk):
        entries = list(every_entry(association.pk))
        log = Path(folder) / "log.jsonl"
        log.write_text("".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries))
        texts = [text for one in entries for text in (one["header"], f"{one['salt']}\n{one['payload']}")]
        for _round in range(ROUNDS):
            found["floors"].append(
                _seconds(lambda: [hashlib.sha256(text.encode()).hexdigest() for text in texts])
            )
            found["chain"].append(_seconds(_verified))
            found["script"].append(_seconds(lambda: _script(log)))
    return found


def _verified() -> None:
    if faults_of_chain():
        raise SystemExit("the log of the benchmark is not in order")


def _script(log: Path) -> None:
    subprocess.run([sys.executable, "-I", SCRIPT, log], check=True, capture_output=True)


def _seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        print(json.dumps(measure()))
