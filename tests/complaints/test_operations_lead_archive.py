"""反馈、归档、去标识化 of leads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction

from association import clock
from association.choices import Role
from association.clocks import deadlines_of
from association.locker import path_of, read_file
from association.models import Attachment, AuditEntry, SealedOriginal
from association.operations import move_practice_clock
from association.tenancy import acting_for
from common.errors import InvalidInput, Refused
from complaints.choices.leads import LeadState
from complaints.models import Lead, LeadReferral
from complaints.operations import lead_ending, lead_handling, lead_reports
from complaints.operations.lead_secrets import (
    read_account,
    unmask_informant,
)
from complaints.queries import lead_boxes
from tests.association.test_locker import picture
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association

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


def later(number):
    days(number)
    some.daily_round()


def add_picture(code, name="慕容线索人拍摄.jpg"):
    upload = SimpleUploadedFile(name, picture())
    return lead_reports.add_lead_evidence(actor=some.anybody(), code=code, upload=upload)


@pytest.mark.parametrize("named", [True, False])
def test_what_nobody_puts_away_is_put_away_by_itself(named):
    lead, clerk, _code = some.decided(**(some.NAMED if named else {}))
    later(32)
    if named:
        # Who gave a name has an answer first: until then the clock of the feedback runs.
        assert Lead.objects.get(pk=lead.pk).state == LeadState.UNFOUNDED
        lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="经核查，未发现所述情形。")
        later(29)
        assert Lead.objects.get(pk=lead.pk).state == LeadState.FED_BACK
        later(3)
    kept = Lead.objects.get(pk=lead.pk)
    assert kept.state == LeadState.ARCHIVED
    assert kept.retire_on is not None
    later(3 * 366 + 2)
    gone = Lead.objects.get(pk=lead.pk)
    assert (bytes(gone.facts_box), bytes(gone.name_box), gone.receipt_key) == (b"", b"", None)


# -- feedback and the archive -----------------------------------------------------------------------------------------


def test_a_named_informant_is_answered_within_the_term_before_the_archive():
    lead, clerk, _code = some.decided(**some.NAMED)
    (running,) = deadlines_of("lead", lead.pk).filter(stopped_at__isnull=True)
    assert (running.code, running.owner_user_id) == ("LEAD-FEEDBACK", clerk.user_id)
    with pytest.raises(Refused):
        lead_ending.archive_lead(actor=clerk, lead_id=lead.pk)
    with pytest.raises(InvalidInput):
        lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text=" ")
    lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="经核查，未发现所述情形。")
    with pytest.raises(Refused):
        lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="再说一遍")
    lead_ending.archive_lead(actor=clerk, lead_id=lead.pk)
    assert not deadlines_of("lead", lead.pk).filter(stopped_at__isnull=True).exists()


def test_a_named_lead_is_not_archived_unanswered_in_the_database_either():
    lead, _clerk, _code = some.decided(**some.NAMED)
    from association.deadlines import start_clock

    rule, due = start_clock("RETENTION-LEAD")
    with pytest.raises(IntegrityError, match="lead_named_is_told"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(
            state="archived", archived_on=clock.today(), retire_on=due.on, retention_rule=rule
        )


def test_an_anonymous_lead_is_archived_without_and_has_no_clock_of_an_answer():
    lead, clerk, _code = some.decided()
    assert not deadlines_of("lead", lead.pk).filter(stopped_at__isnull=True).exists()
    lead_ending.archive_lead(actor=clerk, lead_id=lead.pk)
    assert Lead.objects.get().state == LeadState.ARCHIVED


def test_after_the_retention_who_told_and_what_was_told_are_gone(
    association, django_capture_on_commit_callbacks
):
    lead, clerk, code = some.verifying(**some.NAMED)
    add_picture(code)
    lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text="哪天？")
    lead_reports.answer_question(actor=some.anybody(), code=code, text="周三")
    referral = lead_ending.refer_lead(
        actor=clerk, lead_id=lead.pk, authority="局", document_number="1号", summary="事实", grounds="理由", passed=[1]
    )  # fmt: skip
    lead_ending.give_lead_feedback(actor=clerk, lead_id=lead.pk, text="已移送。")
    lead_ending.archive_lead(actor=clerk, lead_id=lead.pk)
    days(3 * 365 - 30)
    some.daily_round()
    assert Lead.objects.get().retired_on is None
    days(60)
    with django_capture_on_commit_callbacks(execute=True):
        some.daily_round()
        some.daily_round()
    lead = Lead.objects.get()
    assert lead.retired_on == clock.today()
    assert all(bytes(getattr(lead, box)) == b"" for box in lead_boxes.BOXES)
    assert {bytes(row.text_box) for row in lead.messages.all()} == {b""}
    assert lead_boxes.by_receipt(code) is None
    assert (lead.outcome, lead.grounds) == ("referred", "理由")
    assert read_file(LeadReferral.objects.get(pk=referral.pk).letter)
    kept = Attachment.objects.get(case=lead.case)
    assert not path_of(association.pk, kept.sha256).exists()
    assert SealedOriginal.objects.get(attachment=kept).destroyed_at is not None
    assert AuditEntry.objects.filter(action="retire_lead").count() == 1
    clerk = actor_with(Role.SECRETARIAT, user=None)
    assert read_account(actor=clerk, lead_id=lead.pk) is None


def test_of_a_retired_lead_nobody_is_unmasked():
    lead, clerk, _code = some.archived(**some.NAMED)
    days(3 * 365 + 60)
    some.daily_round()
    with pytest.raises(Refused):
        unmask_informant(actor=clerk, lead_id=lead.pk, reason="再看一眼")


def test_what_was_told_does_not_change_before_in_the_database():
    lead, _clerk, _code = some.verifying(**some.NAMED)
    for values in (
        {"facts_box": b"x"},
        {"is_anonymous": True},
        {"receipt_key": None},
        {"institution_name": "改"},
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**values)
    with pytest.raises((IntegrityError, InternalError), match="kept"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).delete()
