"""文字: whatever somebody typed in a complaint passes one scrubber, can be hidden, and leaves nothing behind for good."""

import pytest
from django.db import transaction

from association import clock
from association.models import AuditEntry
from common.errors import InvalidInput, Refused
from complaints import operations
from complaints.access.complaints import redactions_visible_to
from complaints.choices.complaints import (
    Audience,
    Body,
    DecisionKind,
    EvidenceKind,
    Party,
    PersonalField,
    PersonKind,
    Recusal,
    Target,
    TerminationGround,
)
from complaints.documents import letters
from complaints.models import (
    Agreement,
    AppraisalPause,
    Decision,
    Offer,
    Person,
    PersonalData,
    RecusalRequest,
    Redaction,
    Retirement,
    Unmasking,
)
from complaints.operations import Exhibit
from complaints.queries.case import case_of
from complaints.queries.redactions import hidden_rows, places_of
from complaints.queries.road import events_of, terms_of
from complaints.queries.shown import shown_to
from complaints.queries.tracking import track
from complaints.rules.intake import JOINED
from tests.complaints.material import (
    DAY,
    IDENTITY,
    MAIL,
    NAME,
    PHONE,
    PLANTED,
    STREET,
    accepted,
    again,
    agreed,
    applicant,
    appraised,
    drawn_up,
    filed,
    mediating,
    registered_committee,
    sign_both,
    with_people,
)
from tests.complaints.test_operations_intake import picture

SECRETS = f"请打{PHONE}，我住{STREET}，身份证{IDENTITY}，{MAIL}"
NUMBERS = (PHONE, STREET, IDENTITY, MAIL)


def leaks(text, secrets=PLANTED):
    return [secret for secret in secrets if secret in text]


def contested(here):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    operations.contest(
        actor=here.person, receipt_code=made.receipt_code, text=f"没有收到钱，我是{NAME}，{SECRETS}"
    )
    return made


def read_by(actor, made):
    shown = case_of(actor, made.complaint.pk).shown
    texts = [shown.facts, shown.demand]
    for rows in (shown.replies, shown.decisions, shown.sessions, shown.offers):
        texts += [said.text for said in rows]
    return "".join(texts)


def test_reasons_of_the_complainant_reach_others_scrubbed(here):
    objection, withdrawal = contested(here), accepted(here)
    operations.withdraw(actor=here.person, receipt_code=withdrawal.receipt_code, reason=SECRETS)
    for made in (objection, withdrawal):
        assert leaks(read_by(here.school, made), NUMBERS) == []
        assert leaks(read_by(here.officer, made)) == []
        assert leaks("".join(event.text for event in events_of(track(made.receipt_code)))) == []
    assert "没有收到钱" in read_by(here.school, objection)


def test_minutes_answers_and_terms_are_scrubbed_for_everybody(here, time):
    made = mediating(here)
    which = {"complaint_id": made.complaint.pk}
    operations.answer(actor=here.school, **which, kind="disputed", text=f"{NAME}未到课，{SECRETS}")
    operations.offer(
        actor=here.school,
        **which,
        amount_fen=100_00,
        pay_by=clock.today(),
        open_until=clock.today(),
        terms=f"请{NAME}来领，{SECRETS}",
    )
    session = operations.plan_session(
        actor=here.mediator, **which, mode="phone", place="电话会议", planned_at=clock.now() + DAY
    )
    assert leaks(terms_of(track(made.receipt_code))) == []
    time.pass_days(2)
    operations.record_session(
        actor=here.mediator,
        session_id=session.pk,
        complainant_came=True,
        institution_came=True,
        minutes=f"{NAME}说：{SECRETS}",
    )
    for actor in (here.officer, here.mediator):
        assert leaks(read_by(actor, made)) == []
    assert leaks(read_by(here.school, made), NUMBERS) == []
    assert leaks("".join(event.text for event in events_of(track(made.receipt_code)))) == []


def test_the_words_themselves_are_a_look_on_record(here):
    made = contested(here)
    assert PHONE not in shown_to(here.officer, again(made)).facts
    words = operations.unmask(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        field=PersonalField.WORDS,
        reason="核对异议的理由",
    )
    assert f"没有收到钱，我是{NAME}" in words
    assert again(made).facts in words
    assert Unmasking.objects.get().field == PersonalField.WORDS


def place_of(made, words):
    (place,) = places_of(again(made), words)
    return {"target": place.target, "target_id": place.target_id, "first": place.first, "last": place.last}


def test_any_text_can_be_hidden_and_is_reviewed_by_a_second_person(here):
    made = contested(here)
    operations.answer(actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="已付清。")
    which = {"actor": here.officer, "complaint_id": made.complaint.pk, "reason": "与投诉无关"}
    redaction = operations.redact(**which, **place_of(made, "没有收到钱"), audience=Audience.INSTITUTION)
    assert redaction.target == Target.DECISION
    assert "没有收到钱" not in read_by(here.school, made)
    assert "〔已隐去：与投诉无关〕" in read_by(here.school, made)
    assert "没有收到钱" in read_by(here.officer, made)
    (row,) = hidden_rows(here.colleague, list(redactions_visible_to(here.colleague)))
    assert (row.words, row.may_review) == ("没有收到钱", True)
    operations.review_redaction(
        actor=here.colleague, redaction_id=redaction.pk, confirmed=False, decision="与事实有关"
    )
    assert "没有收到钱" in read_by(here.school, made)


def test_by_the_code_one_hides_what_one_wrote_and_nothing_else(here):
    made = contested(here)
    hidden = operations.hide_own_words(actor=here.person, receipt_code=made.receipt_code, words="没有收到钱")
    assert [row.target for row in hidden] == [Target.DECISION]
    assert "没有收到钱" not in read_by(here.school, made)
    other = accepted(here)
    operations.answer(actor=here.school, complaint_id=other.complaint.pk, kind="disputed", text="学员缺课。")
    with pytest.raises(InvalidInput, match="照原文"), transaction.atomic():
        operations.hide_own_words(actor=here.person, receipt_code=other.receipt_code, words="学员缺课")
    with pytest.raises(Refused, match="自己写的"), transaction.atomic():
        operations.redact(
            actor=here.person,
            receipt_code=other.receipt_code,
            **place_of(other, "学员缺课"),
            reason="不想公开",
        )
    accept = Decision.objects.filter(complaint=other.complaint, kind=DecisionKind.ACCEPT).get()
    with pytest.raises(Refused, match="自己写的"):
        operations.redact(
            actor=here.person,
            receipt_code=other.receipt_code,
            target=Target.DECISION,
            target_id=accept.pk,
            first=0,
            last=0,
            reason="不想公开",
        )


# -- what outlasts the personal data --------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [NAME, PHONE, STREET, IDENTITY, MAIL, "13800138000", "欧阳 测试甲"])
def test_what_stays_for_ever_holds_no_personal_data(here, secret):
    talking, ended, paying = mediating(here), accepted(here, people=(applicant(email=""),)), agreed(here)
    operations.terminate(
        actor=here.officer,
        complaint_id=ended.complaint.pk,
        ground=TerminationGround.NO_AGREEMENT,
        reason="分歧大。",
    )
    said = f"已告知{secret}"
    in_talks = {"complaint_id": talking.complaint.pk}
    officer = {"actor": here.officer}
    for deed in (
        lambda: operations.pause_for_appraisal(**officer, **in_talks, **appraised(reason=said)),
        lambda: operations.pause_for_appraisal(**officer, **in_talks, **appraised(appraiser=said)),
        lambda: operations.recuse(**officer, **in_talks, ground=Recusal.OTHER, reason=said),
        lambda: operations.redact(**officer, **in_talks, target="facts", first=0, last=1, reason=said),
        lambda: operations.unmask(**officer, **in_talks, field="phone", reason=said),
        lambda: operations.issue_receipt(**officer, **in_talks, identity="known", reason=said),
    ):
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            deed()
        assert refused.value.fields
    assert not AppraisalPause.objects.exists()
    assert not Redaction.objects.exists()
    assert paying.complaint.pk


def test_a_request_for_recusal_loses_its_reason_with_the_personal_data(here, time):
    made = mediating(here)
    operations.ask_recusal(
        actor=here.person,
        receipt_code=made.receipt_code,
        party=Party.COMPLAINANT,
        ground=Recusal.OTHER,
        reason=SECRETS,
    )
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code, reason=SECRETS)
    ended = again(made).ended_at
    time.at(ended.replace(year=ended.year + 3))
    time.pass_days(1)
    operations.retire_personal_data(actor=here.system)
    assert RecusalRequest.objects.get().reason == ""
    report = Retirement.objects.get()
    assert (report.complaints, report.ended_before) == (1, clock.today().replace(year=ended.year))
    trail = "".join(repr(row) for row in AuditEntry.objects.values_list("reason", "detail"))
    assert leaks(trail) == []


# -- joined complainants and agents ---------------------------------------------------------------------------


def test_a_joined_complainant_has_an_address_too(here):
    first = applicant(is_representative=True)
    without = applicant(name="演示乙", phone="13800138001", address="", id_number="", kind=JOINED)
    values = {"respondent_name": here.institution.name, "institution_id": here.institution.pk}
    with pytest.raises(InvalidInput) as refused:
        operations.file_complaint(
            actor=here.person, filing=with_people(first, without, agrees_to_joining=True, **values)
        )
    assert "people.1.address" in refused.value.fields
    whole = applicant(
        name="演示乙", phone="13800138001", address="北京市海淀区演示路2号", id_number="", kind=JOINED
    )
    made = operations.file_complaint(
        actor=here.person, filing=with_people(first, whole, agrees_to_joining=True, **values)
    )
    rows = PersonalData.objects.filter(person__complaint=made.complaint).order_by("person_id")
    assert [row.district for row in rows] == ["北京市朝阳区", "北京市海淀区"]


def test_the_authority_stands_with_the_agent(here):
    agent = applicant(
        name="演示代理", phone="13800138002", kind=PersonKind.AGENT, has_authority=True, email=""
    )
    made = operations.file_complaint(
        actor=here.person,
        filing=with_people(
            applicant(),
            agent,
            respondent_name=here.institution.name,
            institution_id=here.institution.pk,
        ),
        exhibits=[Exhibit(EvidenceKind.AUTHORITY, picture())],
    )
    person = Person.objects.get(complaint=made.complaint, kind=PersonKind.AGENT)
    assert person.authority is not None
    assert Person.objects.exclude(pk=person.pk).get(complaint=made.complaint).authority is None


def test_terms_stay_with_the_offer_as_they_were_written(here):
    made = filed(here)
    operations.accept(actor=here.officer, complaint_id=made.complaint.pk)
    operations.offer(
        actor=here.school,
        complaint_id=made.complaint.pk,
        amount_fen=100_00,
        pay_by=clock.today(),
        open_until=clock.today(),
        terms=f"致电{PHONE}",
    )
    assert Offer.objects.get().terms == f"致电{PHONE}"
    assert PHONE not in read_by(here.school, made)


def test_a_joint_negotiation_keeps_no_personal_data_in_its_title_and_its_end(here):
    ids = [accepted(here).complaint.pk, accepted(here).complaint.pk]
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        operations.open_mass_case(actor=here.officer, title=f"{NAME}等人", complaint_ids=ids)
    assert set(refused.value.fields) == {"title"}
    case = operations.open_mass_case(actor=here.officer, title="停课", complaint_ids=ids)
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        operations.end_mass_case(actor=here.officer, mass_case_id=case.pk, notes=f"已致电{PHONE}")
    assert set(refused.value.fields) == {"notes"}


def test_only_what_a_peoples_committee_mediated_may_be_confirmed_in_court(here, monkeypatch):
    seen = []
    monkeypatch.setattr(letters, "render_pdf", lambda html, *_args, **_more: seen.append(html) or b"%PDF-")
    registered_committee(here)
    for body in Body:
        made = mediating(here)
        agreement = drawn_up(here, made, body=body)
        sign_both(here, made, agreement)
        letters.agreement_pdf(Agreement.objects.get(pk=agreement.pk), Party.COMPLAINANT)
    ours, committee = seen
    assert "司法确认" not in ours
    # Thirty days from 2026-03-02, by the rule with its article.
    assert "在2026-04-01以前（含当日）共同向人民法院申请司法确认（人民调解法 第33条）" in committee
