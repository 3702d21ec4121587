"""自评: row by row, by several people at once, with evidence, last year's answers and one submit."""

import io
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from PIL import Image

from association import clock
from association.actors import actor_of, system
from association.choices import Role
from association.locker import read_file
from association.models import Attachment, AuditEntry, Notice
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import DomainError, Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.choices import ItemState, Stage
from credit_rating.models import Assessment, Evidence, Indicator, Opinion, OpinionItem
from credit_rating.operations import NotReady, StaleRow
from credit_rating.operations.moves import move_assessment
from credit_rating.rules.indicator_map import MapKind, MapRow
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    beijing_standard,
    close_windows,
    fill,
    frozen_standard,
    frozen_successor,
    give_evidence,
    open_round,
    small_spec,
    submitted_assessment,
    windows,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def desk(here):
    return begun()


class Desk:
    """One institution at its self-assessment."""

    def __init__(self, assessment, admin):
        self.assessment, self.admin = assessment, admin
        self.ids = dict(
            Indicator.objects.values_list("code", "id").filter(standard=assessment.round.standard)
        )

    def save(self, code, raw, version=0, actor=None, **more):
        return operations.save_row(
            actor=actor or self.admin,
            assessment_id=self.assessment.pk,
            indicator_id=self.ids[code],
            version=version,
            raw=raw,
            **more,
        )

    def row(self, code):
        return OpinionItem.objects.filter(opinion__assessment=self.assessment).get(indicator__code=code)

    def add(self, code, upload, **more):
        return operations.add_evidence(
            actor=self.admin,
            assessment_id=self.assessment.pk,
            indicator_id=self.ids[code],
            upload=upload,
            **more,
        )

    def submit(self, actor=None):
        return operations.submit_self_assessment(actor=actor or self.admin, assessment_id=self.assessment.pk)


def invited():
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    return Desk(assessment_of(open_round(institutions=[institution])), admin)


def begun():
    desk = invited()
    begun_assessment(desk.assessment, desk.admin)
    return desk


def full():
    desk = invited()
    fill(desk.assessment, desk.admin)
    return desk


def colleague(desk, role=Role.INSTITUTION_STAFF):
    return actor_with(role, desk.assessment.institution)


def pass_days(here, days):
    move_practice_clock(actor=system(here.pk), days=days)


# ---------------------------------------------------------------- beginning


def test_beginning_makes_every_row_once(here):
    desk = invited()
    first = operations.open_self_assessment(actor=desk.admin, assessment_id=desk.assessment.pk)
    second = operations.open_self_assessment(actor=colleague(desk), assessment_id=desk.assessment.pk)
    assert first == second
    assert OpinionItem.objects.filter(opinion=first, state=ItemState.OPEN, version=0).count() == 7
    assert assessment_of(desk.assessment.round).stage == Stage.SELF_ASSESSING
    assert AuditEntry.objects.filter(action="open_self_assessment").count() == 1


def test_beginning_waits_for_the_window(here):
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    stages = windows(opens_at=clock.now() + timedelta(days=2))
    assessment = assessment_of(open_round(institutions=[institution], stages=stages))
    with pytest.raises(Refused, match="开始"):
        operations.open_self_assessment(actor=admin, assessment_id=assessment.pk)
    pass_days(here, 2)
    assert operations.open_self_assessment(actor=admin, assessment_id=assessment.pk)


@pytest.mark.parametrize("stage", [Stage.NOT_FILED, Stage.WITHDRAWN])
def test_what_has_ended_is_not_begun_again(here, stage):
    desk = invited()
    move_assessment(desk.assessment, stage)
    with pytest.raises(Refused):
        operations.open_self_assessment(actor=desk.admin, assessment_id=desk.assessment.pk)


# ---------------------------------------------------------------- one row


@pytest.mark.parametrize(
    ("code", "raw", "entry", "points"),
    [
        ("A1.1", {"passed": "是"}, {"passed": "yes"}, 10),
        ("A1.1", {"passed": "no"}, {"passed": "no"}, 0),
        ("A1.2", {"count": "２"}, {"count": "2"}, 6),
        ("A1.2", {"count": "9"}, {"count": "9"}, 0),
        ("A1.3", {"tier": "良"}, {"tier": "良"}, 10),
        ("A2.1", {"value": "９０％"}, {"value": "90"}, D("11.25")),
        ("A2.2", {"sampled": "20", "passed": "19"}, {"sampled": "20", "passed": "19"}, D("9.5")),
        ("B1.1", {"mean": "4.2", "responses": ""}, {"mean": "4.2", "responses": ""}, 16),
        ("B1.2", {"points": "１７．５"}, {"points": "17.5"}, D("17.5")),
    ],
)
def test_a_row_is_kept_with_its_points(desk, code, raw, entry, points):
    item = desk.save(code, raw, comment=" 说明\r\n第二行 ")
    stored = desk.row(code)
    assert (item.version, stored.version) == (1, 1)
    assert (stored.state, stored.entry, stored.points) == (ItemState.SCORED, entry, points)
    assert (stored.comment, stored.edited_by_id) == ("说明\n第二行", desk.admin.user_id)


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("B1.2", {"points": "NaN"}),
        ("B1.2", {"points": "Infinity"}),
        ("B1.2", {"points": "-1"}),
        ("B1.2", {"points": "20.01"}),
        ("B1.2", {"points": "1e1"}),
        ("B1.2", {"points": "1.234"}),
        ("B1.2", {"points": "' OR 1=1"}),
        ("A1.1", {"passed": "maybe"}),
        ("A1.2", {"count": "1.5"}),
        ("A1.3", {"tier": "特优"}),
        ("A2.2", {"sampled": "20", "passed": "21"}),
        ("A2.2", {"sampled": "0", "passed": "0"}),
        ("B1.1", {"mean": "6", "responses": "10"}),
    ],
)
def test_a_refused_entry_leaves_the_row_as_it_was(desk, code, raw):
    good = {"B1.2": {"points": "5"}, "A1.1": {"passed": "yes"}}.get(code)
    if good:
        desk.save(code, good)
    before = OpinionItem.objects.values().get(pk=desk.row(code).pk)
    with pytest.raises(InvalidInput):
        desk.save(code, raw, version=before["version"])
    assert OpinionItem.objects.values().get(pk=before["id"]) == before


def test_not_applicable_needs_a_reason_and_the_standards_leave(desk):
    item = desk.save("B1.1", {"mean": "4"}, na_reason=" 未开展　问卷 ")
    assert (item.state, item.points, item.entry) == (ItemState.NA, None, {})
    assert desk.row("B1.1").na_reason == "未开展 问卷"
    with pytest.raises(InvalidInput) as refused:
        desk.save("A1.1", {}, na_reason="不适用")
    assert set(refused.value.fields) == {"na_reason"}
    for name in ("na_reason", "comment"):
        with pytest.raises(InvalidInput) as refused:
            desk.save("B1.1", {}, version=1, **{name: "长" * 2001})
        assert set(refused.value.fields) == {name}


def test_an_emptied_row_is_open_again(desk):
    desk.save("B1.2", {"points": "5"})
    desk.save("B1.2", {"points": " "}, version=1, comment="还在核对")
    row = desk.row("B1.2")
    assert (row.state, row.points, row.entry, row.version) == (ItemState.OPEN, None, {}, 2)
    assert row.comment == "还在核对"


def test_the_same_save_sent_twice_is_one(desk):
    desk.save("B1.2", {"points": "5"})
    assert desk.save("B1.2", {"points": "５.0"}).version == 1
    assert desk.row("B1.2").version == 1
    assert AuditEntry.objects.filter(action="save_row").count() == 1


def test_a_stale_row_is_refused_with_both_values(desk):
    other = colleague(desk)
    desk.save("B1.2", {"points": "5"}, comment="甲", actor=other)
    with pytest.raises(StaleRow) as stale:
        desk.save("B1.2", {"points": "6"}, comment="乙")
    mine, theirs = stale.value.mine, stale.value.theirs
    assert (mine.entry, mine.points, mine.comment) == ({"points": "6"}, 6, "乙")
    assert (theirs.entry, theirs.points, theirs.comment) == ({"points": "5"}, 5, "甲")
    assert (theirs.version, theirs.edited_by_id) == (1, other.user_id)
    assert (desk.row("B1.2").points, stale.value.status) == (5, 409)
    assert desk.save("B1.2", {"points": "6"}, version=theirs.version).points == 6


def test_two_people_in_different_rows_do_not_meet(desk):
    desk.save("A1.1", {"passed": "yes"})
    desk.save("A1.2", {"count": "1"}, actor=colleague(desk))
    assert (desk.row("A1.1").version, desk.row("A1.2").version) == (1, 1)


def test_a_row_is_saved_in_six_queries_with_its_audit(desk, django_assert_num_queries):
    with acting_for(desk.assessment.association_id), django_assert_num_queries(6):
        desk.save("B1.2", {"points": "5"}, comment="说明")
    entry = AuditEntry.objects.get(action="save_row")
    assert (entry.user_id, entry.object_id) == (desk.admin.user_id, desk.row("B1.2").pk)
    assert entry.detail == {
        "indicator": desk.ids["B1.2"],
        "version": 1,
        "state": "scored",
        "points": "5",
    }


# ---------------------------------------------------------------- who, whose, when


def everything(desk, who):
    one = desk.assessment.pk
    return {
        "open": lambda: operations.open_self_assessment(actor=who, assessment_id=one),
        "save": lambda: desk.save("B1.2", {"points": "5"}, actor=who),
        "confirm": lambda: operations.confirm_carried(actor=who, assessment_id=one),
        "remove": lambda: operations.remove_evidence(actor=who, assessment_id=one, evidence_id=1),
        "add": lambda: operations.add_evidence(
            actor=who, assessment_id=one, indicator_id=desk.ids["A1.1"], upload=None
        ),
        "submit": lambda: desk.submit(who),
        "withdraw": lambda: operations.withdraw(actor=who, assessment_id=one),
    }


DEEDS = ["open", "save", "confirm", "remove", "add", "submit", "withdraw"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_neighbour_institution_finds_nothing(desk, deed):
    neighbour = actor_with(Role.INSTITUTION_ADMIN)
    with pytest.raises(NotFound):
        everything(desk, neighbour)[deed]()


@pytest.mark.parametrize("deed", DEEDS)
def test_a_neighbour_association_finds_nothing(desk, deed):
    with acting_for(make_association().pk):
        stranger = actor_with(Role.INSTITUTION_ADMIN)
        with pytest.raises(NotFound):
            everything(desk, stranger)[deed]()


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ASSESSOR, Role.COMMITTEE_CHAIR, Role.AUDITOR])
def test_nobody_else_fills_in_for_an_institution(desk, role, deed):
    with pytest.raises(Forbidden):
        everything(desk, actor_with(role))[deed]()


def test_other_roles_of_the_same_person_open_no_door(desk):
    """An administrator of one school who also sits on the committee sees the others, and fills in none of them."""
    user = make_user()
    appoint(user, Role.COMMITTEE)
    appoint(user, Role.INSTITUTION_ADMIN, institution=make_institution())
    both = actor_of(user, desk.assessment.association_id)
    for deed in DEEDS:
        with pytest.raises(NotFound):
            everything(desk, both)[deed]()


def test_the_system_never_fills_in(desk):
    with pytest.raises(NotFound):
        desk.save("B1.2", {"points": "5"}, actor=system(desk.assessment.association_id))


def test_staff_of_the_institution_fill_in_and_only_the_administrator_submits(here):
    desk = full()
    clerk = colleague(desk)
    assert desk.save("B1.2", {"points": "5"}, version=1, actor=clerk).points == 5
    for deed in (
        lambda: desk.submit(clerk),
        lambda: operations.withdraw(actor=clerk, assessment_id=desk.assessment.pk),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert desk.submit().stage == Stage.SUBMITTED


def test_an_indicator_of_another_standard_is_not_found(desk):
    other = frozen_standard()
    with pytest.raises(NotFound):
        operations.save_row(
            actor=desk.admin,
            assessment_id=desk.assessment.pk,
            indicator_id=Indicator.objects.get(standard=other, code="B1.2").pk,
            version=0,
            raw={"points": "5"},
        )


def test_nothing_is_saved_after_the_closing_even_before_the_clock_came_round(here):
    desk = full()
    pass_days(here, 19)
    for deed in ("save", "confirm", "add", "remove", "submit"):
        with pytest.raises(Refused, match="截止"):
            everything(desk, desk.admin)[deed]()
    assert assessment_of(desk.assessment.round).stage == Stage.SELF_ASSESSING
    operations.keep_the_clock(actor=system(here.pk))
    assert assessment_of(desk.assessment.round).stage == Stage.NOT_FILED
    with pytest.raises(Refused, match="未申报"):
        desk.submit()


def test_a_submitted_row_does_not_change_in_the_database_either(here):
    desk = full()
    desk.submit()
    with pytest.raises(Refused, match="已自评"):
        desk.save("B1.2", {"points": "5"}, version=1)
    row = desk.row("B1.2")
    attempts = [
        lambda: OpinionItem.objects.filter(pk=row.pk).update(points=1),
        lambda: Opinion.objects.filter(pk=row.opinion_id).update(submitted_at=None),
        lambda: Evidence.objects.all().delete(),
    ]
    for attempt in attempts:
        with pytest.raises(Error, match="submitted opinion"), transaction.atomic():
            attempt()


# ---------------------------------------------------------------- evidence


def picture(kind="JPEG"):
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, kind, exif=exif)
    return out.getvalue()


def upload(data, name):
    return SimpleUploadedFile(name, data)


def test_a_picture_is_kept_once_without_its_exif(desk):
    data = picture()
    assert b"SECRETCAMERA" in data
    first = desk.add("A1.1", upload(data, "许可证.jpg"), valid_until=clock.today())
    second = desk.add("A1.1", upload(data, "许可证.jpg"))
    elsewhere = desk.add("A1.2", upload(data, "许可证.jpg"))
    assert (first, first.attachment_id) == (second, elsewhere.attachment_id)
    assert Attachment.objects.count() == 1
    assert b"SECRETCAMERA" not in read_file(first.attachment)
    assert AuditEntry.objects.filter(action="add_evidence").count() == 2


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "空.pdf"), (b"MZ\x90\x00" * 50, "许可证.pdf"), (b"hello", "x.exe"), (picture("PNG"), "图.pdf")],
    ids=["0 bytes", "mislabelled", "refused type", "picture as pdf"],
)
def test_a_file_that_cannot_be_taken_is_refused(desk, data, name):
    with pytest.raises(InvalidInput):
        desk.add("A1.1", upload(data, name))
    assert not Attachment.objects.exists()


def test_evidence_that_has_expired_is_refused_and_a_date_may_be_corrected(desk):
    data = picture()
    with pytest.raises(InvalidInput) as refused:
        desk.add("A1.1", upload(data, "a.jpg"), valid_until=clock.today() - timedelta(days=1))
    assert set(refused.value.fields) == {"valid_until"}
    desk.add("A1.1", upload(data, "a.jpg"), valid_until=clock.today())
    later = clock.today() + timedelta(days=400)
    assert desk.add("A1.1", upload(data, "a.jpg"), valid_until=later).attachment.valid_until == later


def test_the_date_of_submitted_evidence_stays(here):
    institution = make_institution()
    before = submitted_assessment(institution=institution)
    file = Evidence.objects.get(item__opinion__assessment=before).attachment
    data = picture()
    Attachment.objects.filter(pk=file.pk).update(
        original_sha256=__import__("hashlib").sha256(data).hexdigest()
    )
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    desk = Desk(assessment_of(open_round(institutions=[institution])), admin)
    begun_assessment(desk.assessment, admin)
    with pytest.raises(Refused, match="有效期不能再改"):
        desk.add("A1.2", upload(data, "a.jpg"), valid_until=clock.today() + timedelta(days=9))


def test_evidence_is_taken_back_only_from_the_own_row(here):
    desk, neighbour = begun(), begun()
    mine, theirs = (
        give_evidence(desk.row("A1.1"), desk.admin),
        give_evidence(neighbour.row("A1.1"), neighbour.admin),
    )
    with pytest.raises(NotFound):
        operations.remove_evidence(actor=desk.admin, assessment_id=desk.assessment.pk, evidence_id=theirs.pk)
    item = operations.remove_evidence(actor=desk.admin, assessment_id=desk.assessment.pk, evidence_id=mine.pk)
    assert item == desk.row("A1.1")
    assert list(Evidence.objects.all()) == [theirs]
    assert Attachment.objects.count() == 2


def test_a_row_takes_twenty_files(desk):
    for _number in range(20):
        give_evidence(desk.row("A1.1"), desk.admin)
    with pytest.raises(Refused, match="20"):
        desk.add("A1.1", upload(picture(), "a.jpg"))


# ---------------------------------------------------------------- submitting


def test_submitting_once_settles_the_self_assessment(here):
    clerk = actor_with(Role.SECRETARIAT)
    desk = full()
    assessment = desk.submit()
    assert (assessment.stage, assessment.grade, assessment.total) == (Stage.SUBMITTED, "", None)
    opinion = Opinion.objects.get(assessment=assessment)
    assert opinion.submitted_at == assessment.submitted_at
    with pytest.raises(Refused, match="已自评"):
        desk.submit()
    told = Notice.objects.filter(event=f"assessment-{assessment.pk}-submitted", user_id=clerk.user_id)
    assert {notice.channel for notice in told} == {"desk", "mail"}
    assert AuditEntry.objects.filter(action="submit_self_assessment").count() == 1


def test_what_is_missing_is_named_and_nothing_is_submitted(here):
    desk = full()
    desk.save("B1.2", {}, version=1)
    Evidence.objects.all().delete()
    with pytest.raises(NotReady) as refused:
        desk.submit()
    assert [finding.code for finding in refused.value.check.blocking] == ["A1.1", "B1.2"]
    assert "许可证" in refused.value.sentence
    assert assessment_of(desk.assessment.round).stage == Stage.SELF_ASSESSING
    assert not Opinion.objects.filter(submitted_at__isnull=False).exists()


def test_evidence_that_expired_meanwhile_keeps_from_submitting(here):
    desk = full()
    Attachment.objects.update(valid_until=clock.today() - timedelta(days=1))
    with pytest.raises(NotReady, match="到期"):
        desk.submit()
    give_evidence(desk.row("A1.1"), desk.admin, valid_until=clock.today())
    assert desk.submit().stage == Stage.SUBMITTED


def test_taking_part_is_voluntary_until_submitted(here):
    desk, filed = begun(), full()
    withdrawn = operations.withdraw(actor=desk.admin, assessment_id=desk.assessment.pk, reason="今年不参加")
    assert (withdrawn.stage, withdrawn.grade) == (Stage.WITHDRAWN, "")
    assert AuditEntry.objects.get(action="withdraw").reason == "今年不参加"
    filed.submit()
    with pytest.raises(Refused):
        operations.withdraw(actor=filed.admin, assessment_id=filed.assessment.pk)
    with pytest.raises(Refused):
        desk.save("B1.2", {"points": "5"})


# ---------------------------------------------------------------- last year's answers


def next_year(institution, standard, year=2027):
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    round_ = open_round(standard, [institution], year=year)
    desk = Desk(assessment_of(round_, institution), admin)
    begun_assessment(desk.assessment, admin)
    return desk


def filed_year(standard, institution, answers=None):
    round_ = open_round(standard, [institution], year=2026)
    return submitted_assessment(round_, institution, answers)


def test_last_years_answers_come_along_with_origin_and_evidence(here):
    standard, institution = frozen_standard(), make_institution()
    before = filed_year(standard, institution, {"B1.2": {"points": "17.5"}})
    desk = next_year(institution, standard)
    row, old = desk.row("B1.2"), OpinionItem.objects.get(opinion__assessment=before, indicator__code="B1.2")
    assert (row.entry, row.points, row.carried, row.origin) == ({"points": "17.5"}, D("17.5"), True, old)
    assert OpinionItem.objects.filter(opinion__assessment=desk.assessment, carried=True).count() == 7
    assert Evidence.objects.filter(item=desk.row("A1.1")).count() == 1
    assert AuditEntry.objects.filter(action="open_self_assessment").first().detail == {"carried": 7}


def test_carried_rows_wait_to_be_confirmed_one_by_one_or_all_at_once(here):
    standard, institution = frozen_standard(), make_institution()
    filed_year(standard, institution)
    desk = next_year(institution, standard)
    with pytest.raises(NotReady, match="7项上年带入"):
        desk.submit()
    one = operations.confirm_carried(
        actor=desk.admin, assessment_id=desk.assessment.pk, indicator_id=desk.ids["A1.1"]
    )
    rest = operations.confirm_carried(actor=desk.admin, assessment_id=desk.assessment.pk)
    again = operations.confirm_carried(actor=desk.admin, assessment_id=desk.assessment.pk)
    assert (one, rest, again) == (1, 6, 0)
    row = desk.row("A1.1")
    assert (row.carried, row.version, row.origin is not None) == (False, 1, True)
    assert desk.submit().stage == Stage.SUBMITTED


def test_a_changed_row_has_no_origin_and_a_saved_one_is_confirmed(here):
    standard, institution = frozen_standard(), make_institution()
    filed_year(standard, institution)
    desk = next_year(institution, standard)
    desk.save("B1.2", {"points": "3"})
    desk.save("A1.2", {"count": "0"})
    changed, kept = desk.row("B1.2"), desk.row("A1.2")
    assert (changed.origin, changed.carried) == (None, False)
    assert (kept.origin is not None, kept.carried) == (True, False)


def test_a_split_indicator_is_never_carried_silently(here):
    institution = make_institution()
    old = frozen_standard(small_spec(code="s"))
    filed_year(old, institution)
    rows = (
        MapRow(MapKind.SPLIT, ("A1.1",), ("A1.1", "A1.2")),
        MapRow(MapKind.MERGED, ("A1.2", "A1.3"), ("A1.3",)),
        MapRow(MapKind.SAME, ("A2.1",), ("A2.1",)),
        MapRow(MapKind.RETIRED, ("A2.2",)),
        MapRow(MapKind.NEW, (), ("A2.2",)),
        MapRow(MapKind.SAME, ("B1.1",), ("B1.1",)),
        MapRow(MapKind.SAME, ("B1.2",), ("B1.2",)),
    )
    new = frozen_successor(old, small_spec(code="s", version="2"), rows)
    desk = next_year(institution, new)
    carried = OpinionItem.objects.filter(opinion__assessment=desk.assessment, carried=True)
    assert set(carried.values_list("indicator__code", flat=True)) == {"A2.1", "B1.1", "B1.2"}
    assert desk.row("A1.1").state == ItemState.OPEN


def test_neither_a_neighbours_answers_nor_unfiled_ones_come_along(here):
    standard, institution = frozen_standard(), make_institution()
    filed_year(standard, make_institution())
    round_ = open_round(standard, [institution], year=2025)
    fill(assessment_of(round_, institution), actor_with(Role.INSTITUTION_ADMIN, institution))
    desk = next_year(institution, standard)
    assert not OpinionItem.objects.filter(opinion__assessment=desk.assessment, carried=True).exists()


def test_a_repeat_with_few_changes_needs_at_most_twelve_inputs(here):
    """58 rows, nothing changed but five of them: one click for the rest."""
    standard, institution = beijing_standard(), make_institution()
    filed_year(standard, institution)
    desk = next_year(institution, standard)
    inputs = 0
    for row in OpinionItem.objects.filter(opinion__assessment=desk.assessment).select_related("indicator")[
        :5
    ]:
        desk.save(row.indicator.code, row.entry, version=row.version, comment="今年情况")
        inputs += 1
    operations.confirm_carried(actor=desk.admin, assessment_id=desk.assessment.pk)
    desk.submit()
    assert inputs + 2 <= 12


# ---------------------------------------------------------------- at the same moment


def at_once(association_id, *deeds):
    """Each deed in its own thread, scope and transaction; returns what each came to."""
    start, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            start.wait(10)
            with acting_for(association_id):
                outcomes[place] = deed()
        except DomainError as refusal:
            outcomes[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_one_row_at_once_lose_nothing():
    association = make_association()
    with acting_for(association.pk):
        desk = begun()
        other = colleague(desk)
    for version in range(5):
        first, second = at_once(
            association.pk,
            lambda version=version: desk.save(
                "B1.2", {"points": "5"}, version=version, comment=f"甲{version}"
            ),
            lambda version=version: desk.save(
                "B1.2", {"points": "6"}, version=version, comment=f"乙{version}", actor=other
            ),
        )
        saved, stale = (second, first) if isinstance(first, StaleRow) else (first, second)
        assert isinstance(stale, StaleRow), (first, second)
        assert {saved.points, stale.mine.points} == {5, 6}
        assert (stale.theirs.points, stale.theirs.version) == (saved.points, version + 1)
        with acting_for(association.pk):
            assert (desk.row("B1.2").points, desk.row("B1.2").version) == (saved.points, version + 1)


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_are_one():
    association = make_association()
    with acting_for(association.pk):
        desk = full()
        other = colleague(desk, Role.INSTITUTION_ADMIN)
    outcomes = at_once(association.pk, desk.submit, lambda: desk.submit(other))
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Assessment)) == [Assessment]
    assert [outcome.status for outcome in outcomes if isinstance(outcome, Refused)] == [409]
    with acting_for(association.pk):
        assert AuditEntry.objects.filter(action="submit_self_assessment").count() == 1
        assert Opinion.objects.filter(submitted_at__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_and_a_submit_at_once_end_in_one_order():
    association = make_association()
    with acting_for(association.pk):
        desk = full()
    saved, submitted = at_once(
        association.pk, lambda: desk.save("B1.2", {"points": "5"}, version=1), desk.submit
    )
    assert isinstance(submitted, Assessment)
    with acting_for(association.pk):
        expected = D(5) if isinstance(saved, OpinionItem) else D(20)
        assert desk.row("B1.2").points == expected


@pytest.mark.django_db(transaction=True)
def test_a_submit_and_the_closing_at_once_end_in_one_of_both():
    association = make_association()
    with acting_for(association.pk):
        desk = full()
        stage = desk.assessment.round.stages.get(kind="self_assessment")
        stage.closes_at = clock.now() + timedelta(milliseconds=150)
        stage.save()
        clockwork = system(association.pk)
    at_once(association.pk, desk.submit, lambda: operations.keep_the_clock(actor=clockwork))
    threading.Event().wait(0.2)
    with acting_for(association.pk):
        operations.keep_the_clock(actor=clockwork)
        assessment = assessment_of(desk.assessment.round)
        if assessment.stage == Stage.SUBMITTED:
            assert assessment.submitted_at < stage.closes_at
        else:
            assert (assessment.stage, assessment.submitted_at) == (Stage.NOT_FILED, None)


def test_the_story_of_a_closed_round_keeps_every_filed_answer(here):
    desk = full()
    desk.submit()
    close_windows(desk.assessment.round)
    assert desk.row("B1.2").points == 20
