"""预告: nothing is changed by a button that did not say beforehand what it will do and who is told."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin

from association.deeds import Deed, Done
from association.staff_desk import DeskAdmin
from complaints.forms.case import FORMS
from complaints.forms.foretold import FORETOLD
from complaints.forms.hearings import FORMS as HEARINGS
from members.forms.desk import StepForm

TEMPLATES = Path("templates")
SENTENCE = 'class="foretells"'
POSTED = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
# Of one's own account, or of the public without one: their pages have words of their own.
NO_DESK = ("account/", "mfa/", "usersessions/", "allauth/", "unfold/", "complaints/leads/")
OF_THE_PUBLIC = {
    "complaints/new.html",
    "complaints/preview.html",
    "complaints/filed.html",
    "complaints/track.html",
    "complaints/tracked.html",
    "complaints/too_often.html",
}
# Many forms of one kind on a page: the page says it once, over them all.
SAID_ONCE = {
    "credit_rating/_self_row.html": "credit_rating/self_assessment.html",
    "credit_rating/_evidence.html": "credit_rating/self_assessment.html",
    "credit_rating/_review_row.html": "credit_rating/review_sheet.html",
}
# They show or hand out something and change nothing.
ONLY_READ = {"find_person", "file_address"}


def deeds() -> Iterator[Deed]:
    for desk in admin.site._registry.values():
        if isinstance(desk, DeskAdmin):
            yield from (*desk.list_deeds, *desk.deeds)


def forms_of(template: Path) -> list[str]:
    return POSTED.findall(template.read_text())


def desk_templates() -> list[str]:
    names = (str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
    return sorted(
        name
        for name in names
        if not name.startswith(NO_DESK) and name not in OF_THE_PUBLIC and forms_of(TEMPLATES / name)
    )


def test_every_button_of_the_staff_desk_says_what_it_will_do() -> None:
    found = list(deeds())
    assert len(found) > 60
    assert [deed.name for deed in found if deed.foretells is None and not deed.reads] == []


def test_a_button_that_says_nothing_does_not_come_into_being() -> None:
    with pytest.raises(TypeError, match="does not say"):
        Deed("silent", "静默", lambda _actor: True, lambda *_given: Done("已办"))
    Deed("copy", "下载", lambda _actor: True, lambda *_given: Done("已办"), reads=True)


def empty_sentences(source: str) -> list[int]:
    """Lines on which something is foretold without a sentence."""
    called = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        node.lineno
        for node in called
        if (
            getattr(node.func, "id", "") in {"Foretold", "foretelling"}
            and not (node.args or any(word.arg == "does" for word in node.keywords))
        )
        or (
            getattr(node.func, "id", "") in {"Foretold", "foretelling"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and not node.args[0].value
        )
    ]


def test_what_is_foretold_is_never_empty() -> None:
    assert empty_sentences('Foretold("", [])') == [1]
    modules = {inspect.getmodule(type(desk)) for desk in admin.site._registry.values()}
    roots = {Path(inspect.getfile(module)).parent for module in modules if module is not None}
    ours = [path for root in roots if root.is_relative_to(Path.cwd()) for path in root.rglob("*.py")]
    wrong = {str(path): lines for path in ours if (lines := empty_sentences(path.read_text()))}
    assert wrong == {}


@pytest.mark.parametrize("name", desk_templates())
def test_every_form_of_a_desk_says_what_it_will_do(name: str) -> None:
    if name in {"admin/deed.html", "admin/bulk.html"}:
        text = (TEMPLATES / name).read_text()
        assert "foretold.does" in text or "bulk.does" in text
        return
    said = SAID_ONCE.get(name)
    silent = [
        form[:120]
        for form in forms_of(TEMPLATES / name)
        if SENTENCE not in form and not any(read in form[:200] for read in ONLY_READ)
    ]
    if said is not None:
        assert SENTENCE in (TEMPLATES / said).read_text()
    else:
        assert silent == []


def test_every_deed_of_a_case_has_its_sentence() -> None:
    assert set(FORETOLD) == set(FORMS) | set(HEARINGS)


def test_every_deed_of_a_membership_has_its_sentence() -> None:
    every = StepForm.__subclasses__()
    assert len(every) > 8
    assert [form.name for form in every if not form.foretells] == []
