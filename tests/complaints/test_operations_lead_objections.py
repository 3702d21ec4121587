"""复核异议: who found it decides nothing of it; the institution reads the decision alone, and both reasons are kept."""

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.models import Notice
from association.shown import Moved
from association.tenancy import acting_for
from common.errors import InvalidInput, Refused
from complaints.choices.hearings import HearingState
from complaints.models import LeadFindingSetAside, LeadHearing
from complaints.operations import lead_ending
from complaints.operations.lead_objections import review_hearing
from complaints.queries.hearings import hearing_of, review_shown
from tests.complaints.test_operations_lead_hearings import objected, review, say
from tests.credit_rating.desk_pages import Desk, shown_on
from tests.factories import leads as some
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


def now_shown(hearing):
    """What the page of the review shows at this moment."""
    return review_shown(LeadHearing.objects.get(pk=hearing.pk))


def proposed():
    """An objection that one colleague supports, who made it, and who made the finding."""
    hearing, finder, own = objected()
    first = some.officer()
    review(hearing, first)
    return LeadHearing.objects.get(pk=hearing.pk), finder, own, first


@pytest.mark.parametrize("upheld", [True, False])
def test_the_finder_neither_confirms_nor_rejects_what_a_colleague_supports(upheld):
    hearing, finder, _own, _first = proposed()
    assert "review_hearing" not in hearing_of(finder, hearing.pk).deeds
    with pytest.raises(Refused, match="认定是您作出的"), transaction.atomic():
        review(hearing, finder, upheld=upheld)
    hearing.refresh_from_db()
    assert (hearing.state, hearing.decided_by_id) == (HearingState.PROPOSED, None)
    assert "review_hearing" in hearing_of(some.officer(), hearing.pk).deeds


@pytest.mark.parametrize("state", ["upheld", "rejected"])
def test_nor_does_the_finder_in_the_database(state):
    hearing, finder, _own, _first = proposed()
    with pytest.raises(IntegrityError, match="another than who found it"), transaction.atomic():
        LeadHearing.objects.filter(pk=hearing.pk).update(
            state=state, decided_by_id=finder.user_id, decided_at=clock.now(), decision="x"
        )
    assert not LeadFindingSetAside.objects.exists()


def test_the_finder_rejects_nothing_at_once_either():
    hearing, finder, _own = objected()
    with pytest.raises(IntegrityError, match="another than who found it"), transaction.atomic():
        LeadHearing.objects.filter(pk=hearing.pk).update(
            state="rejected", decided_by_id=finder.user_id, decided_at=clock.now(), decision="x"
        )


def test_colleagues_who_may_confirm_are_told_and_the_institution_is_not():
    other = some.officer()
    hearing, finder, own, first = proposed()
    told = Notice.objects.filter(subject__contains="等待另一位同事确认", channel="desk")
    assert {one.user_id for one in told} >= {other.user_id}
    assert not {one.user_id for one in told} & {finder.user_id, first.user_id, own.user_id}
    assert hearing_of(own, hearing.pk).state == "机构已提出"
    assert "待另一位同事确认" in hearing_of(first, hearing.pk).state
    with pytest.raises(Refused) as refused, transaction.atomic():
        say(hearing, own)
    assert "拟支持" not in str(refused.value)


def test_pages_of_the_institution_say_nothing_of_the_first_of_two(association):
    hearing, _finder, own, first = proposed()
    for who, reads in ((own, False), (first, True)):
        desk = Desk(association, who)
        for path in (f"hearings/{hearing.pk}/", "hearings/"):
            assert ("拟支持" in desk.client.get(desk.path(path)).content.decode()) is reads, path
        page = desk.client.get(desk.path(f"hearings/{hearing.pk}/")).content.decode()
        assert ("页面在核查以前已经撤下。" in page) is reads


def test_both_reasons_are_kept_and_the_institution_reads_that_of_the_decision(association):
    hearing, _finder, own, _first = proposed()
    second = some.officer()
    review_hearing(
        actor=second,
        hearing_id=hearing.pk,
        upheld=False,
        decision="撤下的只是其中一页。",
        shown=now_shown(hearing),
    )
    hearing.refresh_from_db()
    assert (hearing.proposal, hearing.decision) == ("页面在核查以前已经撤下。", "撤下的只是其中一页。")
    for who, reads in ((own, False), (second, True)):
        desk = Desk(association, who)
        page = desk.client.get(desk.path(f"hearings/{hearing.pk}/")).content.decode()
        assert "撤下的只是其中一页。" in page
        assert (hearing.proposal in page) is reads
    with pytest.raises(IntegrityError, match="settled"), transaction.atomic():
        LeadHearing.objects.filter(pk=hearing.pk).update(proposal="别的")


def test_a_form_opened_before_the_first_yes_is_not_taken_for_the_second(association):
    hearing, _finder, _own = objected()
    desk = Desk(association, some.officer())
    page = desk.get(f"hearings/{hearing.pk}/")
    review(hearing, some.officer())
    typed = {"deed": "review_hearing", "upheld": "yes", "decision": "核对无误。"}
    late = desk.post(f"hearings/{hearing.pk}/do/", shown=shown_on(page), **typed)
    assert late.status_code == 409
    told = late.content.decode()
    assert "您看到的是“机构已提出”" in told
    assert "核对无误。" in told, "what was typed is kept"
    hearing.refresh_from_db()
    assert hearing.state == HearingState.PROPOSED
    assert not LeadFindingSetAside.objects.exists()
    with pytest.raises(Moved, match="看不出"), transaction.atomic():
        review_hearing(actor=desk.actor, hearing_id=hearing.pk, upheld=True, decision="核对无误。", shown={})
    assert desk.post(f"hearings/{hearing.pk}/do/", shown=shown_on(late), **typed).status_code == 302
    assert LeadFindingSetAside.objects.get().reason == "核对无误。"


def test_a_reason_that_is_too_long_is_refused_and_not_cut():
    hearing, _finder, _own = objected()
    reviewer = some.officer()
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        review_hearing(
            actor=reviewer, hearing_id=hearing.pk, upheld=True, decision="长" * 201, shown=now_shown(hearing)
        )
    assert refused.value.fields == {"decision": "最多200个字。"}
    kept = review_hearing(
        actor=reviewer, hearing_id=hearing.pk, upheld=True, decision="长" * 200, shown=now_shown(hearing)
    )
    assert kept.proposal == "长" * 200


@pytest.mark.parametrize(("field", "most"), [("authority", 80), ("document_number", 60), ("grounds", 8000)])
def test_nor_is_what_stands_in_a_letter_to_an_authority(field, most):
    lead, clerk, _code = some.verifying()
    letter = {"authority": "甲局", "document_number": "一号", "summary": "事实", "grounds": "属于其职责"}
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        lead_ending.refer_lead(actor=clerk, lead_id=lead.pk, **letter | {field: "长" * (most + 1)})
    assert refused.value.fields == {field: f"最多{most}个字。"}
