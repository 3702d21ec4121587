"""封存原件: two different people and a reason, for a day; anybody and anything else is refused, by the database too."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from association import clock, originals, tasks
from association.choices import Certainty, OriginalRequestState, Role
from association.locker import read_file, store_document, store_file
from association.models import AuditEntry, DeadlineRule, Notice, OriginalRequest, OutboxJob, SealedOriginal
from association.operations import confirm_deadline_rule, move_practice_clock, set_deadline_rule
from association.outbox import enqueue
from association.rules.clock import add_years
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from tests.association.test_locker import picture
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
SENT = picture()


@pytest.fixture(autouse=True)
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(association):
    return actor_with(Role.SECRETARIAT)


@pytest.fixture
def chair(association):
    return actor_with(Role.COMMITTEE_CHAIR)


@pytest.fixture
def kept(association):
    own = actor_with(Role.INSTITUTION_ADMIN)
    (institution_id,) = own.institution_ids
    upload = SimpleUploadedFile("现场.jpg", SENT)
    return store_file(actor=own, upload=upload, institution_id=institution_id)


def asked(actor, kept, reason="核对拍摄时间"):
    return originals.request_original(actor=actor, file_id=kept.pk, reason=reason)


def approved(clerk, chair, kept):
    return originals.approve_original(actor=chair, request_id=asked(clerk, kept).pk)


def refuses(values, pk):
    with pytest.raises(IntegrityError), transaction.atomic():
        OriginalRequest.objects.filter(pk=pk).update(**values)


# -- the ordinary way -----------------------------------------------------------------------------------------


def test_two_people_open_exactly_what_was_sent(clerk, chair, kept):
    request = approved(clerk, chair, kept)
    assert b"taken at home" not in read_file(kept)
    assert originals.read_original(actor=clerk, request_id=request.pk) == SENT


def test_every_step_is_on_record_with_its_reason(clerk, chair, kept):
    request = approved(clerk, chair, kept)
    originals.read_original(actor=clerk, request_id=request.pk)
    originals.read_original(actor=clerk, request_id=request.pk)
    trail = AuditEntry.objects.filter(object_id=request.pk, object_kind="association.originalrequest")
    assert list(trail.order_by("id").values_list("action", "user_id", "reason")) == [
        ("request_original", clerk.user_id, "核对拍摄时间"),
        ("approve_original", chair.user_id, ""),
        ("read_original", clerk.user_id, ""),
        ("read_original", clerk.user_id, ""),
    ]


def test_deciders_are_told_and_the_one_who_asked_hears(clerk, chair, kept):
    other = actor_with(Role.SECRETARIAT)
    request = asked(clerk, kept)
    told = Notice.objects.filter(event=f"original-request-{request.pk}", channel="desk")
    assert set(told.values_list("user_id", flat=True)) == {chair.user_id, other.user_id}
    originals.refuse_original(actor=chair, request_id=request.pk)
    heard = Notice.objects.filter(event=f"original-request-{request.pk}-decided", channel="desk")
    assert list(heard.values_list("user_id", flat=True)) == [clerk.user_id]


def test_what_lies_on_disk_is_not_what_was_sent(kept, settings):
    files = [path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(files) == 2
    assert SENT not in files
    assert not [data for data in files if b"taken at home" in data]


# -- who may not ----------------------------------------------------------------------------------------------


def test_nobody_approves_the_own_request(kept):
    clerk = actor_with(Role.SECRETARIAT)
    request = asked(clerk, kept)
    with pytest.raises(Refused):
        originals.approve_original(actor=clerk, request_id=request.pk)
    refuses(
        {"state": "approved", "decided_by_id": clerk.user_id, "decided_at": clock.now()},
        request.pk,
    )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECRETARIAT}))
def test_only_the_secretariat_asks(role, kept):
    with pytest.raises(Forbidden):
        asked(actor_with(role), kept)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECRETARIAT, Role.COMMITTEE_CHAIR}))
def test_only_clerk_and_chair_decide(role, clerk, kept):
    request = asked(clerk, kept)
    with pytest.raises(Forbidden):
        originals.approve_original(actor=actor_with(role), request_id=request.pk)


def test_only_the_one_who_asked_reads(clerk, chair, kept):
    request = approved(clerk, chair, kept)
    with pytest.raises(NotFound):
        originals.read_original(actor=actor_with(Role.SECRETARIAT), request_id=request.pk)
    with pytest.raises(Forbidden):
        originals.read_original(actor=chair, request_id=request.pk)


def test_neighbour_association_finds_neither_file_nor_request(clerk, chair, kept):
    request = approved(clerk, chair, kept)
    with acting_for(make_association().pk):
        stranger = actor_with(Role.SECRETARIAT)
        with pytest.raises(NotFound):
            asked(stranger, kept)
        for deed in (originals.approve_original, originals.read_original):
            with pytest.raises(NotFound):
                deed(actor=stranger, request_id=request.pk)


# -- when it does not open ------------------------------------------------------------------------------------


def test_waiting_and_refused_requests_open_nothing(clerk, chair, kept):
    request = asked(clerk, kept)
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)
    originals.refuse_original(actor=chair, request_id=request.pk)
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)
    assert asked(clerk, kept).pk != request.pk


def test_approval_ends_after_a_day(clerk, chair, kept, settings):
    request = approved(clerk, chair, kept)
    move_practice_clock(actor=clerk, days=1)
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)


def test_reason_is_asked_for_and_one_request_waits_at_a_time(clerk, kept):
    for empty in ("", "  \n", "\u200b"):
        with pytest.raises(InvalidInput):
            asked(clerk, kept, empty)
    asked(clerk, kept)
    with pytest.raises(Refused):
        asked(clerk, kept)


def test_decided_request_stays_decided(clerk, chair, kept):
    request = approved(clerk, chair, kept)
    with pytest.raises(Refused):
        originals.refuse_original(actor=actor_with(Role.SECRETARIAT), request_id=request.pk)
    refuses({"state": "refused"}, request.pk)
    refuses({"reason": "另一个理由"}, request.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        OriginalRequest.objects.filter(pk=request.pk).delete()


def test_database_takes_no_request_that_is_approved_at_birth(clerk, chair, kept):
    row = OriginalRequest(
        original=kept.original,
        reason="核对",
        requested_by_id=clerk.user_id,
        requested_at=clock.now(),
        state=OriginalRequestState.APPROVED,
        decided_by_id=chair.user_id,
        decided_at=clock.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_changed_or_missing_piece_is_refused(clerk, chair, kept, settings):
    request = approved(clerk, chair, kept)
    path = originals._path(kept.original)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)
    path.unlink()
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)


def test_other_key_opens_nothing(clerk, chair, kept, settings):
    request = approved(clerk, chair, kept)
    settings.DATA_KEYS = ["another secret of another installation 0123456789"]
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)


# -- keeping and destroying -----------------------------------------------------------------------------------


def test_original_is_sealed_once_for_each_file(kept):
    own = SimpleUploadedFile("现场.jpg", SENT)
    again = store_file(
        actor=actor_with(Role.INSTITUTION_ADMIN, kept.institution),
        upload=own,
        institution_id=kept.institution_id,
    )
    assert again == kept
    assert SealedOriginal.objects.count() == 1


def test_what_is_made_here_has_no_original(clerk):
    made = store_document(
        actor=clerk, data=b"%PDF", name="证书.pdf", media_type="application/pdf", institution_id=None
    )
    with pytest.raises(NotFound):
        asked(clerk, made)


def test_original_goes_when_its_time_is_over_and_the_copy_stays(
    clerk, chair, kept, django_capture_on_commit_callbacks
):
    request = approved(clerk, chair, kept)
    path = originals._path(kept.original)
    assert originals.destroy_old() == 0
    years = (kept.original.keep_until - clock.today()).days
    for days in (365, 365, years - 730):
        move_practice_clock(actor=clerk, days=days)
    assert originals.destroy_old() == 0  # the last day still counts
    move_practice_clock(actor=clerk, days=1)
    enqueue("association.destroy_originals", key="today")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.destroy_originals(OutboxJob.objects.get(key="today").pk)
        kept.original.refresh_from_db()
        assert kept.original.destroyed_at is not None
        assert path.exists()  # a rollback may come yet
    assert not path.exists()
    assert originals.destroy_old() == 0
    assert read_file(kept)
    with pytest.raises(Refused):
        originals.read_original(actor=clerk, request_id=request.pk)
    with pytest.raises(Refused):
        asked(clerk, kept)
    assert AuditEntry.objects.filter(action="destroy_original").count() == 1


def test_keeping_is_three_years_by_the_rule_of_the_association(kept):
    assert kept.original.keep_until >= clock.today() + timedelta(days=3 * 365)


def test_a_newer_rule_that_nobody_has_confirmed_does_not_stop_uploads(clerk):
    """The certain one before it goes on until somebody answers for the new number."""
    rule = DeadlineRule.objects.get(code="SEALED-ORIGINAL-KEPT")
    newer = {"number": 5, "unit": "year", "citation": "待核实", "certainty": Certainty.UNVERIFIED}
    tomorrow = clock.today() + timedelta(days=1)
    after = set_deadline_rule(actor=clerk, rule_id=rule.pk, valid_from=tomorrow, **newer)
    move_practice_clock(actor=clerk, days=2)
    kept = store(clerk)
    assert kept.original.keep_until == add_years(clock.today(), 3, clock.calendar()).on
    with pytest.raises(Refused, match="由您登记"):
        confirm_deadline_rule(actor=clerk, rule_id=after.pk, reason="理事会决议")
    other = actor_with(Role.SECRETARIAT)
    confirm_deadline_rule(actor=other, rule_id=after.pk, reason="理事会决议")
    told = Notice.objects.filter(user=clerk.user_id, event=f"deadline-rule-confirmed-{after.pk}")
    assert told.get(channel="desk").body.startswith(f"“{rule.title}”自")
    again = store(clerk, SENT + b"\0")
    assert again.original.keep_until == add_years(clock.today(), 5, clock.calendar()).on


def store(actor, data=SENT):
    return store_file(actor=actor, upload=SimpleUploadedFile("现场.jpg", data), institution_id=None)


def test_row_of_a_sealed_original_never_changes(kept):
    for values in ({"place": "0" * 32}, {"keep_until": clock.today()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SealedOriginal.objects.update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        SealedOriginal.objects.all().delete()
    SealedOriginal.objects.update(destroyed_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        SealedOriginal.objects.update(destroyed_at=None)
