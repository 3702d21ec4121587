"""No package is older than the release that closed its last known hole: installed, and in both locks.

The table is data in the repository because a scanner that cannot reach its advisory service reports a clean bill.
"""

import csv
import re
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.version import Version

from config.home import PROJECT

TABLE = PROJECT / "docs" / "version-floors.csv"
# Floors for parts that may come with another package one day; everything else in the table must be installed.
ONLY_IF_PRESENT = {"gunicorn", "lxml", "urllib3"}
LOCKS = ("requirements.lock", "requirements-dev.lock")


def floors(text):
    return {row["package"]: Version(row["floor"]) for row in csv.DictReader(text.splitlines())}


def locked(text):
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): Version(pin) for name, pin in pins}


def installed(names):
    found = {}
    for name in names:
        try:
            found[name] = Version(version(name))
        except PackageNotFoundError:
            continue
    return found


def too_old(floor, found):
    return {name: str(found[name]) for name in floor.keys() & found.keys() if found[name] < floor[name]}


@pytest.fixture
def floor():
    return floors(TABLE.read_text())


def test_installed_packages_reach_the_floor(floor):
    found = installed(floor)
    assert floor.keys() - found.keys() <= ONLY_IF_PRESENT
    assert too_old(floor, found) == {}


@pytest.mark.parametrize("name", LOCKS)
def test_locked_packages_reach_the_floor(floor, name):
    found = locked((PROJECT / name).read_text())
    assert floor.keys() - found.keys() <= ONLY_IF_PRESENT
    assert too_old(floor, found) == {}


def test_every_floor_has_a_reason():
    rows = list(csv.DictReader(TABLE.read_text().splitlines()))
    assert [row["package"] for row in rows if not row["reason"].strip()] == []
    assert len({row["package"] for row in rows}) == len(rows)


@pytest.mark.parametrize("pin", ["5.2.0", "5.2.18", "5.2.19rc1", "4.2.30"])
def test_an_old_version_is_found(floor, pin):
    lock = (PROJECT / "requirements.lock").read_text()
    spoilt, count = re.subn(r"^django==\S+", f"django=={pin}", lock, flags=re.MULTILINE)
    assert count == 1
    assert too_old(floor, locked(spoilt)) == {"django": pin}


def test_a_lock_names_every_hash_and_no_index():
    for name in LOCKS:
        text = (PROJECT / name).read_text()
        assert text.count("==") > 0
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
        assert "index-url" not in text
        assert "://" not in text
