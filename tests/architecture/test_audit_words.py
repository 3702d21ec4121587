"""办理记录 in words: every verb that is recorded has its label, and every kind of thing its name, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import translation

from association.audit_words import VERBS, kind_in_words, verb_in_words
from association.staff_desk import DeskAdmin
from config.home import PROJECT
from members.choices.membership import EventKind

APPS = ("association", "complaints", "config", "credit_rating", "disclosure", "members", "prepaid_escrow")
# Function → how the verb is made of what stands where the verb is named.
RECORDING = {"record": "{}", "record_each": "{}", "record_read": "read_{}"}


def trees() -> Iterator[ast.Module]:
    for app in APPS:
        for path in (PROJECT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text())


def shape_of(verb: ast.expr, names: dict[str, int]) -> tuple[str, str] | None:
    """The parameter that a verb is taken from, and what is made of it; nothing where it is no parameter."""
    if isinstance(verb, ast.Name) and verb.id in names:
        return verb.id, "{}"
    if isinstance(verb, ast.JoinedStr):
        held = [part.value for part in verb.values if isinstance(part, ast.FormattedValue)]
        words = [part.value if isinstance(part, ast.Constant) else "{}" for part in verb.values]
        if len(held) == 1 and isinstance(held[0], ast.Name) and held[0].id in names:
            return held[0].id, "".join(map(str, words))
    return None


def helpers(module: ast.Module) -> Iterator[tuple[str, str, int, str]]:
    """Functions that record a verb that they are given: name, parameter, its place, and the shape of the verb."""
    for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
        arguments = [*function.args.args, *function.args.kwonlyargs]
        names = {one.arg: place for place, one in enumerate(arguments)}
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            form = RECORDING.get(getattr(call.func, "id", ""))
            if form and len(call.args) > 1 and (found := shape_of(call.args[1], names)):
                name, shape = found
                yield function.name, name, names[name], form.format(shape)


def verbs_of(module: ast.Module, given: dict[str, tuple[str, int, str]]) -> Iterator[str]:
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        parameter, place, shape = given.get(name, ("", -1, ""))
        if not shape:
            continue
        named = [word.value for word in call.keywords if word.arg == parameter]
        said = named or call.args[place : place + 1]
        if said and isinstance(said[0], ast.Constant) and isinstance(said[0].value, str):
            yield shape.format(said[0].value)


def recorded() -> set[str]:
    """Every verb that stands in the code, and those that are put together while it runs."""
    found = {f"read_{desk.opts.model_name}" for desk in desks() if desk.shows_people}
    found |= {f"{event.value}_member" for event in (EventKind.SUSPENDED, EventKind.RESTORED)}
    for module in trees():
        own = {name: (parameter, place, shape) for name, parameter, place, shape in helpers(module)}
        own |= {name: ("action", 1, form) for name, form in RECORDING.items()}
        found |= set(verbs_of(module, own))
    exported = {name: (word, place, form) for tree in trees() for name, word, place, form in helpers(tree)}
    shared = {name: exported[name] for name in ("note_export",)}
    return found | {verb for module in trees() for verb in verbs_of(module, shared)}


def desks() -> list[DeskAdmin]:
    return [desk for desk in admin.site._registry.values() if isinstance(desk, DeskAdmin)]


def test_every_verb_has_its_words_and_every_word_its_verb() -> None:
    verbs = recorded()
    assert len(verbs) > 180
    assert sorted(verbs - VERBS.keys()) == []
    assert sorted(VERBS.keys() - verbs) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_words_are_words_in_both_languages(language: str) -> None:
    with translation.override(language):
        said = {verb: verb_in_words(verb) for verb in VERBS}
    assert [verb for verb, words in said.items() if not words or words == verb or "_" in words] == []
    if language == "en":
        assert [words for words in said.values() if any("一" <= sign <= "鿿" for sign in words)] == []
        assert [words for words in said.values() if not words[0].isupper()] == []


def test_kinds_of_things_have_names() -> None:
    with translation.override("en"):
        for model in apps.get_models():
            if model.__module__.split(".")[0] in APPS:
                assert kind_in_words(model._meta.label_lower) != model._meta.label_lower
        assert kind_in_words("") == "—"
        assert kind_in_words("gone.model") == "gone.model"
        assert kind_in_words("x") == "x"


def test_english_words_are_all_there() -> None:
    catalogue = polib.pofile(str(PROJECT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    known = {entry.msgid for entry in catalogue if entry.msgstr}
    source = Path(PROJECT / "association" / "audit_words.py").read_text()
    words = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    chinese = {str(word) for word in words if isinstance(word, str) and any("一" <= s <= "鿿" for s in word)}
    assert {word for word in chinese if "\n" not in word} - known - {""} <= set()
