"""个人信息: masked by default, each look recorded, found by hash, hidden with a reason, gone when its purpose ends."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from association import clock
from association.choices import Role
from association.models import Attachment, AuditEntry, Deadline, Notice, OutboxJob
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import (
    Audience,
    EvidenceKind,
    Outcome,
    Party,
    PersonalField,
    RefusalGround,
    State,
    Target,
)
from complaints.documents import letters
from complaints.models import (
    Agreement,
    Complaint,
    Decision,
    Draft,
    Person,
    PersonalData,
    Redaction,
    Reply,
    Retirement,
    Signature,
    Unmasking,
)
from complaints.operations import Exhibit
from complaints.queries.people import masked_people, similar_to
from complaints.queries.shown import preview, shown_to
from complaints.queries.tracking import track
from tests.complaints.material import (
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
    filed,
    filing,
    queued,
    world,
)
from tests.complaints.test_operations_intake import picture
from tests.complaints.test_operations_orders import look, mended, rows
from tests.factories.people import actor_with, make_association


def leaks(text):
    return [secret for secret in PLANTED if secret in text]


# -- masks ----------------------------------------------------------------------------------------------------


def test_staff_see_masks(here):
    made = filed(here)
    (person,) = masked_people([made.complaint])[made.complaint.pk]
    assert (person.name, person.phone, person.district, person.id_number, person.email) == (
        "欧*",
        "139****5678",
        "北京市朝阳区",
        "1****************2",
        "p***@example.org",
    )
    assert leaks(repr(shown_to(here.officer, again(made)).people)) == []


@pytest.mark.parametrize("shares", [True, False])
def test_the_institution_learns_the_name_and_the_phone_only_if_it_may(here, shares):
    made = accepted(here, shares_phone=shares)
    shown = shown_to(here.school, again(made))
    assert [one.name for one in shown.named] == [NAME]
    assert shown.named[0].phone == (PHONE if shares else "")
    assert PHONE not in shown.facts
    assert leaks(shown.facts.replace(NAME, "") + shown.demand) == []
    assert [STREET in repr(shown), IDENTITY in repr(shown), MAIL in repr(shown)] == [False] * 3
    assert shown_to(here.officer, again(made)).named == ()


def test_before_sending_one_sees_what_others_will_see(here):
    shown = preview(filing(here.institution))
    assert [(one.name, one.phone) for one in shown.named] == [(NAME, "")]
    assert PHONE not in shown.institution_facts


# -- looking --------------------------------------------------------------------------------------------------


def test_each_look_is_recorded_with_its_reason(here):
    made = filed(here)
    which = {"actor": here.officer, "complaint_id": made.complaint.pk}
    assert operations.unmask(**which, field=PersonalField.PHONE, reason="回电核实付款") == PHONE
    assert operations.unmask(**which, field=PersonalField.ADDRESS, reason="寄送文书").endswith(STREET)
    rows = [(row.field, row.reason, row.seen_by_id) for row in Unmasking.objects.order_by("pk")]
    assert rows == [
        ("phone", "回电核实付款", here.officer.user_id),
        ("address", "寄送文书", here.officer.user_id),
    ]
    with pytest.raises(InvalidInput):
        operations.unmask(**which, field=PersonalField.NAME, reason=" ")
    with pytest.raises(InvalidInput):
        operations.unmask(**which, field="password", reason="x")
    assert Unmasking.objects.count() == 2
    assert leaks(repr(list(AuditEntry.objects.values_list("detail", "reason")))) == []


def test_a_mediator_looks_only_into_the_own_case(here):
    made = accepted(here)
    with pytest.raises(NotFound):
        operations.unmask(
            actor=here.mediator, complaint_id=made.complaint.pk, field=PersonalField.PHONE, reason="x"
        )


@pytest.mark.parametrize(
    "typed", [PHONE, f"+86 {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}", NAME, f" {NAME} ", IDENTITY]
)
def test_people_are_found_by_hash_and_only_here(here, typed):
    with acting_for(make_association().pk):
        filed(world())
    made = filed(here)
    assert set(operations.search_people(actor=here.officer, typed=typed)) == {made.complaint}
    assert not operations.search_people(actor=here.officer, typed="13800138000").exists()
    with pytest.raises(Forbidden):
        operations.search_people(actor=here.school, typed=typed)
    assert leaks(repr(list(AuditEntry.objects.values_list("detail", "reason")))) == []


def test_the_same_person_about_the_same_institution_is_perhaps_the_same_matter(here):
    first, again_, other = (
        filed(here),
        filed(here),
        filed(here, people=(applicant(name="李四", phone="13800138000"),)),
    )
    assert set(similar_to(first.complaint)) == {again_.complaint}
    assert not similar_to(other.complaint).exists()


# -- redactions -----------------------------------------------------------------------------------------------


def hide(here, made, word, **more):
    first = made.complaint.facts.index(word)
    values = {"target": Target.FACTS, "reason": "与投诉无关的第三人信息"} | more
    return operations.redact(
        actor=here.officer,
        complaint_id=made.complaint.pk,
        first=first,
        last=first + len(word) - 1,
        **values,
    )


def test_hidden_words_leave_a_mark_and_come_back_when_lifted(here):
    made = accepted(here)
    redaction = hide(here, made, "多次打电话", audience=Audience.INSTITUTION)
    mark = "〔已隐去：与投诉无关的第三人信息〕"
    assert mark in shown_to(here.school, again(made)).facts
    assert "多次打电话" in shown_to(here.officer, again(made)).facts
    with pytest.raises(Refused, match="另一位同事"):
        operations.review_redaction(
            actor=here.officer, redaction_id=redaction.pk, confirmed=True, decision="同意"
        )
    operations.review_redaction(
        actor=here.colleague, redaction_id=redaction.pk, confirmed=False, decision="与事实有关"
    )
    assert "多次打电话" in shown_to(here.school, again(made)).facts
    assert Redaction.objects.get().decision == "与事实有关"


def test_the_complainant_hides_own_words_by_the_code(here):
    made = accepted(here)
    operations.redact(
        actor=here.person,
        receipt_code=made.receipt_code,
        target=Target.DEMAND,
        first=0,
        last=1,
        reason="本人要求",
    )
    assert shown_to(here.school, again(made)).demand.startswith("〔已隐去：本人要求〕")


@pytest.mark.parametrize(("first", "last"), [(None, None), (5, 4), (-1, 3), (0, 10_000)])
def test_only_words_that_are_there_are_hidden(here, first, last):
    made = accepted(here)
    with pytest.raises(InvalidInput):
        operations.redact(
            actor=here.officer,
            complaint_id=made.complaint.pk,
            target=Target.FACTS,
            first=first,
            last=last,
            reason="x",
        )


def test_evidence_of_another_complaint_is_not_hidden_by_its_number(here):
    mine, theirs = accepted(here), accepted(here)
    evidence = operations.add_evidence(
        actor=here.person, exhibit=Exhibit(EvidenceKind.PAYMENT, picture()), receipt_code=theirs.receipt_code
    )
    with pytest.raises(NotFound):
        operations.redact(
            actor=here.officer,
            complaint_id=mine.complaint.pk,
            target=Target.EVIDENCE,
            target_id=evidence.pk,
            reason="x",
        )


# -- retention ------------------------------------------------------------------------------------------------


def closed(here):
    made = agreed(here)
    operations.add_evidence(
        actor=here.person, exhibit=Exhibit(EvidenceKind.PAYMENT, picture()), receipt_code=made.receipt_code
    )
    operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text=f"{NAME}未到课。"
    )
    operations.perform(
        actor=here.school,
        complaint_id=made.complaint.pk,
        paid_on=clock.today(),
        proof=SimpleUploadedFile("凭证.png", picture().read() + b"1"),
    )
    operations.render_agreement(actor=here.system, agreement_id=Agreement.objects.get().pk)
    operations.survey(
        actor=here.person, outcome=Outcome.RESOLVED, comment=f"谢谢，{NAME}", receipt_code=made.receipt_code
    )
    return made


def test_what_has_served_its_purpose_goes_and_the_figures_stay(here, time, settings):
    made, running = closed(here), accepted(here)
    time.pass_days(3 * 365)
    assert operations.retire_personal_data(actor=here.system) is None
    time.pass_days(4)
    report = operations.retire_personal_data(actor=here.system)
    assert (report.complaints, report.people, report.files) == (1, 1, 4)
    assert operations.retire_personal_data(actor=here.system) is None
    kept = again(made)
    assert (kept.facts, kept.demand, kept.receipt_key, kept.retired_at) == ("", "", None, clock.now())
    assert (kept.state, kept.outcome, kept.returned_fen) == (State.CLOSED, Outcome.RESOLVED, 8_000_00)
    assert [row.text for row in Reply.objects.all()] == [""]
    assert Signature.objects.count() == 2
    assert Person.objects.filter(complaint=kept).count() == 1
    assert {data.person.complaint_id for data in PersonalData.objects.all()} == {running.complaint.pk}
    assert not Attachment.objects.filter(case=f"complaint-{kept.pk}", forgotten_on=None).exists()
    assert track(made.receipt_code) is None
    with pytest.raises(NotFound, match="已经删除"):
        operations.unmask(actor=here.officer, complaint_id=kept.pk, field="phone", reason="x")
    assert [one.name for one in shown_to(here.school, kept).named] == [""]
    assert leaks(everything_of(kept.pk)) == []
    assert Retirement.objects.count() == 1


def test_the_report_counts_the_import_files_that_were_emptied(here, time):
    """Names and telephones of wrong rows are gone after thirty days, and the report says that they are."""
    report = look(here, mended(rows(here, 2, bad={1})))
    assert operations.retire_personal_data(actor=here.system) is None
    time.pass_days(30)
    done = operations.retire_personal_data(actor=here.system)
    assert (done.batches, done.complaints, done.drafts) == (1, 0, 0)
    report.batch.refresh_from_db()
    assert bytes(report.batch.box) == b""
    assert operations.retire_personal_data(actor=here.system) is None


def test_drafts_past_their_day_go_as_well(here, time):
    operations.save_draft(actor=here.person, draft_key="k1", content={"name": NAME})
    time.pass_days(13)
    operations.save_draft(actor=here.person, draft_key="k2", content={"name": NAME})
    time.pass_days(1)
    assert operations.retire_personal_data(actor=here.system).drafts == 1
    assert Draft.objects.count() == 1


def test_only_the_clock_retires(here):
    for actor in (here.officer, here.auditor, here.person):
        with pytest.raises(Forbidden):
            operations.retire_personal_data(actor=actor)


def everything_of(complaint_id):
    """Every row of every table of complaints that names the complaint, as text; sealed boxes as they are."""
    text = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_name LIKE 'complaints_%%' "
            "AND column_name = 'complaint_id'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t WHERE complaint_id = %s", [complaint_id])
            text += [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT t::text FROM complaints_complaint t WHERE id = %s", [complaint_id])
        return "".join([*text, *(row[0] for row in cursor.fetchall())])


# -- planted --------------------------------------------------------------------------------------------------


def test_nothing_planted_is_told_logged_or_queued(here, time, caplog):
    caplog.set_level(logging.DEBUG)
    made = closed(here)
    refused_one = filed(here)
    refusal = operations.refuse(
        actor=here.officer,
        complaint_id=refused_one.complaint.pk,
        ground=RefusalGround.OTHER_RULE,
        reason=f"{NAME}（{PHONE}）所述不属于受理范围。",
    )
    for job in queued("complaints.mail_complainant"):
        operations.mail_complainant(**job.payload)
    operations.render_letter(actor=here.system, decision_id=refusal.pk)
    told = [caplog.text, *(f"{one.subject}{one.body}{one.path}" for one in Notice.objects.all())]
    told += [message.subject + message.body for message in mail.outbox]
    told += [repr(one) for one in OutboxJob.objects.values_list("key", "payload", "last_error")]
    told += [repr(one) for one in AuditEntry.objects.exclude(object_kind="complaints.decision").values()]
    told += [repr(one) for one in Deadline.objects.values_list("case_title", "action", "title")]
    told += [repr(one) for one in Attachment.objects.values_list("name", "case")]
    assert leaks("".join(told)) == []
    assert len(mail.outbox) > 5
    assert made.receipt_code.replace("-", "") not in "".join(told).replace("-", "")


def test_nothing_planted_stands_in_a_document(here, monkeypatch):
    """What WeasyPrint is given is all that can stand in the PDF."""
    seen = []
    monkeypatch.setattr(letters, "render_pdf", lambda html, *_args, **_more: seen.append(html) or b"%PDF-")
    made = agreed(here)
    letters.agreement_pdf(Agreement.objects.get(complaint=made.complaint), Party.COMPLAINANT)
    other = filed(here)
    decision = operations.refuse(
        actor=here.officer,
        complaint_id=other.complaint.pk,
        ground=RefusalGround.OTHER_RULE,
        reason=f"{NAME}，{PHONE}，{IDENTITY}，{MAIL}",
    )
    letters.letter_pdf(Decision.objects.get(pk=decision.pk))
    assert leaks("".join(seen)) == []
    assert "欧*" in seen[0]
    assert "欧*" in seen[1]


def test_a_stranger_of_another_role_sees_none_of_it(here):
    made = accepted(here)
    for role in (Role.ASSESSOR, Role.COMMITTEE, Role.INSTITUTION_STAFF):
        with pytest.raises((Forbidden, NotFound)):
            operations.unmask(
                actor=actor_with(role), complaint_id=made.complaint.pk, field="phone", reason="x"
            )
    assert Complaint.objects.count() == 1
    assert timedelta(0) == clock.now() - made.complaint.received_at
