"""公布日志: every deed that publishes leaves its entry in its own transaction, and catching up says the same."""

import json

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from association.actors import system
from association.choices import Role
from association.tenancy import NoAssociationSelected, acting_for, at_the_end
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.models import Assessment
from credit_rating.operations.historical import HistoricalRow
from disclosure.models import PublicationCheckpoint, PublicationPayload
from disclosure.operations import (
    LogWasReplaced,
    catch_up_log,
    log_changes,
    retract_payload,
    sign_log,
)
from disclosure.queries import verification
from disclosure.queries.log import entries, head, keys
from disclosure.rules import chain
from members.operations import amend_institution, register_institution, rename_institution
from tests.disclosure.log_material import told
from tests.factories.corrections import taken_over
from tests.factories.people import NUMBERS, actor_with, make_association, valid_uscc
from tests.factories.rating import reviewing_round
from tests.factories.review import move_clock, on_notice, proposed_now, published, suspend

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return make_association()


@pytest.fixture
def deed(association):
    """One deed as a request does it: a scope of its own."""

    def run(call):
        with acting_for(association.pk):
            return call()

    return run


def clerk():
    return actor_with(Role.SECRETARIAT)


def registered(name=None):
    number = next(NUMBERS)
    return register_institution(actor=clerk(), name=name or f"演示培训学校{number}", uscc=valid_uscc(number))


def said(deed, *kinds):
    return deed(lambda: told(*kinds))


# -- by deeds -------------------------------------------------------------------------------------------------


def test_a_season_is_written_step_by_step(deed):
    assessment = deed(lambda: on_notice(Assessment.objects.get(round=reviewing_round())))
    assert sorted(said(deed, "public_notice", "proposed_result")) == [
        ("proposed_result", "put", "on_notice"),
        ("public_notice", "put", "on_notice"),
    ]
    manager = deed(lambda: actor_with(Role.INSTITUTION_ADMIN, assessment.institution))
    objection = deed(
        lambda: operations.file_objection(actor=manager, assessment_id=assessment.pk, text="不服")
    )
    assert said(deed, "proposed_result")[-1] == ("proposed_result", "put", "under_objection")
    deed(
        lambda: operations.decide_objection(
            actor=actor_with(Role.COMMITTEE), objection_id=objection.pk, upheld=False, decision="维持"
        )
    )
    assert said(deed, "proposed_result")[-1] == ("proposed_result", "put", "on_notice")
    deed(lambda: move_clock(20))
    deed(lambda: operations.propose_publication(actor=clerk(), round_id=assessment.round_id))
    deed(
        lambda: operations.approve_publication(
            actor=actor_with(Role.COMMITTEE_CHAIR),
            round_id=assessment.round_id,
            shown=proposed_now(assessment.round_id),
        )
    )
    assert said(deed, "grade", "certificate") == [
        ("grade", "put", "valid"),
        ("certificate", "put", "valid"),
    ]
    assert sorted(said(deed, "proposed_result", "public_notice")[-2:]) == [
        ("proposed_result", "tombstone", "off"),
        ("public_notice", "tombstone", "concluded"),
    ]
    assert deed(verification.altered_rows) == []


def test_suspension_resumption_and_expiry_revoke_the_certificate(deed):
    publication = deed(published)
    chair = deed(lambda: actor_with(Role.COMMITTEE_CHAIR))
    deed(lambda: suspend(publication, chair))
    deed(lambda: operations.resume_publication(actor=chair, publication_id=publication.pk, reason="核查"))
    deed(lambda: move_clock(400))
    deed(lambda: operations.keep_the_clock(actor=system(publication.association_id)))
    assert said(deed, "grade", "certificate") == [
        ("grade", "put", "valid"),
        ("certificate", "put", "valid"),
        ("grade", "put", "suspended"),
        ("certificate", "tombstone", "suspended"),
        ("grade", "put", "valid"),
        ("certificate", "put", "valid"),
        ("grade", "tombstone", "expired"),
        ("certificate", "tombstone", "expired"),
    ]
    moments = deed(lambda: list(entries().filter(kind="grade").values_list("effective_at", flat=True)))
    assert moments == sorted(set(moments))


def test_institutions_and_results_taken_over_are_written_once_and_again_when_corrected(deed):
    institution = deed(lambda: registered("演示启明培训学校"))
    row = HistoricalRow(
        "演示启明培训学校", 2023, "专技类诚信等级评估", "A", "演示协会培委会", "演示日报2024-01-30"
    )
    for _ in range(2):
        deed(lambda: taken_over([row]))
    deed(
        lambda: rename_institution(actor=clerk(), institution_id=institution.pk, name="演示启明职业培训学校")
    )
    assert said(deed, "institution", "result_taken_over") == [
        ("institution", "put", "registered"),
        ("result_taken_over", "put", "taken_over"),
        ("institution", "put", "registered"),
        ("result_taken_over", "put", "taken_over"),
    ]
    last = deed(lambda: json.loads(entries().filter(kind="institution").last().payload.text))
    assert (last["name"], last["former_names"]) == ("演示启明职业培训学校", ["演示启明培训学校"])


def test_what_is_not_public_leaves_no_entry(deed):
    institution = deed(registered)
    before = deed(head)
    for address in ("北京市朝阳区演示路1号", "北京市朝阳区演示路2号"):
        deed(
            lambda address=address: amend_institution(
                actor=clerk(),
                institution_id=institution.pk,
                short_name="",
                licence_number="",
                field=institution.field,
                region_code=None,
                address=address,
            )
        )
    assert deed(head) == before
    text = "".join(deed(lambda: list(PublicationPayload.objects.values_list("text", flat=True))))
    assert "演示路" not in text


def test_a_refused_deed_leaves_nothing(deed):
    deed(registered)
    before = deed(head)

    def refused():
        registered("演示重名学校")
        raise Refused("不")

    with pytest.raises(Refused):
        deed(refused)
    assert deed(head) == before


def test_a_deed_refused_inside_a_page_that_goes_on_leaves_nothing(deed):
    deed(registered)
    before = deed(head)

    @transaction.atomic
    def refused():
        registered("演示重名学校")
        raise Refused("不")

    def page():
        with pytest.raises(Refused):
            refused()

    deed(page)
    assert deed(head) == before


def test_when_the_log_cannot_be_written_the_deed_is_not_done(deed, monkeypatch):
    monkeypatch.setattr(chain, "digest", lambda _text: "0" * 64)
    with pytest.raises(IntegrityError, match="does not continue"):
        deed(registered)
    assert deed(head) == (0, chain.BEGINNING)


def test_the_end_of_a_scope_belongs_to_a_scope():
    with pytest.raises(NoAssociationSelected):
        at_the_end(log_changes, ("institution", 1))


def test_associations_have_chains_of_their_own(deed):
    deed(registered)
    neighbour = make_association()
    with acting_for(neighbour.pk):
        registered()
    with acting_for(neighbour.pk):
        assert [row.seq for row in entries()] == [1]
        assert catch_up_log() == 0
    assert deed(lambda: [row.seq for row in entries()]) == [1]


# -- written once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE disclosure_publicationlog SET kind = 'x'",
        "DELETE FROM disclosure_publicationlog",
        "UPDATE disclosure_publicationpayload SET text = '{}'",
        "DELETE FROM disclosure_publicationpayload",
        "DELETE FROM disclosure_publicationcheckpoint",
        "UPDATE disclosure_publicationkey SET public_key = 'x'",
    ],
)
def test_the_portal_itself_cannot_change_the_log(deed, change):
    deed(registered)
    deed(sign_log)

    def attempt():
        with connection.cursor() as cursor:
            cursor.execute(change)

    with pytest.raises((IntegrityError, ProgrammingError), match="append-only"):
        deed(attempt)


@pytest.mark.parametrize(
    "wrong",
    [{"seq": 9}, {"hash": "1" * 64}, {"kind": "other"}, {"header": "{}"}, {"payload_sha256": "2" * 64}],
)
def test_an_entry_that_does_not_follow_is_refused_by_the_database(deed, wrong):
    deed(registered)

    def forged():
        row = entries().last()
        row.pk, row.seq = None, row.seq + 1
        for name, value in wrong.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    with pytest.raises(IntegrityError, match="does not continue"):
        deed(forged)


def test_a_payload_of_another_entry_is_refused_by_the_database(deed):
    deed(registered)

    def forged():
        row = entries().last()
        PublicationPayload.objects.create(association=row.association, entry=row, salt="0", text="{}")

    with pytest.raises(IntegrityError, match=r"another entry|duplicate"):
        deed(forged)


def test_an_entry_for_another_association_is_refused(deed, association):
    neighbour = make_association()
    deed(registered)

    def forged():
        row = entries().last()
        row.pk, row.association_id = None, neighbour.pk
        row.save(force_insert=True)

    with pytest.raises((ProgrammingError, IntegrityError), match=r"row-level security|does not continue"):
        deed(forged)


# -- signed ---------------------------------------------------------------------------------------------------


def test_what_is_new_is_signed_once(deed, association):
    assert deed(sign_log) is None
    deed(registered)
    first = deed(sign_log)
    assert deed(sign_log) is None
    deed(registered)
    second = deed(sign_log)
    assert (first.seq, second.seq) == (1, 2)
    assert second.text.split("\n")[:4] == [chain.CHECKPOINT, association.slug, "2", second.hash]
    assert deed(verification.faults_of_checkpoints) == []


def test_without_a_key_nothing_is_signed(deed, settings):
    settings.PUBLICATION_KEYS = []
    deed(registered)
    assert deed(sign_log) is None
    assert not PublicationCheckpoint.objects.exists()


def test_a_new_key_is_vouched_for_by_the_old_one(deed, settings):
    deed(registered)
    old = deed(sign_log)
    settings.PUBLICATION_KEYS = [
        "another secret for signing 0123456789 0123456789",
        *settings.PUBLICATION_KEYS,
    ]
    new = deed(sign_log)
    assert new.key_name != old.key_name
    assert deed(verification.faults_of_checkpoints) == []
    assert deed(lambda: [key.endorsed_by for key in keys()]) == ["", old.key_name]


def test_a_log_that_is_shorter_than_what_was_signed_is_not_signed_again(deed):
    deed(registered)
    newest = deed(sign_log)

    def forked():
        PublicationCheckpoint.objects.create(
            association_id=newest.association_id,
            seq=5,
            hash="1" * 64,
            signed_at=newest.signed_at,
            key_name=newest.key_name,
            text=newest.text,
            signature=newest.signature,
        )
        return sign_log()

    with pytest.raises(LogWasReplaced):
        deed(forked)


# -- retracted ------------------------------------------------------------------------------------------------


def test_what_the_law_wants_gone_goes_and_the_chain_holds(deed, association):
    institution = deed(lambda: registered("演示某某培训学校"))
    robot = system(association.pk)
    with pytest.raises(Refused, match="请先更正"):
        deed(lambda: retract_payload(actor=robot, seq=1, basis="个人信息保护法第四十七条"))
    deed(lambda: rename_institution(actor=clerk(), institution_id=institution.pk, name="演示培训学校乙"))
    with pytest.raises(InvalidInput):
        deed(lambda: retract_payload(actor=robot, seq=1, basis=" "))
    with pytest.raises(NotFound):
        deed(lambda: retract_payload(actor=robot, seq=7, basis="个人信息保护法第四十七条"))
    written = deed(lambda: retract_payload(actor=robot, seq=1, basis="个人信息保护法第四十七条"))
    assert (written.kind, written.subject) == ("retraction", 1)
    assert not PublicationPayload.objects.filter(text__contains="某某", entry__seq=1).exists()
    assert deed(verification.faults_of_chain) == []
    assert deed(verification.altered_rows) == []
    with pytest.raises(Refused, match="已经删除"):
        deed(lambda: retract_payload(actor=robot, seq=1, basis="个人信息保护法第四十七条"))


def test_nobody_retracts_by_choice(deed):
    deed(registered)
    with pytest.raises(Forbidden):
        deed(lambda: retract_payload(actor=clerk(), seq=1, basis="个人信息保护法第四十七条"))


# -- the text -------------------------------------------------------------------------------------------------


def test_canonical_text_is_one_text():
    value = {"b": [1, "二", None, True], "a": {"z": '\u2028"', "y": -3}}
    assert chain.canonical(value) == '{"a":{"y":-3,"z":"\u2028\\""},"b":[1,"二",null,true]}'
    for wrong in (1.5, {"a": 1.0}, {1: "x"}, {"名": 1}, {"a": object()}, b"x"):
        with pytest.raises(TypeError):
            chain.canonical(wrong)
