"""The closed drawer: its modules are listed here; a new one is a decision, not an accident."""

import ast
from pathlib import Path

import pytest

COMMON = Path(__file__).resolve().parents[2] / "common"
SERVING = {
    "__init__", "books", "confine", "csvtext", "dates", "errors", "filecheck", "frames", "headings", "jobs",
    "keeper", "numbers", "nursery", "pdf", "qr",
    "said", "sandbox", "sealing", "searchkeys", "signing", "sniff", "sounds", "spreadsheet", "tables", "text", "transitions", "uscc",
}  # fmt: skip
INSIDE = {
    "__init__",
    "archives",
    "cells",
    "files",
    "images",
    "marks",
    "pdfs",
    "probe",
    "rendering",
    "sheets",
    "traces",
}
APPS = {
    "association",
    "config",
    "credit_rating",
    "disclosure",
    "members",
    "django",
    "rest_framework",
    "celery",
}
PARSERS = {"PIL", "pikepdf", "weasyprint", "defusedxml"}
FILES = sorted(COMMON.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_drawer_holds_what_is_listed():
    assert {path.stem for path in COMMON.glob("*.py")} == SERVING
    assert {path.stem for path in (COMMON / "inside").glob("*.py")} == INSIDE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_module_is_short_and_knows_no_app(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120
    assert not {name.partition(".")[0] for name in imported(path)} & APPS


@pytest.mark.parametrize("path", sorted(COMMON.glob("*.py")), ids=lambda path: path.stem)
def test_serving_processes_do_not_open_strangers_files(path):
    names = set(imported(path))
    assert not {name.partition(".")[0] for name in names} & PARSERS
    assert not {name for name in names if name.startswith("common.inside")}
