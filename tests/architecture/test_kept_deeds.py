"""每个按钮: a form of the staff desk that is not taken keeps what was typed into every one of its fields."""

from html import escape

import pytest
from django import forms
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from association.choices import Role
from association.tenancy import acting_for
from tests.architecture.test_urls import argument, client_for, make_world
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
TYPED = "演示填写的内容"


@pytest.fixture
def world(public_sees_default):
    association = make_association("first")
    with acting_for(association.pk):
        return make_world(association)


def typed_into(form):
    """Too long where there is a limit, no number and no day where one is wanted; nobody types into a hidden field."""
    found = {}
    for name, field in form.fields.items():
        if (
            field.widget.is_hidden
            or isinstance(field, forms.FileField | forms.ChoiceField | forms.BooleanField)
            or hasattr(field, "queryset")
        ):
            continue
        found[name] = TYPED + "长" * (getattr(field, "max_length", None) or 0)
    return found


def buttons(world):
    for model, desk in admin.site._registry.items():
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page, deeds in (("do_list", desk.list_deeds), ("do", desk.deeds)):
            for deed in deeds:
                if not deed.reads:
                    place = {"deed": deed.name}
                    if page == "do":
                        place["object_id"] = argument(world, model._meta.label)
                    yield (
                        f"{label}#{deed.name}",
                        reverse(f"{label}_{page}", urlconf="config.urls_association", kwargs=place),
                    )


def test_every_button_keeps_what_was_typed(world):
    client = client_for(world.people[Role.SECRETARIAT])
    walked, lost = set(), {}
    for name, path in buttons(world):
        place = f"/{world.association.slug}{path}"
        page = client.get(place)
        if page.status_code == 404 or not (typed := typed_into(page.context["form"])):
            continue
        with transaction.atomic():
            answer = client.post(place, typed)
            transaction.set_rollback(True)
        walked.add(name)
        body = answer.content.decode()
        missing = [field for field, value in typed.items() if escape(value) not in body]
        if answer.status_code not in {400, 409} or missing:
            lost[name] = (answer.status_code, missing)
    done = {name for name, (status, _missing) in lost.items() if status == 302}
    assert {name: why for name, why in lost.items() if name not in done} == {}
    assert done <= DONE
    assert len(walked) > 15


# Free words only, and the world is in a state that allows it.
DONE = {"admin:credit_rating_assessmentstandard#retire"}
