"""佐证与补正的文件: nobody waits while a file is looked at, and there is a most."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from association import locker
from association.actors import actor_of
from association.choices import Role
from association.models import AuditEntry, User
from association.tenancy import acting_for
from common.errors import InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import Stage
from credit_rating.models import Assessment, Evidence, Indicator
from credit_rating.operations import self_evidence, supplements
from tests.factories.people import actor_with, appoint, make_association, make_institution
from tests.factories.rating import assessment_of, begun_assessment, open_round, reviewing_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scope():
    with acting_for(make_association().pk):
        yield


def picture(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return SimpleUploadedFile(f"{colour}.png", out.getvalue())


class Sheet:
    """One institution, its administrator, and one indicator of its self-assessment."""

    def __init__(self):
        institution = make_institution()
        self.admin = actor_with(Role.INSTITUTION_ADMIN, institution)
        self.assessment = assessment_of(open_round(institutions=[institution]))
        begun_assessment(self.assessment, self.admin)
        self.item = self.assessment.opinions.get().items.get(indicator__code="A1.1")

    def add(self, upload):
        return operations.add_evidence(
            actor=self.admin,
            assessment_id=self.assessment.pk,
            indicator_id=self.item.indicator_id,
            upload=upload,
        )


class Request:
    """补正 asked of one indicator."""

    def __init__(self):
        self.assessment = Assessment.objects.get(round=reviewing_round())
        self.admin = actor_with(Role.INSTITUTION_ADMIN, self.assessment.institution)
        leaf = Indicator.objects.get(standard=self.assessment.round.standard, code="A1.1")
        self.indicator = leaf.pk
        operations.request_supplement(
            actor=actor_with(Role.SECRETARIAT), assessment_id=self.assessment.pk, items={leaf.pk: "补"}
        )

    def answer(self, uploads, actor=None, indicator=None):
        return operations.answer_supplement(
            actor=actor or self.admin,
            assessment_id=self.assessment.pk,
            answers={self.indicator: "见附件"},
            uploads={indicator or self.indicator: uploads},
        )


def during(monkeypatch, module, deed):
    """Something happens while the file is looked at."""
    store = module.store_file

    def slow(**given):
        deed()
        return store(**given)

    monkeypatch.setattr(module, "store_file", slow)


@pytest.mark.parametrize(("module", "made"), [(self_evidence, Sheet), (supplements, Request)])
def test_the_assessment_is_not_held_while_a_file_is_looked_at(monkeypatch, module, made):
    desk, held = made(), []
    with CaptureQueriesContext(connection) as queries:
        during(monkeypatch, module, lambda: held.extend(q["sql"] for q in queries.captured_queries))
        desk.add(picture()) if made is Sheet else desk.answer([picture()])
    assert held
    assert not [one for one in held if "FOR UPDATE" in one]


def test_a_sheet_given_up_while_the_file_is_looked_at_takes_no_file(monkeypatch):
    desk = Sheet()
    withdraw = {"actor": desk.admin, "assessment_id": desk.assessment.pk}
    during(monkeypatch, self_evidence, lambda: operations.withdraw(**withdraw))
    with pytest.raises(Refused):
        desk.add(picture())
    assert not Evidence.objects.exists()


def test_a_supplement_that_ended_while_the_file_is_looked_at_takes_no_file(monkeypatch):
    desk = Request()
    rows = Assessment.objects.filter(pk=desk.assessment.pk)
    during(monkeypatch, supplements, lambda: rows.update(stage=Stage.SUBMITTED))
    before = Evidence.objects.count()
    with pytest.raises(Refused):
        desk.answer([picture()])
    assert Evidence.objects.count() == before


def test_a_neighbour_who_sees_it_answers_no_supplement():
    desk = Request()
    stranger = actor_with(Role.INSTITUTION_ADMIN)
    user = User.objects.get(pk=stranger.user_id)
    appoint(user, Role.SECRETARIAT)
    with pytest.raises(NotFound):
        desk.answer([picture()], actor_of(user, stranger.association_id))


def test_a_file_for_what_was_not_asked_is_refused_unseen(monkeypatch):
    desk = Request()
    other = Indicator.objects.get(standard=desk.assessment.round.standard, code="A1.2")
    looked_at = []
    during(monkeypatch, supplements, lambda: looked_at.append(1))
    with pytest.raises(InvalidInput):
        desk.answer([picture()], indicator=other.pk)
    assert not looked_at


def test_a_row_and_an_assessment_hold_only_so_much_evidence(monkeypatch):
    desk = Sheet()
    first = desk.add(picture()).attachment
    monkeypatch.setattr(self_evidence, "MOST_FILES", 1)
    assert desk.add(picture()).attachment == first
    with pytest.raises(Refused, match="每项指标"):
        desk.add(picture("blue"))
    monkeypatch.setattr(self_evidence, "MOST_FILES", 20)
    monkeypatch.setattr(self_evidence, "MOST_BYTES", first.size)
    with pytest.raises(Refused, match="合计"):
        desk.add(picture("blue"))
    assert desk.add(picture()).attachment == first
    monkeypatch.setattr(self_evidence, "MOST_BYTES", first.size + 10_000)
    assert desk.add(picture("blue"))


def test_a_supplement_has_the_same_limits(monkeypatch):
    desk = Request()
    monkeypatch.setattr(self_evidence, "MOST_FILES", 2)
    with pytest.raises(Refused, match="每项指标"):
        desk.answer([picture("blue"), picture("green")])
    monkeypatch.setattr(self_evidence, "MOST_FILES", 3)
    most = self_evidence.MOST_BYTES
    monkeypatch.setattr(self_evidence, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="合计"):
        desk.answer([picture("blue"), picture("green")])
    monkeypatch.setattr(self_evidence, "MOST_BYTES", most)
    assert desk.answer([picture("blue"), picture("green")]).answered_at


def test_the_same_bytes_sent_twice_at_once_are_kept_once(monkeypatch):
    admin = actor_with(Role.INSTITUTION_ADMIN)
    (institution,) = admin.institution_ids
    ask = {"actor": admin, "institution_id": institution}
    look, first = locker.inspect_upload, []

    def slow(data, name):
        monkeypatch.setattr(locker, "inspect_upload", look)
        first.append(locker.store_file(**ask, upload=picture()))
        return look(data, name)

    monkeypatch.setattr(locker, "inspect_upload", slow)
    assert locker.store_file(**ask, upload=picture()) == first[0]
    assert AuditEntry.objects.filter(action="store_file").count() == 1
