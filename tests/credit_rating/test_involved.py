"""回避 of members who took part: no form for what they may not send, no such work, and somebody who hears of it."""

from datetime import timedelta

import pytest
from django.db.models import F

from association import clock
from association.actors import system
from association.choices import COMMITTEE_ROLES, Channel, Role
from association.models import Appointment, Notice
from association.tenancy import acting_for
from common.errors import InvalidInput, Involved
from credit_rating import operations
from credit_rating.choices import ObjectionState
from credit_rating.models import Indicator, Objection
from credit_rating.queries import waiting
from credit_rating.queries.involved import hands_for_deciding, hands_for_objections
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association
from tests.factories.review import determined

pytestmark = pytest.mark.django_db
WORDS = "核对过台账的长篇意见"
NOBODY = "没有可以办理的委员"


@pytest.fixture
def association():
    found = make_association()
    with acting_for(found.pk):
        yield found


def leave_only(*members):
    """Whoever else came onto the committee on the way, to judge the standard, has left it by now."""
    others = Appointment.objects.filter(role__in=COMMITTEE_ROLES)
    others.exclude(user_id__in=[one.user_id for one in members]).update(
        until_on=clock.today() - timedelta(days=1), ended_by=F("user")
    )


def disputed(member, *others):
    """An objection to what this member determined; ``others``: who is on the committee besides."""
    assessment = determined(member=member)
    operations.open_public_notice(actor=actor_with(Role.SECRETARIAT), round_id=assessment.round_id)
    leave_only(member, *others)
    manager = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    return operations.file_objection(actor=manager, assessment_id=assessment.pk, text="计分有误")


def correction_of(objection, points="9"):
    leaf = Indicator.objects.get(standard=objection.assessment.round.standard, code="B1.2")
    return {f"fix-{leaf.pk}-points": points}


def page_of(actor, objection, association):
    place = f"committee/assessments/{objection.assessment_id}/"
    return Desk(association, actor).get(place).content.decode()


def told(event=NOBODY):
    return Notice.objects.filter(subject=event, channel=Channel.DESK).count()


def test_who_decided_before_has_neither_the_forms_nor_the_work_of_an_objection(association):
    one, other = actor_with(Role.COMMITTEE), actor_with(Role.COMMITTEE)
    objection = disputed(one, other)
    assert 'name="decision"' not in page_of(one, objection, association)
    assert "未参与该项评定的委员" in page_of(one, objection, association)
    assert 'name="decision"' in page_of(other, objection, association)
    assert [waiting.to_decide(who).count() for who in (one, other)] == [0, 1]


def test_what_an_involved_member_typed_comes_back(association):
    one = actor_with(Role.COMMITTEE)
    objection = disputed(one)
    desk, place = Desk(association, one), f"committee/objections/{objection.pk}/"
    fields = {"decision": WORDS, "upheld": "yes"} | correction_of(objection, "7.25")
    for answer in (desk.post(place, **fields), desk.post(f"{place}extend/", reason=WORDS)):
        assert answer.status_code == 403
        assert WORDS in answer.content.decode()
        assert "未参与该项评定的委员" in answer.content.decode()
    assert "7.25" in desk.post(place, **fields).content.decode()
    assert Objection.objects.get().state == ObjectionState.FILED


def test_who_upheld_an_objection_is_not_asked_to_determine_it_anew(association):
    first, second = actor_with(Role.COMMITTEE), actor_with(Role.COMMITTEE)
    objection = disputed(first, second)
    leaf = Indicator.objects.get(standard=objection.assessment.round.standard, code="B1.2")
    operations.decide_objection(
        actor=second,
        objection_id=objection.pk,
        upheld=True,
        decision="成立",
        corrections={leaf.pk: {"points": "5"}},
    )
    assert [waiting.to_decide(who).count() for who in (first, second)] == [1, 0]
    assert "您参加了这家机构的评分" in page_of(second, objection, association)
    assert "改判为其他等级" not in page_of(second, objection, association)
    assert "改判为其他等级" in page_of(first, objection, association)
    with pytest.raises(Involved):
        operations.determine(actor=second, assessment_id=objection.assessment_id)


def test_the_secretariat_is_told_when_nobody_is_left(association):
    only, clerk = actor_with(Role.COMMITTEE), actor_with(Role.SECRETARIAT)
    objection = disputed(only)
    assert hands_for_objections(system(association.pk), objection.assessment).left == frozenset()
    assert told() >= 1
    assert Notice.objects.filter(subject=NOBODY, user_id=clerk.user_id).exists()
    assert "请秘书处另行任命委员" in page_of(clerk, objection, association)
    actor_with(Role.COMMITTEE)
    assert "请秘书处另行任命委员" not in page_of(clerk, objection, association)


def test_nobody_is_told_while_somebody_is_left(association):
    one, other = actor_with(Role.COMMITTEE), actor_with(Role.COMMITTEE)
    objection = disputed(one, other)
    assert hands_for_objections(other, objection.assessment).left == {other.user_id}
    assert hands_for_deciding(one, objection.assessment).left == {one.user_id, other.user_id}
    assert told() == 0


def test_a_rejected_objection_takes_no_corrected_scores(association):
    objection = disputed(actor_with(Role.COMMITTEE))
    judge = actor_with(Role.COMMITTEE)
    fields = {"decision": WORDS, "upheld": "no"} | correction_of(objection, "7.25")
    answer = Desk(association, judge).post(f"committee/objections/{objection.pk}/", **fields)
    body = answer.content.decode()
    assert answer.status_code == 400
    assert "异议不成立的，不能更正评分" in body
    assert 'value="7.25"' in body
    assert WORDS in body
    assert Objection.objects.get().state == ObjectionState.FILED
    with pytest.raises(InvalidInput):
        operations.decide_objection(
            actor=judge,
            objection_id=objection.pk,
            upheld=False,
            decision="维持",
            corrections={1: {"points": "5"}},
        )
