"""移送、查实，和材料的封存原件。"""

import io
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction

from association import clock, originals
from association.clocks import whose_turn
from association.locker import path_of, read_file
from association.models import AuditEntry
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused, TooLarge
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadEvidence, LeadFinding, LeadReferral
from complaints.operations import lead_ending, lead_reports
from complaints.operations.lead_secrets import (
    read_lead_file,
    read_referral_letter,
    request_lead_original,
)
from complaints.queries import lead_boxes
from complaints.queries.leads import proven_leads
from tests.association.test_locker import picture
from tests.factories import leads as some
from tests.factories.people import make_association, make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


def days(number):
    clerk = some.officer()
    while number > 0:
        move_practice_clock(actor=clerk, days=min(number, 400))
        number -= 400


def add_picture(code, name="慕容线索人拍摄.jpg"):
    upload = SimpleUploadedFile(name, picture())
    return lead_reports.add_lead_evidence(actor=some.anybody(), code=code, upload=upload)


# -- material -----------------------------------------------------------------------------------------------------


def test_material_has_a_number_for_a_name_and_no_metadata():
    lead, code = some.draft()
    evidence = add_picture(code)
    kept = evidence.attachment
    assert (kept.name, kept.case, kept.uploaded_by_id) == ("材料1.jpg", lead.case, None)
    assert b"taken at home" not in read_file(kept)
    assert kept.created_at == lead_boxes.start_of(clock.today())
    assert add_picture(code).pk == evidence.pk


def test_material_of_a_draft_can_be_taken_back_and_of_a_sent_lead_not(
    association, django_capture_on_commit_callbacks
):
    _lead, code = some.draft()
    kept = add_picture(code).attachment
    with django_capture_on_commit_callbacks(execute=True):
        lead_reports.remove_lead_evidence(actor=some.anybody(), code=code, number=1)
    assert not LeadEvidence.objects.exists()
    assert not path_of(association.pk, kept.sha256).exists()
    again = add_picture(code)
    lead_reports.submit_lead(actor=some.anybody(), code=code)
    with pytest.raises(Refused):
        lead_reports.remove_lead_evidence(actor=some.anybody(), code=code, number=again.number)
    with pytest.raises((IntegrityError, InternalError), match="stays"), transaction.atomic():
        LeadEvidence.objects.all().delete()


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "空.jpg", InvalidInput),
        (b"MZ\x90\x00", "程序.jpg", InvalidInput),
        (b"\xff\xd8\xff" + b"0" * (51 * 1024 * 1024), "大.jpg", TooLarge),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_and_the_draft_stays(data, name, refusal):
    lead, code = some.draft()
    with pytest.raises(refusal):
        lead_reports.add_lead_evidence(actor=some.anybody(), code=code, upload=SimpleUploadedFile(name, data))
    assert lead_boxes.opened(Lead.objects.get(pk=lead.pk), "facts_box") == some.FACTS


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(lead_reports, "MOST_FILES", 1)
    _lead, code = some.draft()
    add_picture(code)
    with pytest.raises(Refused):
        add_picture(code)


def test_material_is_read_by_the_officer_only_and_on_record():
    lead, clerk, code = some.verifying()
    add_picture(code)
    assert read_lead_file(actor=clerk, lead_id=lead.pk, number=1).name == "材料1.jpg"
    assert AuditEntry.objects.filter(action="read_lead_file", user_id=clerk.user_id).count() == 1
    with pytest.raises(Forbidden):
        read_lead_file(actor=some.officer(), lead_id=lead.pk, number=1)
    with pytest.raises(NotFound):
        read_lead_file(actor=clerk, lead_id=lead.pk, number=2)


def test_an_original_is_opened_by_two_people_only():
    lead, clerk, code = some.verifying()
    add_picture(code)
    other = some.officer()
    with pytest.raises(Forbidden):
        request_lead_original(actor=other, lead_id=lead.pk, number=1, reason="核对拍摄时间")
    asked = request_lead_original(actor=clerk, lead_id=lead.pk, number=1, reason="核对拍摄时间")
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=asked.pk)
    with pytest.raises(Refused):
        originals.approve_original(actor=clerk, request_id=asked.pk)
    originals.approve_original(actor=other, request_id=asked.pk)
    with pytest.raises(NotFound):
        originals.read_original(actor=other, request_id=asked.pk)
    assert originals.read_original(actor=clerk, request_id=asked.pk) == picture()


def test_an_original_of_a_lead_is_not_asked_for_around_the_lead():
    _lead, _clerk, code = some.verifying()
    evidence = add_picture(code)
    with pytest.raises(NotFound):
        originals.request_original(actor=some.officer(), file_id=evidence.attachment_id, reason="绕行")


# -- referral -----------------------------------------------------------------------------------------------------


def test_referred_by_a_letter_with_what_goes_along():
    lead, clerk, code = some.verifying(**some.NAMED)
    add_picture(code)
    referral = lead_ending.refer_lead(
        actor=clerk,
        lead_id=lead.pk,
        authority="演示区市场监督管理局",
        document_number="演培促函〔2026〕8号",
        summary="招生页面承诺包过。",
        grounds="属于广告监管职责",
        passed=[1],
    )
    lead = Lead.objects.get()
    assert (lead.state, lead.outcome, referral.passed) == (LeadState.REFERRED, LeadState.REFERRED, [1])
    letter = read_referral_letter(actor=some.officer(), lead_id=lead.pk, referral_id=referral.pk)
    pdf = read_file(letter)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) >= 1
    for secret in (some.NAME, some.PHONE, some.MAIL):
        assert secret.encode() not in pdf
    assert whose_turn("lead", lead.pk).action == "向线索提供人反馈处理结果"


@pytest.mark.parametrize("field", ["authority", "document_number", "summary", "grounds"])
def test_a_letter_that_is_not_whole_is_refused(field):
    lead, clerk, _code = some.verifying()
    words = {"authority": "局", "document_number": "1号", "summary": "事实", "grounds": "理由"} | {field: " "}
    with pytest.raises(InvalidInput) as refused:
        lead_ending.refer_lead(actor=clerk, lead_id=lead.pk, **words)
    assert list(refused.value.fields) == [field]
    assert Lead.objects.get().state == LeadState.VERIFYING
    assert not LeadReferral.objects.exists()


def test_referred_without_a_letter_is_refused_by_the_database():
    lead, clerk, _code = some.verifying()
    with pytest.raises((IntegrityError, InternalError), match="letter"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(
            state="referred",
            outcome="referred",
            grounds="x",
            decided_on=clock.today(),
            decided_by=clerk.user_id,
        )


def test_a_letter_that_names_the_informant_is_refused():
    lead, clerk, _code = some.verifying(**some.NAMED)
    with pytest.raises(InvalidInput) as refused:
        lead_ending.refer_lead(
            actor=clerk,
            lead_id=lead.pk,
            authority="局",
            document_number="1号",
            summary="据电话 139-1111-2222 反映，承诺包过",
            grounds="理由",
        )
    assert list(refused.value.fields) == ["summary"]


def test_the_identity_goes_along_with_consent_only():
    lead, clerk, _code = some.verifying(**some.NAMED)
    words = {"authority": "局", "document_number": "1号", "summary": "事实", "grounds": "理由"}
    with pytest.raises(InvalidInput):
        lead_ending.refer_lead(actor=clerk, lead_id=lead.pk, with_identity=True, **words)
    agreed, clerk, _code = some.verifying(**some.NAMED, may_pass_identity=True)
    referral = lead_ending.refer_lead(actor=clerk, lead_id=agreed.pk, with_identity=True, **words)
    assert referral.identity_passed


def test_the_number_of_a_letter_is_used_once():
    some.referred()
    with pytest.raises(InvalidInput) as refused:
        some.referred()
    assert list(refused.value.fields) == ["document_number"]


def test_material_of_another_lead_does_not_go_along():
    _other, _clerk, code = some.verifying()
    add_picture(code)
    lead, clerk, _code = some.verifying()
    with pytest.raises(NotFound):
        lead_ending.refer_lead(
            actor=clerk, lead_id=lead.pk, authority="局", document_number="1号", summary="事实", grounds="理由", passed=[1]
        )  # fmt: skip


def test_the_receipt_of_the_authority_is_recorded_once():
    referral, clerk, _code = some.referred()
    given = {"actor": clerk, "lead_id": referral.lead_id, "referral_id": referral.pk}
    record_receipt = lead_ending.record_referral_receipt
    for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=1)):
        with pytest.raises(InvalidInput):
            record_receipt(**given, received_on=day, receipt="收文12号")
    with pytest.raises(InvalidInput):
        record_receipt(**given, received_on=clock.today(), receipt="")
    record_receipt(**given, received_on=clock.today(), receipt="收文12号")
    with pytest.raises(Refused):
        record_receipt(**given, received_on=clock.today(), receipt="收文13号")
    assert LeadReferral.objects.get().receipt == "收文12号"


# -- facts for the apps above ---------------------------------------------------------------------------------------


def test_proven_leads_of_an_institution_in_a_time():
    institution, neighbour = make_institution("演示万通培训中心"), make_institution()
    some.decided(LeadState.HANDLED)
    some.decided(LeadState.HANDLED, institution_name="演示不在册机构")
    some.decided(LeadState.UNFOUNDED)
    today = clock.today()
    (found,) = proven_leads(institution.pk, today, today)
    assert (found.category, found.basis, found.measure) == ("promise", "pledge", "责令撤下宣传页并书面检讨")
    assert proven_leads(institution.pk, today + timedelta(days=1), today + timedelta(days=2)) == []
    assert proven_leads(neighbour.pk, today, today) == []
    with acting_for(make_association().pk):
        assert proven_leads(institution.pk, today, today) == []


def test_what_an_authority_decided_is_a_finding_with_its_document():
    institution = make_institution("演示万通培训中心")
    referral, clerk, _code = some.referred(**some.NAMED)
    record_finding = lead_ending.record_lead_finding
    given = {"actor": clerk, "lead_id": referral.lead_id}
    with pytest.raises(InvalidInput):
        record_finding(**given, facts="广告违法", document_number="")
    with pytest.raises(InvalidInput):
        record_finding(**given, facts=f"{some.NAME}举报属实", document_number="京演市监罚〔2026〕3号")
    record_finding(**given, facts="广告违法", document_number="京演市监罚〔2026〕3号")
    with pytest.raises(Refused):
        record_finding(**given, facts="广告违法", document_number="京演市监罚〔2026〕3号")
    (found,) = proven_leads(institution.pk, clock.today(), clock.today())
    assert (found.basis, found.document_number) == ("authority", "京演市监罚〔2026〕3号")


def test_only_a_referred_lead_gets_the_finding_of_an_authority():
    lead, clerk, _code = some.decided()
    with pytest.raises(Refused):
        lead_ending.record_lead_finding(actor=clerk, lead_id=lead.pk, facts="x", document_number="1")


def test_a_finding_is_written_once_in_the_database():
    some.decided(LeadState.HANDLED)
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        LeadFinding.objects.update(measure="改")
