"""Brings the English catalogue up to date with the sources: ``python -m tests.architecture.catalogue``.

Every string people read stands in the sources in Chinese; English is a translation, and it is complete.
The programs of gettext collect the strings (Debian package ``gettext``); nothing else here needs them.
Pure rules know nothing of gettext: what they say as it stands is read from their source and listed too.
New strings are added empty and listed, those that went out of use leave, the rest stay as they are.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from config.home import PROJECT

FOLDERS = (
    "association",
    "common",
    "config",
    "credit_rating",
    "disclosure",
    "complaints",
    "prepaid_escrow",
    "members",
    "templates",
)
CATALOGUE = PROJECT / "locale" / "en" / "LC_MESSAGES" / "django.po"
# Besides English: the words of the staff desk's theme, whose own source is English, in Chinese.
CATALOGUES = sorted(PROJECT.glob("locale/*/LC_MESSAGES/django.po"))
# 纯规则: whole sentences anywhere in these; in the modules named below, words too: labels of fields and of bars,
# and the descriptions of the open interface, whose document is made in Chinese.
PURE = (
    "common/**/*.py",
    "*/rules/**/*.py",
    "*/api/views.py",
    "disclosure/api/log.py",
    "disclosure/api/pledge.py",
    "association/open_interface.py",
)
WORDS = {
    "common/inside/pdfs.py",
    "association/rules/conflict.py",
    "credit_rating/rules/entries.py",
    "credit_rating/rules/limits.py",
    "credit_rating/rules/parameters.py",
    "credit_rating/rules/waterfall.py",
    "disclosure/api/log.py",
    "disclosure/api/pledge.py",
    "disclosure/api/views.py",
    "association/open_interface.py",
    "complaints/api/views.py",
    "prepaid_escrow/api/views.py",
    "members/rules/book.py",
    "members/rules/dues_account.py",
    "members/rules/dues_bank.py",
    "prepaid_escrow/rules/interest.py",
    "prepaid_escrow/rules/pricing.py",
    "prepaid_escrow/rules/readings.py",
    "prepaid_escrow/rules/refunds.py",
}
HEADER = {
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
# Printf placeholders and tags: a translation has the same ones, each as often.
MARKS = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|</?\w+[^>]*>|\{\{.*?\}\}")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# A language is listed under its own name; demo institutions are told by their names; the separator to be typed.
STAYS_CHINESE = ("简体中文", "演示", "“、”")


def source_strings():
    """What the sources say today, without translations."""
    with tempfile.TemporaryDirectory(prefix="portal-catalogue-") as folder:
        for name in FOLDERS:
            shutil.copytree(PROJECT / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
        Path(folder, "locale").mkdir()
        collect = [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-location", "--no-wrap"]
        alone = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run([*collect, "-v0"], cwd=folder, env=alone, check=True)
        found = polib.pofile(str(Path(folder, "locale", "en", "LC_MESSAGES", "django.po")), wrapwidth=0)
    known = {entry.msgid for entry in found}
    found.extend(polib.POEntry(msgid=text) for text in sorted(set(said_by_rules()) - known))
    return found


def said_by_rules():
    for pattern in PURE:
        for path in sorted(PROJECT.glob(pattern)):
            words = path.relative_to(PROJECT).as_posix() in WORDS
            yield from (text for text in texts_of(path) if words or text[1:].endswith("。"))
            yield from patterns_of(path)


def texts_of(path):
    """Chinese constants that stand by themselves: not the parts of an f-string, not docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    parts |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    plain = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in parts]
    return [text for text in plain if isinstance(text, str) and CHINESE.search(text)]


def patterns_of(path):
    """What a ``Said`` is put together by, a sentence or a word."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    said = (node.args[0] for node in calls if getattr(node.func, "id", "") == "Said" and node.args)
    return [first.value for first in said if isinstance(first, ast.Constant)]


def key(entry):
    return entry.msgctxt, entry.msgid


def problems(catalogue, sources):
    """Each in one line; none in a catalogue that is complete."""
    have, want = {key(entry): entry for entry in catalogue}, {key(entry) for entry in sources}
    yield from (f"missing: {msgid!r}" for _, msgid in want - have.keys())
    yield from (f"out of use: {msgid!r}" for _, msgid in have.keys() - want)
    for entry in catalogue:
        yield from (f"{what}: {entry.msgid!r}" for what in faults(entry))


def faults(entry):
    texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
    if not all(texts):
        yield "untranslated"
        return
    if entry.fuzzy:
        yield "fuzzy"
    if any(sorted(MARKS.findall(text)) != sorted(MARKS.findall(entry.msgid)) for text in texts):
        yield "placeholders differ"
    if any(CHINESE.search(without_names(text)) for text in texts):
        yield "Chinese in the English"


def without_names(text):
    for name in STAYS_CHINESE:
        text = text.replace(name, "")
    return text


def refreshed(catalogue, sources):
    """Sorted by source, so that a change of one string is a change of one place in the file."""
    have = {key(entry): entry for entry in catalogue}
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = HEADER
    fresh.extend(sorted(sources, key=lambda entry: (entry.msgid, entry.msgctxt or "")))
    for entry in fresh:
        if known := have.get(key(entry)):
            entry.msgstr, entry.msgstr_plural = known.msgstr, known.msgstr_plural
    return fresh


def main():
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=0)
    fresh = refreshed(catalogue, source_strings())
    fresh.save(str(CATALOGUE))
    for path in CATALOGUES:
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    found = [line for entry in fresh for line in (f"{what}: {entry.msgid!r}" for what in faults(entry))]
    sys.stdout.write("".join(f"{line}\n" for line in found) or "complete\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
