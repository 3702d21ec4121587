"""两个人同时办: of two requests that write the same one wins, the other gets 409 with a sentence. Real commits."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from threading import Lock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models.signals import post_save
from django.test import Client

from association.choices import Role
from association.models import Appointment, User
from association.tenancy import acting_for
from credit_rating.documents import export_standard, export_standard_header
from credit_rating.models import AssessmentStandard
from members.models import Institution
from tests.credit_rating.desk import desk
from tests.factories.people import valid_uscc
from tests.factories.rating import draft_standard

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def first_writer_waits(model):
    """Whoever has written such a row first keeps its transaction open until the other waits for it."""
    first = Lock()

    def wait(**_kwargs):
        if not first.acquire(blocking=False):
            return
        patience = time.monotonic() + 20
        while not somebody_waits() and time.monotonic() < patience:
            time.sleep(0.02)

    post_save.connect(wait, sender=model)
    try:
        yield
    finally:
        post_save.disconnect(wait, sender=model)


def somebody_waits():
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def both(here, model, *forms):
    """Two posts of one person's two windows, let go together: the answers, the one that won first."""

    def send(form):
        client = Client()
        client.cookies = here.client.cookies
        address, values = form
        files = {name: deepcopy(value) for name, value in values.items()}
        try:
            return client.post(here.address(address), files)
        finally:
            connections.close_all()

    with first_writer_waits(model), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, forms))
    return sorted(answers, key=lambda answer: answer.status_code)


@pytest.fixture
def here():
    return desk()


def told(answers):
    """The sentence of the second."""
    assert [answer.status_code for answer in answers] == [302, 409]
    return answers[1].content.decode()


REGISTRATION = {"name": "演示登记学校", "uscc": valid_uscc(91001), "field": "skills", "short_name": "", "region_code": "", "address": "", "source": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ({}, "该统一社会信用代码已登记：演示登记学校。"),
        ({"uscc": "", "source": "演示来源"}, "已有同名"),
    ],
)
def test_the_same_institution_is_registered_twice_at_once(here, second, sentence):
    address = "members/institution/do/register/"
    answers = both(here, Institution, (address, REGISTRATION), (address, REGISTRATION | second))
    page = told(answers)
    assert sentence in page
    assert 'value="演示登记学校"' in page
    with acting_for(here.association.pk):
        assert Institution.objects.count() == 1


def test_the_same_person_is_appointed_twice_at_once(here):
    values = {"email": "a@example.org", "name": "演示甲", "role": Role.ASSESSOR, "from_on": date(2026, 1, 1), "until_on": "", "employer": ""}  # fmt: skip
    address = "association/appointment/do/appoint/"
    other = values | {"role": Role.MEDIATOR}
    answers = both(here, User, (address, values), (address, other))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert User.objects.filter(email="a@example.org").count() == 1
    with acting_for(here.association.pk):
        roles = Appointment.objects.filter(user__email="a@example.org").values_list("role", flat=True)
        assert set(roles) == {Role.ASSESSOR, Role.MEDIATOR}


def test_the_same_shipped_standard_is_loaded_twice_at_once(here):
    form = ("credit_rating/assessmentstandard/do/load/", {"name": "beijing_draft"})
    assert "已有代号为" in told(both(here, AssessmentStandard, form, form))
    with acting_for(here.association.pk):
        assert AssessmentStandard.objects.count() == 1


def test_the_same_standard_is_imported_twice_at_once(here):
    with acting_for(here.association.pk):
        row = draft_standard()
        sheets = [
            SimpleUploadedFile("指标.xlsx", export_standard(row, "xlsx")),
            SimpleUploadedFile("信息.xlsx", export_standard_header(row, "xlsx")),
        ]
    form = (
        "credit_rating/assessmentstandard/do/import/",
        {"file": sheets[0], "header_file": sheets[1], "version": "2"},
    )
    assert "版本为“2”的规范" in told(both(here, AssessmentStandard, form, form))


def test_what_no_turn_was_taken_for_is_refused_all_the_same(here, monkeypatch, caplog):
    """The net under every check before an insert: the database's refusal is a sentence too, and leaves a line."""
    monkeypatch.setattr("members.operations.institutions.take_turn", lambda _subject: None)
    form = ("members/institution/do/register/", REGISTRATION)
    page = told(both(here, Institution, form, form))
    assert "别人正在办理同一件事，请稍后再试" in page
    assert "written twice" in caplog.messages
