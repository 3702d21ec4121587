"""回避: whoever is tied to the institution neither does anything in the case nor reads it; a side asks for recusal."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from association import clock, watch
from association.choices import Role, Side
from association.clocks import deadlines_of
from association.models import Notice
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.access.complaints import (
    complaints_visible_to,
    evidence_visible_to,
    is_respondent,
    mass_cases_visible_to,
    redactions_visible_to,
)
from complaints.choices.complaints import (
    MediatorState,
    Method,
    Party,
    PersonalField,
    Recusal,
    RecusalState,
    RefusalGround,
    SessionMode,
    State,
    TerminationGround,
)
from complaints.models import MediatorAssignment, RecusalRequest
from complaints.queries.candidates import mediators_for
from complaints.queries.case import case_of, deeds_of
from complaints.queries.road import deeds_of_complainant, events_of
from complaints.queries.tracking import track
from tests.complaints.material import (
    NAME,
    PHONE,
    accepted,
    agreed,
    appraised,
    drawn_up,
    filed,
    filing,
    mediating,
    sign_both,
    state_of,
)
from tests.factories.people import actor_with

WHERE = {"mode": SessionMode.PHONE, "place": "电话会议"}


@pytest.fixture
def tied(here):
    return actor_with(Role.SECRETARIAT, employer=here.institution, name="演示有关系的同事")


def deeds(here, actor):
    """Every deed of a case that staff may do, each against a case where it would be open."""
    received, waiting, talking, paying = filed(here), accepted(here), mediating(here), agreed(here)
    drawn_up(here, talking)

    def of(made):
        return {"actor": actor, "complaint_id": made.complaint.pk}

    tomorrow = clock.now() + timedelta(days=1)
    said = {"party": Party.COMPLAINANT}
    return {
        "accept": lambda: operations.accept(**of(received)),
        "refuse": lambda: operations.refuse(
            **of(received), ground=RefusalGround.OTHER_RULE, reason="不属于受理范围。"
        ),
        "transfer": lambda: operations.transfer(**of(received), to="别的单位", reason="不归本会。"),
        "issue_receipt": lambda: operations.issue_receipt(**of(received), identity="known", reason="丢失"),
        "unmask": lambda: operations.unmask(**of(waiting), field=PersonalField.PHONE, reason="回电"),
        "redact": lambda: operations.redact(**of(waiting), target="facts", first=0, last=1, reason="无关"),
        "consent": lambda: operations.consent(**of(waiting), **said, given=False),
        "plan": lambda: operations.plan_session(**of(talking), **WHERE, planned_at=tomorrow),
        "agree": lambda: operations.agree(
            **of(talking), text="退一元。", amount_fen=0, payments=[], perform_by=clock.today()
        ),
        "pause": lambda: operations.pause_for_appraisal(**of(talking), **appraised()),
        "recuse": lambda: operations.recuse(**of(talking), ground=Recusal.OTHER, reason="别的关系"),
        "terminate": lambda: operations.terminate(
            **of(talking), ground=TerminationGround.NO_AGREEMENT, reason="分歧大。"
        ),
        "withdraw": lambda: operations.withdraw(**of(waiting)),
        "perform": lambda: operations.perform(**of(paying), paid_on=clock.today()),
        "breach": lambda: operations.breach(**of(paying), reason="未付"),
        "survey": lambda: operations.survey(**of(paying), outcome="resolved"),
        "add_evidence": lambda: operations.add_evidence(**of(waiting), exhibit=None),
        "ask_recusal": lambda: operations.ask_recusal(
            **of(talking), **said, ground=Recusal.OTHER, reason="别的关系"
        ),
    }


def test_who_is_tied_does_nothing_in_the_case(here, tied):
    for deed in deeds(here, tied).values():
        with pytest.raises(Forbidden, match="应当回避"), transaction.atomic():
            deed()


def test_who_is_tied_does_not_see_the_case(here, tied):
    made = accepted(here)
    assert not complaints_visible_to(tied).exists()
    assert not evidence_visible_to(tied).exists()
    assert not redactions_visible_to(tied).exists()
    assert not operations.search_people(actor=tied, typed=PHONE).exists()
    with pytest.raises(Forbidden, match="应当回避"):
        case_of(tied, made.complaint.pk)
    told = Notice.objects.filter(event__startswith=f"complaint-{made.complaint.pk}-")
    assert here.colleague.user_id in set(told.values_list("user_id", flat=True))
    assert tied.user_id not in set(told.values_list("user_id", flat=True))


def test_a_tied_auditor_finds_nothing(here):
    made = accepted(here)
    auditor = actor_with(Role.AUDITOR, employer=here.institution)
    with pytest.raises(NotFound):
        case_of(auditor, made.complaint.pk)


def test_a_name_that_was_only_typed_keeps_away_too(here, tied):
    made = operations.file_complaint(
        actor=here.person,
        filing=filing(None, respondent_name=f"{here.institution.name} ", respondent_address="演示路1号"),
    )
    made.complaint.institution = None
    made.complaint.save()
    assert not complaints_visible_to(tied).exists()
    which = {"complaint_id": made.complaint.pk, "institution_id": here.institution.pk}
    with pytest.raises(Forbidden, match="应当回避"):
        operations.name_institution(actor=tied, **which)
    assert operations.name_institution(actor=here.officer, **which).institution == here.institution


def test_a_complaint_about_ones_own_employer_is_written_down_by_somebody_else(here, tied):
    with pytest.raises(Forbidden, match="应当回避"):
        operations.file_for_caller(actor=tied, filing=filing(here.institution))


def test_a_joint_negotiation_is_not_there_for_who_is_tied(here, tied):
    case = operations.open_mass_case(
        actor=here.officer, title="停课", complaint_ids=[accepted(here).complaint.pk for _ in range(2)]
    )
    assert not mass_cases_visible_to(tied).exists()
    with pytest.raises(NotFound):
        operations.end_mass_case(actor=tied, mass_case_id=case.pk, notes="")
    assert mass_cases_visible_to(here.officer).get() == case


def test_who_speaks_for_the_institution_reads_as_the_institution_whatever_else_the_person_is(here):
    both = actor_with(Role.INSTITUTION_ADMIN, institution=here.institution)
    both = replace(both, roles=both.roles | {Role.SECRETARIAT})
    made = accepted(here)
    assert is_respondent(both, made.complaint)
    assert case_of(both, made.complaint.pk).respondent
    with pytest.raises(Forbidden, match="应当回避"):
        operations.withdraw(actor=both, complaint_id=made.complaint.pk)


def test_who_refused_does_not_transfer_when_it_is_looked_at_again(here):
    made = filed(here)
    operations.refuse(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        ground=RefusalGround.OTHER_RULE,
        reason="不属于受理范围。",
    )
    operations.contest(actor=here.person, receipt_code=made.receipt_code, text="请再看一次。")
    again = {"complaint_id": made.complaint.pk, "to": "别的单位", "reason": "不归本会。"}
    with pytest.raises(Refused, match="另一位同事"):
        operations.transfer(actor=here.officer, **again)
    operations.transfer(actor=here.colleague, **again)
    assert state_of(made) == State.TRANSFERRED


# -- consent that was taken back ------------------------------------------------------------------------------


@pytest.mark.parametrize("party", list(Party))
def test_nothing_goes_on_after_a_side_took_its_consent_back(here, party):
    made = mediating(here)
    agreement = drawn_up(here, made)
    speaks = {"receipt_code": made.receipt_code}, {"complaint_id": made.complaint.pk}
    actor, which = (here.person, speaks[0]) if party == Party.COMPLAINANT else (here.school, speaks[1])
    operations.consent(actor=actor, party=party, given=False, **which)
    for deed in (
        lambda: drawn_up(here, made),
        lambda: sign_both(here, made, agreement),
        lambda: operations.plan_session(
            actor=here.mediator,
            complaint_id=made.complaint.pk,
            **WHERE,
            planned_at=clock.now() + timedelta(days=1),
        ),
    ):
        with pytest.raises(Refused, match="不再同意调解"), transaction.atomic():
            deed()
    open_ = deeds_of(here.mediator, case_of(here.mediator, made.complaint.pk))
    assert not {"agree", "plan_session"} & set(open_)
    assert {"terminate"} <= set(open_)
    told = Notice.objects.filter(event__contains="consent-withdrawn").values_list("user_id", flat=True)
    assert here.mediator.user_id in set(told)
    assert "consent" in deeds_of_complainant(track(made.receipt_code))
    operations.consent(actor=actor, party=party, given=True, **which)
    sign_both(here, made, drawn_up(here, made))
    assert state_of(made) == State.AGREED


# -- asking for recusal ---------------------------------------------------------------------------------------


def ask(here, made, party=Party.COMPLAINANT, **more):
    values = {"ground": Recusal.INTEREST, "reason": f"他是学校的顾问，我的电话{PHONE}。"} | more
    if party == Party.COMPLAINANT:
        return operations.ask_recusal(
            actor=here.person, party=party, receipt_code=made.receipt_code, **values
        )
    return operations.ask_recusal(actor=here.school, party=party, complaint_id=made.complaint.pk, **values)


@pytest.mark.parametrize("party", list(Party))
def test_a_side_asks_and_somebody_else_decides(here, party):
    made = mediating(here)
    asked = ask(here, made, party)
    assert asked.method == (Method.RECEIPT_CODE if party == Party.COMPLAINANT else Method.ACCOUNT)
    with pytest.raises(Refused, match="申请调解员回避"), transaction.atomic():
        drawn_up(here, made)
    ended = {"complaint_id": made.complaint.pk, "reason": "分歧大。"}
    with pytest.raises(Refused, match="申请调解员回避"), transaction.atomic():
        operations.terminate(actor=here.mediator, **ended, ground=TerminationGround.NO_AGREEMENT)
    assert "agree" not in deeds_of(here.mediator, case_of(here.mediator, made.complaint.pk))
    with pytest.raises(Refused, match="正在等待决定"), transaction.atomic():
        ask(here, made, party)
    page = case_of(here.officer, made.complaint.pk)
    assert "decide_recusal" in deeds_of(here.officer, page)
    assert PHONE not in page.recusals[0].text
    decided = operations.decide_recusal(
        actor=here.officer, request_id=asked.pk, granted=True, decision="与机构有顾问关系。"
    )
    assert decided.state == RecusalState.GRANTED
    left = MediatorAssignment.objects.get(complaint=made.complaint)
    assert (left.state, left.recusal) == (MediatorState.RECUSED, Recusal.INTEREST)
    assert here.mediator.user_id not in [pk for pk, _name in mediators_for(made.complaint)]
    assert state_of(made) == State.MEDIATING


def test_not_granted_the_mediation_goes_on_and_the_side_reads_why(here):
    made = mediating(here)
    asked = ask(here, made)
    operations.decide_recusal(
        actor=here.officer, request_id=asked.pk, granted=False, decision="没有发现利害关系。"
    )
    texts = [event.text for event in events_of(track(made.receipt_code))]
    assert "没有发现利害关系。" in texts
    assert PHONE not in "".join(texts)
    sign_both(here, made, drawn_up(here, made))
    assert state_of(made) == State.AGREED
    with pytest.raises(Refused, match="已经决定"):
        operations.decide_recusal(actor=here.officer, request_id=asked.pk, granted=True, decision="又想了想")


def test_nobody_decides_about_oneself_and_the_database_says_so_too(here):
    made = accepted(here)
    operations.consent(actor=here.person, party=Party.COMPLAINANT, given=True, receipt_code=made.receipt_code)
    operations.consent(actor=here.school, party=Party.INSTITUTION, given=True, complaint_id=made.complaint.pk)
    operations.assign_mediator(
        actor=here.officer, complaint_id=made.complaint.pk, mediator_id=here.colleague.user_id
    )
    asked = ask(here, made)
    for actor, refusal in ((here.colleague, Refused), (here.school, Forbidden), (here.auditor, Forbidden)):
        with pytest.raises(refusal), transaction.atomic():
            operations.decide_recusal(
                actor=actor, request_id=asked.pk, granted=False, decision="没有利害关系。"
            )
    row = {"state": RecusalState.REFUSED, "decided_at": clock.now(), "decision": "没有"}
    with pytest.raises(IntegrityError), transaction.atomic():
        RecusalRequest.objects.update(decided_by_id=here.colleague.user_id, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecusalRequest.objects.update(party=Party.INSTITUTION)
    operations.decide_recusal(actor=here.officer, request_id=asked.pk, granted=True, decision="以免误会。")
    with pytest.raises(Forbidden, match="应当回避"):
        case_of(here.colleague, made.complaint.pk)


def test_what_is_asked_badly_is_refused(here):
    waiting, made = accepted(here), mediating(here)
    with pytest.raises(Refused, match="没有调解员"), transaction.atomic():
        ask(here, waiting)
    for wrong in ({"ground": "because"}, {"reason": " "}):
        with pytest.raises(InvalidInput), transaction.atomic():
            ask(here, made, **wrong)
    asked = ask(here, made)
    with pytest.raises(InvalidInput, match="长期保存"), transaction.atomic():
        operations.decide_recusal(
            actor=here.officer, request_id=asked.pk, granted=True, decision=f"{NAME}说得对"
        )
    with pytest.raises(NotFound):
        operations.decide_recusal(
            actor=here.officer,
            request_id=asked.pk,
            granted=True,
            decision="同意",
            complaint_id=waiting.complaint.pk,
        )


def waits_for_decision(made):
    rows = deadlines_of("complaint", made.complaint.pk).filter(code="MED-RECUSAL")
    return list(rows.filter(stopped_at=None))


def test_a_request_has_a_term_reminders_and_an_alarm_until_it_is_decided(here, time):
    made = mediating(here)
    asked = ask(here, made)
    (term,) = waits_for_decision(made)
    assert (term.owner_side, term.start_on) == (Side.STAFF, clock.today())
    assert (term.rule.number, term.rule.unit, term.rule.certainty) == (3, "working_day", "charter")
    assert case_of(here.officer, made.complaint.pk).turn.code == "MED-RECUSAL"
    time.pass_days(7)
    watch.keep_clocks(actor=here.system)
    alarms = Notice.objects.filter(event=f"deadline-{term.pk}-over-{term.due_on}", channel="desk")
    assert here.officer.user_id in set(alarms.values_list("user_id", flat=True))
    operations.decide_recusal(
        actor=here.officer, request_id=asked.pk, granted=False, decision="没有发现利害关系。"
    )
    term.refresh_from_db()
    assert (waits_for_decision(made), term.was_late) == ([], True)


def test_two_requests_share_the_clock_of_the_one_that_waits_longest(here, time):
    made = mediating(here)
    first = ask(here, made)
    time.pass_days(1)
    second = ask(here, made, Party.INSTITUTION)
    assert [term.started_at for term in waits_for_decision(made)] == [first.asked_at]
    operations.decide_recusal(actor=here.officer, request_id=first.pk, granted=False, decision="没有关系。")
    assert [term.started_at for term in waits_for_decision(made)] == [second.asked_at]
    operations.decide_recusal(actor=here.officer, request_id=second.pk, granted=True, decision="以免误会。")
    assert waits_for_decision(made) == []


def test_with_the_end_of_the_mediation_nobody_waits_for_the_decision(here):
    made = mediating(here)
    ask(here, made)
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code)
    assert waits_for_decision(made) == []
