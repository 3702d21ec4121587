"""埋设的个人信息: what a planted informant told stands in clear nowhere but on the officer's page.

Not in any row of any table, file, mail, notice, log line, public page, answer of the API, page of the institution, or
in the letter to the authority.
"""

import json
import logging
from datetime import datetime, time

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from association.actors import actor_of
from association.choices import Role
from association.locker import read_file
from association.logging import JsonLines, Whereabouts
from association.models import Notice, User
from association.notices import send_notice
from association.rules.clock import beijing
from association.tenancy import acting_for
from complaints.choices.leads import LeadState
from complaints.documents.leads import referral_letter_html
from complaints.models import Lead, LeadReferral
from complaints.operations import lead_ending, lead_handling, lead_secrets
from disclosure.operations import refresh_register
from tests.association.test_locker import picture
from tests.complaints.test_views_leads import Visitor, code_in
from tests.credit_rating.desk import Desk
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
ANSWER = "那天是我表弟桑柘陪我去的"
WHERE = "桑榆路校区三楼教室"
FILE_NAME = "慕容家的合同"
PUBLIC = ("/", "/register/", "/register/?q=万通", "/rounds/", "/verify/", "/leads/new/", "/leads/track/")
API = ("/api/v1/register/", "/api/v1/register/?q=万通", "/api/v1/rounds/", "/api/schema/", "/api/docs/")
OF_INSTITUTION = ("/desk/", "/desk/notices/", "/desk/rating/")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def association(settings, tmp_path, counting, public_sees_default):
    settings.MEDIA_ROOT = tmp_path
    return make_association("leads")


@pytest.fixture
def lines():
    """Every line of the log as it would be written."""
    found = []

    class Keep(logging.Handler):
        def emit(self, record):
            Whereabouts().filter(record)
            found.append(JsonLines().format(record))

    keep, root = Keep(level=logging.DEBUG), logging.getLogger()
    level = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    root.debug("the net is open")
    yield found
    root.removeHandler(keep)
    root.setLevel(level)


def tell(visitor, *, named):
    form = some.TOLD | {"where": WHERE, "identity": "named" if named else "anonymous"}
    if named:
        form |= {"name": some.NAME, "phone": some.PHONE, "mail": some.MAIL}
    photo = SimpleUploadedFile(f"{FILE_NAME}.jpg", picture())
    code = code_in(visitor.post("new/", **form, file=photo, do="save"))
    visitor.post("new/save/", **form, code=code)
    visitor.post("new/", code=code, do="submit")
    return code


def handle(code, clerk, visitor, *, refer):
    lead = Lead.objects.order_by("-pk").first()
    some.daily_round()
    lead_handling.screen_lead(actor=clerk, lead_id=lead.pk)
    lead_handling.assign_lead_officer(actor=clerk, lead_id=lead.pk, officer_id=clerk.user_id)
    lead_handling.ask_informant(actor=clerk, lead_id=lead.pk, text="是哪一天？")
    visitor.post("track/answer/", code=code, text=ANSWER)
    if not lead.is_anonymous:
        lead_secrets.unmask_informant(actor=clerk, lead_id=lead.pk, reason="电话核实")
    if refer:
        lead_ending.refer_lead(
            actor=clerk, lead_id=lead.pk, authority="局", document_number="1号", summary="承诺包过。", grounds="移送",
            passed=[1],
        )  # fmt: skip
    else:
        some.heard(lead, clerk)
        lead_handling.decide_lead(
            actor=clerk,
            lead_id=lead.pk,
            outcome=LeadState.HANDLED,
            grounds="属实",
            facts="承诺包过",
            measure="约谈",
        )
    some.daily_round()
    return lead


@pytest.fixture
def planted(association, lines):
    """One named lead handled under the pledge, one anonymous lead referred; and all that anybody may know of them."""
    visitor = Visitor()
    with acting_for(association.pk):
        institution = make_institution(some.TOLD["institution_name"])
        own = actor_with(Role.INSTITUTION_ADMIN, institution)
        clerk = some.officer()
        codes = []
        for named in (True, False):
            codes.append(tell(visitor, named=named))
            handle(codes[-1], clerk, visitor, refer=not named)
        refresh_register()
        for notice in Notice.objects.filter(channel="mail"):
            send_notice(notice_id=notice.pk)
    secrets = [some.NAME, some.PHONE, some.MAIL, some.FACTS, ANSWER, WHERE, FILE_NAME, "taken at home"]
    for code in codes:
        secrets += [code, "-".join(code[place : place + 4] for place in range(0, 16, 4))]
    return {"own": own, "clerk": clerk, "codes": codes, "secrets": secrets}


def told_in(texts, secrets):
    return {secret for text in texts for secret in secrets if secret in text}


def test_the_secrets_are_found_where_they_may_stand(association, planted):
    """The net itself, shown to catch: the officer's page has them, masked where they name somebody."""
    desk = Desk(association)
    with acting_for(association.pk):
        lead = Lead.objects.get(is_anonymous=False)
    desk.client.force_login(User.objects.get(pk=planted["clerk"].user_id))
    page = desk.get(f"complaints/lead/{lead.pk}/").content.decode()
    assert told_in([page], planted["secrets"]) == {some.FACTS, ANSWER, WHERE}


def test_no_row_of_any_table_holds_them(association, planted):
    with acting_for(association.pk), connection.cursor() as cursor:
        cursor.execute(TABLES)
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            if bad := told_in([row[0] for row in cursor.fetchall()], planted["secrets"]):
                found[table] = bad
    assert found == {}


def test_no_file_holds_them(planted, settings):
    files = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert (
        told_in([path.read_bytes().decode("utf-8", "replace") for path in files], planted["secrets"]) == set()
    )
    assert told_in([str(path) for path in files], planted["secrets"]) == set()


def test_no_log_line_mail_or_notice_holds_them(association, planted, lines):
    assert "the net is open" in lines[0]
    assert told_in(lines, planted["secrets"]) == set()
    assert mail.outbox
    assert told_in([f"{one.subject}{one.body}{one.to}" for one in mail.outbox], planted["secrets"]) == set()


def test_no_public_page_and_no_answer_of_the_api_holds_them(association, planted):
    pages = [Client().get(f"/leads{path}", follow=True) for path in (*PUBLIC, *API)]
    assert {page.status_code for page in pages} == {200}
    assert told_in([page.content.decode() for page in pages], planted["secrets"]) == set()


def test_the_institution_hears_of_the_measure_and_of_nothing_else(association, planted):
    client = Client()
    client.force_login(User.objects.get(pk=planted["own"].user_id))
    pages = [client.get(f"/leads{path}", follow=True).content.decode() for path in OF_INSTITUTION]
    assert any("约谈" in page for page in pages)
    assert told_in(pages, planted["secrets"]) == set()
    with acting_for(association.pk):
        numbers = [lead.number for lead in Lead.objects.all()]
        own = Notice.objects.filter(user_id=planted["own"].user_id)
        assert {notice.subject for notice in own} == {"请对协会核查的事项陈述意见", "协会按自律公约作出处理"}
    assert told_in(pages, numbers) == set()


def test_the_letter_names_nobody(association, planted):
    with acting_for(association.pk):
        referral = LeadReferral.objects.get()
        passed = list(referral.lead.evidence.select_related("attachment"))
        letter = {name: getattr(referral, name) for name in ("authority", "document_number", "summary")}
        html = referral_letter_html(
            referral.lead, letter | {"identity_passed": False}, passed, referral.sent_on
        )
        pdf = read_file(referral.letter).decode("latin-1")
    assert "承诺包过。" in html
    assert told_in([html, pdf], planted["secrets"]) == set()


def test_no_colleague_reads_them(association, planted):
    desk = Desk(association)
    with acting_for(association.pk):
        leads = [lead.pk for lead in Lead.objects.all()]
    pages = [
        desk.get("complaints/lead/").content.decode(),
        desk.get("association/auditentry/").content.decode(),
    ]
    pages += [desk.get(f"complaints/lead/{pk}/").content.decode() for pk in leads]
    assert told_in(pages, planted["secrets"]) == set()
    assert desk.get(f"complaints/lead/{leads[0]}/files/1/").status_code == 403
    with acting_for(association.pk):
        actor = actor_of(desk.user, association.pk)
        assert lead_secrets.read_account(actor=actor, lead_id=leads[0]) is None


def test_nothing_finer_than_the_day_is_kept_of_what_the_informant_did(association):
    """Of the whole database after a report: no moment of today but 0:00 in Beijing."""
    Visitor().get("new/")
    with acting_for(association.pk):
        before = moments()
    tell(Visitor(), named=False)
    with acting_for(association.pk):
        after = moments()
    assert after - before
    assert {moment for moment in after - before if not is_midnight(moment)} == set()


def is_midnight(moment):
    return beijing(datetime.fromisoformat(moment)).timetz().replace(tzinfo=None) == time()


def moments():
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM (SELECT * FROM "{table}") t')
            for (row,) in cursor.fetchall():
                found |= {value for value in json.loads(row).values() if is_moment(value)}
    return found


def is_moment(value):
    return isinstance(value, str) and len(value) > 18 and value[4] == "-" and value[10] == "T"
