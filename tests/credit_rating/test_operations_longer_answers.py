"""延长异议答复期限: once, before the end, by whoever may decide, told to whoever objected; by SQL nothing else either."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from association.choices import Role, Side
from association.clocks import deadlines_of, whose_turn
from association.models import AuditEntry, Deadline, DeadlineRule, Notice, User
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.models import Determination, Objection
from tests.credit_rating.desk_pages import Desk
from tests.credit_rating.test_operations_missing_terms import catch_up, of_before
from tests.credit_rating.test_operations_terms import ended, holiday_inside, objected
from tests.factories.people import actor_of, actor_with, make_association, make_institution
from tests.factories.review import on_notice, run_jobs

pytestmark = pytest.mark.django_db
REASON = "须向发证机关核实"


@pytest.fixture(autouse=True)
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


def extend(objection, actor=None, reason=REASON):
    actor = actor or actor_with(Role.COMMITTEE)
    return operations.extend_objection(actor=actor, objection_id=objection.pk, reason=reason)


def test_the_longer_term_runs_from_the_filing_as_its_rule_says():
    before = objected()
    member = actor_with(Role.COMMITTEE)
    after = extend(before, member)
    rule = DeadlineRule.objects.get(code="ROUND-OBJECTION-VERIFY")
    assert (rule.number, rule.unit, rule.owner) == (7, "working_day", "评定委员会")
    assert DeadlineRule.objects.get(code="ROUND-OBJECTION").owner == rule.owner
    assert (after.rule, after.extended_by_id) == (rule, member.user_id)
    assert after.due_at > before.due_at
    assert "7个工作日" in after.explanation
    turn = whose_turn("objection", after.pk)
    assert (turn.code, turn.owner, turn.ends_at) == (rule.code, Side.COMMITTEE, after.due_at)
    assert ended(after, "ROUND-OBJECTION") == ("extended", False)
    kept = Objection.objects.get()
    assert (kept.due_at, kept.extension_reason, kept.state) == (after.due_at, REASON, "filed")
    assert AuditEntry.objects.get(action="extend_objection").object_id == kept.pk


def test_whoever_objected_reads_the_reason_and_the_new_last_day():
    assessment, other = on_notice(), make_institution()
    own, theirs = (actor_with(Role.INSTITUTION_ADMIN, one) for one in (assessment.institution, other))
    clerk = actor_with(Role.SECRETARIAT)
    stranger = actor_with(Role.INSTITUTION_ADMIN)
    objection = operations.file_objection(
        actor=clerk,
        assessment_id=assessment.pk,
        text="来函",
        document_number="1号",
        objector_id=other.pk,
    )
    told = extend(objection)
    rows = Notice.objects.filter(event=f"objection-{objection.pk}-extended", channel="desk")
    heard = set(rows.values_list("user_id", flat=True))
    assert {own.user_id, theirs.user_id, clerk.user_id} <= heard
    assert stranger.user_id not in heard
    assert REASON in rows[0].body
    assert told.explanation in rows[0].body


def test_it_is_taken_once_and_not_after_the_end_or_the_decision():
    objection = objected()
    extend(objection)
    with pytest.raises(Refused, match="只能延长一次"):
        extend(objection)
    member = actor_with(Role.COMMITTEE)
    operations.decide_objection(actor=member, objection_id=objection.pk, upheld=False, decision="维持")
    assert ended(objection, "ROUND-OBJECTION-VERIFY") == ("rejected", False)
    with pytest.raises(Refused, match="已经处理"):
        extend(objection)


def test_a_term_that_has_ended_is_not_made_longer():
    objection = objected()
    with clock.rehearsing(objection.due_at), pytest.raises(Refused, match="已满"):
        extend(objection)
    with clock.rehearsing(objection.due_at - timedelta(seconds=1)):
        assert extend(objection).extended_at < objection.due_at


def test_only_who_may_decide_it_takes_longer(here):
    objection = objected()
    decider = Determination.objects.get().decided_by_id
    for role in (Role.SECRETARIAT, Role.ASSESSOR):
        with pytest.raises(Forbidden):
            extend(objection, actor_with(role))
    with pytest.raises(Forbidden, match="未参与"):
        extend(objection, actor_of(User.objects.get(pk=decider), here.pk))
    with pytest.raises(InvalidInput, match="理由"):
        extend(objection, reason=" \u200b")
    with acting_for(make_association().pk), pytest.raises(NotFound):
        extend(objection)
    assert Objection.objects.get().extended_at is None


def test_a_longer_term_that_is_not_longer_is_refused():
    objection = objected()
    rule = DeadlineRule.objects.get(code="ROUND-OBJECTION-VERIFY")
    DeadlineRule.objects.create(
        code=rule.code,
        title=rule.title,
        number=3,
        unit=rule.unit,
        citation=rule.citation,
        certainty=rule.certainty,
        owner=rule.owner,
        valid_from=clock.today(),
    )
    with pytest.raises(Refused, match="并不更晚"):
        extend(objection)
    assert whose_turn("objection", objection.pk).code == "ROUND-OBJECTION"


def test_the_copy_follows_the_longer_clock_and_the_term_comes_back_when_it_is_missing():
    objection = extend(objected())
    term = Deadline.objects.get(code="ROUND-OBJECTION-VERIFY")
    holiday_inside(term)
    run_jobs("credit_rating.follow_deadline", operations.follow_deadline)
    objection.refresh_from_db()
    term.refresh_from_db()
    assert (objection.due_at, objection.reckoning) == (term.ends_at, term.reckoning)
    of_before()
    assert catch_up() == 2  # of this objection the longer term only, and the public notice
    assert whose_turn("objection", objection.pk).ends_at == objection.due_at
    assert deadlines_of("objection", objection.pk).filter(stopped_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("extended_at = NULL, extended_by_id = NULL, extension_reason = ''", "once"),
        ("extension_reason = '另有理由'", "once"),
        ("extended_at = extended_at - interval '1 hour'", "once"),
        ("rule_id = (SELECT id FROM association_deadlinerule WHERE code = 'ROUND-OBJECTION')", "once"),
        ("due_at = due_at + interval '1 day'", "what the clock says"),
    ],
)
def test_the_database_keeps_what_was_extended(change, says):
    extend(objected())
    assert says in refused(f"UPDATE credit_rating_objection SET {change}")


@pytest.mark.parametrize("moment", ["due_at", "due_at + interval '1 day'", "filed_at"])
def test_the_database_extends_before_the_end_and_by_the_clock_only(moment):
    objected()
    person = actor_with(Role.COMMITTEE).user_id
    says = refused(
        f"UPDATE credit_rating_objection SET extended_at = {moment}, extended_by_id = {person}, "
        "extension_reason = '核实', due_at = due_at + interval '4 days', rule_id = "
        "(SELECT id FROM association_deadlinerule WHERE code = 'ROUND-OBJECTION-VERIFY')"
    )
    assert "before it ends" in says or "what the clock says" in says
    assert "before it ends" in refused(
        f"UPDATE credit_rating_objection SET extended_at = filed_at, extended_by_id = {person}, extension_reason = '核'"
    )


def refused(statement):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value).partition("\n")[0]


def test_the_page_tells_the_new_end_before_it_is_taken_and_keeps_what_was_typed(here):
    objection = objected()
    desk = Desk(here, actor_with(Role.COMMITTEE))
    page = f"committee/assessments/{objection.assessment_id}/"
    before = desk.get(page).content.decode()
    assert "延长后的答复截止" in before
    assert "7个工作日" in before
    address = f"committee/objections/{objection.pk}/extend/"
    answer = desk.post(address, reason=" ")
    assert answer.status_code == 400
    assert "请说明延长的理由" in answer.content.decode()
    assert desk.post(address, reason=REASON).status_code == 302
    after = desk.get(page).content.decode()
    assert "延长后的答复截止" not in after
    assert REASON in after
    again = desk.post(address, reason="再延长")
    assert (again.status_code, "再延长" in again.content.decode()) == (409, True)
    manager = Desk(here, actor_with(Role.INSTITUTION_ADMIN, objection.assessment.institution))
    assert manager.post(address, reason=REASON).status_code == 403
    assert REASON in manager.get(f"rating/{objection.assessment_id}/").content.decode()
