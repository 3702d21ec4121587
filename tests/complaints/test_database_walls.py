"""更多的墙: what nobody may change past the operations, tried as the role that the portal works as."""

import pytest
from django.db import IntegrityError, connection, transaction

from association import clock
from complaints import operations
from complaints.models import Agreement, Fact, Lead, Signature
from complaints.operations import lead_handling
from tests.complaints.material import accepted, agreed, drawn_up, filed, mediating
from tests.factories import leads as some

pytestmark = pytest.mark.django_db


def refused(match):
    return pytest.raises(IntegrityError, match=match)


def sql(statement, **values):
    """By the connection of the tests, which is that of ``portal_app``: neither owner nor superuser."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, usesuper FROM pg_user WHERE usename = current_user")
        assert cursor.fetchone() == ("portal_app", False)
        cursor.execute(statement, values)


OF_A_COMPLAINT = (
    ("UPDATE complaints_personaldata SET name_box = '\\x00'", "who complained is settled"),
    ("UPDATE complaints_person SET kind = 'joined'", "who complained is settled"),
    ("UPDATE complaints_complaint SET shares_phone = NOT shares_phone", "what the filing said"),
    ("UPDATE complaints_complaint SET is_consumer = false", "what the filing said"),
    ("UPDATE complaints_complaint SET order_due_on = '2026-12-31'", "only made longer"),
    ("UPDATE complaints_complaint SET order_due_time = '09:00'", "only made longer"),
    ("UPDATE complaints_complaint SET receipt_key = NULL", "a code ends with"),
    (
        """INSERT INTO complaints_fact (association_id, complaint_id, institution_id, kind, turn, amount_fen, at)
        SELECT association_id, id, institution_id, 'breach', 1, 100, now() FROM complaints_complaint""",
        "something that was promised",
    ),
)


@pytest.mark.parametrize(("statement", "match"), OF_A_COMPLAINT)
def test_what_a_filing_is_stays(here, statement, match):
    accepted(here)
    with refused(match):
        sql(statement)


def test_the_limit_of_an_order_is_only_made_longer(here):
    made = filed(here)
    with refused("only made longer"):
        sql(
            "UPDATE complaints_complaint SET order_due_on = '2026-04-01' WHERE id = %(id)s",
            id=made.complaint.pk,
        )


def test_that_somebody_was_told_stays(here):
    made = filed(here)
    operations.refuse(
        actor=here.officer, complaint_id=made.complaint.pk, ground="not_competent", reason="不属于"
    )
    with refused("not untold"):
        sql("UPDATE complaints_complaint SET told_complainant_at = NULL")


def test_what_was_signed_stays_signed_and_nobody_signs_late(here):
    agreed(here)
    with refused("stays signed"):
        sql("UPDATE complaints_agreement SET signed_at = NULL")
    signature = Signature.objects.filter(party="complainant").get()
    signature.pk = None
    with refused("signed while it is mediated"), transaction.atomic():
        signature.save(force_insert=True)


def test_a_person_of_another_case_signs_nothing(here):
    text, other = drawn_up(here, mediating(here)), agreed(here)
    foreign = Signature.objects.get(agreement__complaint=other.complaint, party="complainant")
    foreign.pk, foreign.agreement, foreign.text_sha256 = None, text, text.text_sha256
    with refused("people of its case"), transaction.atomic():
        foreign.save(force_insert=True)


def test_a_question_for_the_outcome_is_not_deleted(here):
    made = agreed(here)
    operations.perform(actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today())
    with refused("is kept"):
        sql("DELETE FROM complaints_survey")


def test_a_breach_is_of_no_more_than_was_promised(here):
    made = agreed(here)
    owed = Agreement.objects.get().amount_fen
    for amount, fits in ((owed + 1, False), (owed, True)):
        fact = Fact(
            complaint=made.complaint,
            institution=here.institution,
            kind="breach",
            amount_fen=amount,
            at=clock.now(),
        )
        if fits:
            fact.save()
            continue
        with refused("something that was promised"), transaction.atomic():
            fact.save()


def test_a_lead_is_in_the_hands_of_somebody_who_was_not_recused(here):
    lead, clerk, _code = some.verifying()
    lead_handling.recuse_from_lead(actor=clerk, lead_id=lead.pk, reason="亲属")
    other = some.officer()
    lead_handling.assign_lead_officer(actor=other, lead_id=lead.pk, officer_id=other.user_id)
    with refused("not recused"), transaction.atomic():
        Lead.objects.update(officer_id=clerk.user_id)
    with refused("not recused|has_an_officer"), transaction.atomic():
        Lead.objects.update(officer_id=None)
