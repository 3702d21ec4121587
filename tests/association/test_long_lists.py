"""A hundred thousand rows in each table of the staff desk: no more questions than with a few, and no
count of all of them."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from association import locker
from association.actors import visitor
from association.choices import Role
from association.models import AuditEntry, Notice, OutboxJob
from association.notices import notify
from association.operations import start_job
from association.tenancy import acting_for
from complaints.models import Complaint
from complaints.operations import file_complaint
from credit_rating.models import Assessment, Publication
from members.models import Institution, MembershipTerm
from tests.architecture.test_urls import published_of
from tests.complaints.material import filing
from tests.credit_rating.desk import Desk
from tests.factories.people import FROM, actor_with, make_association, make_institution
from tests.factories.rating import reviewing_round
from tests.factories.review import review

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]
MANY = 100_000
# What has to differ between rows; ``n`` counts from 1. Institutions first, the others point to the n-th of them.
DIFFERS = {
    "members_institution": {"name": "'演示机构' || n", "uscc": "lpad(n::text, 18, '0')"},
    "members_membershipterm": {"institution_id": "%(institutions)s + n"},
    "credit_rating_assessment": {"institution_id": "%(institutions)s + n"},
    "credit_rating_determination": {"assessment_id": "%(assessments)s + n"},
    "credit_rating_publication": {
        "assessment_id": "%(assessments)s + n",
        "determination_id": "%(determinations)s + n",
    },
    "association_auditentry": {},
    "association_notice": {"event": "'bulk-' || n"},
    "association_outboxjob": {"key": "'bulk-' || n"},
    "association_job": {},
    "complaints_complaint": {"receipt_key": "NULL"},
    "association_deadline": {"case_id": "%(complaints)s + n"},
    "association_attachment": {"original_sha256": "md5(n::text) || md5((-n)::text)"},
}
LISTS = (
    "members/institution/",
    "members/membershipterm/",
    "members/membershipterm/?today=yes",
    "credit_rating/assessment/",
    "credit_rating/assessment/?q=演示机构77",
    "credit_rating/publication/",
    "association/auditentry/",
    "association/auditentry/?action=record",
    "association/notice/",
    "association/outboxjob/",
    "association/outboxjob/?state__exact=waiting",
    "association/job/",
    "association/attachment/",
    "complaints/complaint/",
    "complaints/complaint/?open=yes&turn=staff",
    "complaints/complaint/?turn=overdue",
    "complaints/complaint/?q=演示机构77",
    "complaints/complaint/?q=T2026-000001",
)
MOST_QUESTIONS = 12


@pytest.fixture
def desk():
    """One published assessment and one row of everything else, and a clerk who looks."""
    association = make_association("here")
    with acting_for(association.pk):
        institution = make_institution()
        MembershipTerm.objects.create(institution=institution, from_on=FROM)
        assessor, clerk = actor_with(Role.ASSESSOR), actor_with(Role.SECRETARIAT)
        round_ = reviewing_round(institutions=[institution])
        assessment = Assessment.objects.get(round=round_)
        review(assessment, assessor)
        published_of(assessment)
        notify("event", [clerk.user_id], subject="题", body="文")
        start_job(actor=clerk, kind="compute", title="计算", total=1)
        given = {"data": b"%PDF", "name": "证书.pdf", "media_type": "application/pdf", "institution_id": None}
        locker.store_document(actor=clerk, **given)
        file_complaint(actor=visitor(association.pk), filing=filing(institution))
    return Desk(association)


def grow(database, association_id):
    """Copies of one row of each table, past triggers and foreign keys, as quickly as a disk can take them."""
    dsn = database.servers.superuser_dsn()
    with closing(psycopg2.connect(dsn, dbname=database.name)) as session, session.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        firsts = {}
        for table, differs in DIFFERS.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
                [table],
            )
            columns = [name for (name,) in cursor.fetchall()]
            cursor.execute(f"SELECT max(id) FROM {table} WHERE association_id = %s", [association_id])
            (last,) = cursor.fetchone()
            firsts[table] = last
            places = {
                "institutions": firsts["members_institution"],
                "assessments": firsts.get("credit_rating_assessment"),
                "determinations": firsts.get("credit_rating_determination"),
                "complaints": firsts.get("complaints_complaint"),
            }
            values = [differs.get(name, f'old."{name}"') % places for name in columns]
            named = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(
                f"INSERT INTO {table} (id, {named}) OVERRIDING SYSTEM VALUE "
                f"SELECT {last} + n, {', '.join(values)} FROM {table} old, generate_series(1, {MANY}) n "
                f"WHERE old.id = {last}"
            )
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last + MANY])
            cursor.execute(f"ANALYZE {table}")
        session.commit()


def questions(desk, place):
    with CaptureQueriesContext(connection) as captured:
        page = desk.client.get(f"/here/admin/{place}")
    assert page.status_code == 200, place
    return [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "WITH"))], page


def test_lists_ask_no_more_than_before(desk, django_db_setup):
    before = {place: len(questions(desk, place)[0]) for place in LISTS}
    grow(django_db_setup, desk.association.pk)
    with acting_for(desk.association.pk):
        kinds = (
            Institution,
            MembershipTerm,
            Assessment,
            Publication,
            AuditEntry,
            Notice,
            OutboxJob,
            Complaint,
        )
        assert {kind.__name__: kind.objects.count() > MANY for kind in kinds} == dict.fromkeys(
            (kind.__name__ for kind in kinds), True
        )
    asked = {}
    for place in LISTS:
        sentences, page = questions(desk, place)
        asked[place] = len(sentences)
        if "?" not in place:
            assert "多于 10000 条" in page.content.decode(), place
    assert {place: n for place, n in asked.items() if n > before[place]} == {}
    assert {place: n for place, n in asked.items() if "complaint" in place and n > MOST_QUESTIONS} == {}
