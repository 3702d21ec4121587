"""埋设的个人信息: a complainant and an informant are planted, and everything that anybody may open is searched for them.

Every address of the matrix as every role, what is posted, every mail, notice, log line, outbox row, audit entry, every
row of every table, every page that becomes a PDF, and every statistic.
"""

import logging
from dataclasses import asdict

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from association import clock
from association.actors import actor_of, system, visitor
from association.choices import Role
from association.logging import JsonLines, Whereabouts
from association.models import Attachment, Notice, User
from association.notices import send_notice
from association.tenancy import acting_for
from complaints import operations
from complaints.choices.complaints import EvidenceKind, Outcome, PersonalField, RefusalGround
from complaints.choices.leads import LeadState
from complaints.documents import leads as lead_papers
from complaints.documents import letters
from complaints.operations import Exhibit, lead_secrets
from complaints.queries.statistics import statistics
from tests.architecture.test_urls import addresses, argument, client_for, make_world
from tests.architecture.url_table import VISITOR
from tests.common.files import picture_with_place
from tests.complaints import material
from tests.complaints.material import IDENTITY, MAIL, NAME, PHONE, STREET, filing
from tests.factories import leads as some
from tests.factories.people import actor_with, make_association

pytestmark = [pytest.mark.django_db, pytest.mark.long]
CLEAN = {"facts": "报名后学校停课，多次联系都没有得到答复。", "demand": "退还未上课程的费用。"}
FILE_NAME = "欧阳测试甲的合同"
AGENT, AGENT_IDENTITY = "诸葛代理乙", "110105198802022236"
COMPLAINANT = (NAME, PHONE, STREET, IDENTITY, MAIL, FILE_NAME, AGENT, AGENT_IDENTITY)
INFORMANT = (some.NAME, some.PHONE, some.MAIL)
PLANTED = COMPLAINANT + INFORMANT
# Each has another view of the same things; those left out share the view of one that is here.
EYES = (
    VISITOR, Role.SECRETARIAT, Role.AUDITOR, Role.MEDIATOR, Role.INSTITUTION_ADMIN, Role.COMMITTEE_CHAIR, Role.ASSESSOR,
)  # fmt: skip
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def leaks(text):
    return {secret for secret in PLANTED if secret in text}


@pytest.fixture
def lines():
    """Every line of the log as it would be written, whatever its level."""
    found = []

    class Keep(logging.Handler):
        def emit(self, record):
            Whereabouts().filter(record)
            found.append(JsonLines().format(record))

    keep, root = Keep(level=logging.DEBUG), logging.getLogger()
    before = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(keep)
    root.setLevel(before)


@pytest.fixture
def printed(monkeypatch):
    """What stands in every PDF: the page that is given to the renderer."""
    pages = []
    for module in (letters, lead_papers):
        monkeypatch.setattr(
            module,
            "render_pdf",
            lambda html, *_rest, **_more: pages.append(html) or f"%PDF-1.7 {len(pages)}".encode(),
        )
    return pages


@pytest.fixture
def here(settings, tmp_path, counting, public_sees_default, lines, printed):
    """The world of the matrix, and in it: a refund that was agreed and paid, one refused, one with an agent, a named lead."""
    settings.MEDIA_ROOT = tmp_path
    association = make_association("first")
    with acting_for(association.pk):
        world = make_world(association)
        world.mediator = actor_of(User.objects.get(pk=world.people[Role.MEDIATOR]), association.pk)
        world.officer = actor_of(User.objects.get(pk=world.people[Role.SECRETARIAT]), association.pk)
        world.school = actor_of(User.objects.get(pk=world.people[Role.INSTITUTION_ADMIN]), association.pk)
        world.person = visitor(association.pk)
        # The matrix' own complaint has a name and a number in the story that its person typed; the pages show this one.
        world.made = a_whole_case(world)
        world.complaint = world.made.complaint.pk
        a_refused_one(world)
        an_informant_is_heard(world)
        send_everything()
    return world


def a_whole_case(world):
    agent = material.applicant(name=AGENT, id_number=AGENT_IDENTITY, kind="agent", has_authority=True)
    told = filing(world.institution, people=(material.applicant(), agent), **CLEAN)
    upload = SimpleUploadedFile(f"{FILE_NAME}.jpg", picture_with_place())
    paper = SimpleUploadedFile("委托书.jpg", picture_with_place())
    operations.save_draft(actor=world.person, draft_key="planted", content={"name": NAME, "phone": PHONE})
    made = operations.file_complaint(
        actor=world.person,
        filing=told,
        exhibits=[Exhibit(EvidenceKind.PAYMENT, upload), Exhibit(EvidenceKind.AUTHORITY, paper)],
        draft_key="planted",
    )
    pk = made.complaint.pk
    operations.accept(actor=world.officer, complaint_id=pk)
    for field in PersonalField:
        operations.unmask(actor=world.officer, complaint_id=pk, field=field, reason="核对身份")
    material.both_consent(world, made)
    operations.assign_mediator(actor=world.officer, complaint_id=pk, mediator_id=world.people[Role.MEDIATOR])
    agreement = material.drawn_up(world, made)
    operations.render_agreement(actor=robot(world), agreement_id=agreement.pk)
    material.sign_both(world, made, agreement)
    operations.render_agreement(actor=robot(world), agreement_id=agreement.pk)
    operations.perform(actor=world.school, complaint_id=pk, paid_on=clock.today())
    operations.survey(actor=world.person, receipt_code=made.receipt_code, outcome=Outcome.RESOLVED)
    return made


def robot(world):
    return system(world.association.pk)


def a_refused_one(world):
    """Refused by an officer who writes into the reasons what does not belong there."""
    other = operations.file_complaint(actor=world.person, filing=filing(world.institution, **CLEAN))
    decision = operations.refuse(
        actor=world.officer,
        complaint_id=other.complaint.pk,
        ground=RefusalGround.OTHER_RULE,
        reason=f"{NAME}（{PHONE}，{IDENTITY}，{MAIL}）所述不属于受理范围。",
    )
    operations.render_letter(actor=robot(world), decision_id=decision.pk)


def an_informant_is_heard(world):
    """Named, asked, looked up by the officer, proven."""
    _lead, clerk, _code = some.decided(LeadState.HANDLED, **some.NAMED)
    lead_secrets.unmask_informant(actor=clerk, lead_id=_lead.pk, reason="电话核实")
    some.daily_round()


def send_everything():
    for notice in Notice.objects.filter(channel="mail"):
        send_notice(notice_id=notice.pk)
    for job in material.queued("complaints.mail_complainant"):
        operations.mail_complainant(**job.payload)


# -- pages and answers ------------------------------------------------------------------------------------------


def shown(client, method, path, data):
    """The whole answer, headers too; what was changed is undone."""
    with transaction.atomic():
        response = getattr(client, method)(path, data)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response.status_code, body.decode(errors="replace") + repr(response.headers)


def opened_by(world, role):
    """Name of the address: what it answers with, for everything that opens."""
    client, found = client_for(world.people[role]), {}
    for name, address in addresses().items():
        arguments = {key: argument(world, wanted) for key, wanted in address.arguments.items()}
        if address.method != "get" or 0 in arguments.values():
            continue
        path = "/first" + reverse(name.split("#")[0], urlconf="config.urls_association", kwargs=arguments)
        status, text = shown(client, "get", path, {})
        if status == 200:
            found[name] = text
    return found


def test_no_page_of_the_matrix_shows_them_to_anybody(here):
    """But for one: the institution learns on the page of its case who complains. Not how that person is reached."""
    wrong, opened = {}, {}
    for role in EYES:
        pages = opened_by(here, role)
        opened[role] = len(pages)
        for name, text in pages.items():
            may = {NAME} if (name, role) == ("case", Role.INSTITUTION_ADMIN) else set()
            if found := leaks(text) - may:
                wrong[name, role] = found
        if role in {Role.SECRETARIAT, Role.INSTITUTION_ADMIN, Role.MEDIATOR, Role.AUDITOR}:
            assert here.made.complaint.number in pages["case"] + pages["cases"], role
    assert wrong == {}
    assert opened[VISITOR] > 20
    assert opened[Role.SECRETARIAT] > 80
    assert NAME in opened_by(here, Role.INSTITUTION_ADMIN)["case"]  # the net catches


def answers(here):
    """What is typed or posted comes back on a page: to those who ask, guess, search, and are refused."""
    officer, school, anybody = (
        client_for(here.people[role]) for role in (Role.SECRETARIAT, Role.INSTITUTION_ADMIN, VISITOR)
    )
    case, code = f"/first/desk/complaints/{here.complaint}/", here.made.receipt_code
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    yield shown(officer, "post", "/first/desk/complaints/find/", {"who": "13800138000"})
    yield shown(officer, "post", f"{case}do/", {"deed": "refuse", "reason": ""})
    yield shown(officer, "post", f"{case}do/", {"deed": "unmask", "field": "phone", "reason": ""})
    yield shown(school, "post", f"{case}do/", {"deed": "unmask", "field": "phone", "reason": "x"})
    yield shown(anybody, "post", "/first/complaints/track/", {"code": wrong})
    yield shown(anybody, "post", "/first/complaints/track/", {"code": code})
    yield shown(anybody, "post", "/first/complaints/track/file/", {"code": code})
    yield shown(anybody, "get", "/first/complaints/new/", {})
    yield shown(anybody, "get", "/first/complaints/preview/", {})
    yield shown(anybody, "post", "/first/leads/track/", {"code": wrong})
    yield shown(anybody, "get", "/first/api/v1/register/", {"q": NAME[:2]})


def test_no_answer_to_what_is_posted_shows_them(here):
    """The tracked page neither: who has found the code knows no more of the person than before."""
    found = list(answers(here))
    assert [leaks(text) for _status, text in found] == [set()] * len(found)
    assert {status for status, _text in found} <= {200, 302, 400, 403, 404, 409}


def test_who_is_found_by_a_number_is_shown_masked(here):
    officer = client_for(here.people[Role.SECRETARIAT])
    status, text = shown(officer, "post", "/first/desk/complaints/find/", {"who": PHONE})
    assert (status, here.made.complaint.number in text, leaks(text)) == (200, True, set())


# -- what is sent, written and printed --------------------------------------------------------------------------


def headers_of(one):
    """All but to whom it goes: that it must say."""
    return [value for name, value in one.message().items() if name != "To"]


def test_no_mail_notice_log_line_or_paper_names_them(here, lines, printed):
    opened_by(here, Role.SECRETARIAT)
    told = [one.subject + one.body + repr(headers_of(one)) for one in mail.outbox]
    with acting_for(here.association.pk):
        told += [repr(row) for row in Notice.objects.values()]
    assert leaks("".join(told)) == set()
    assert leaks("".join(lines)) == set()
    assert_only_the_institution_reads_who_signs(printed)
    assert len(mail.outbox) > 5
    assert len(lines) > 3
    assert len(printed) >= 3
    assert any("欧*" in page for page in printed)


def assert_only_the_institution_reads_who_signs(printed):
    """机构联 of the agreement, to be signed and signed: the name among whom it binds and where is signed; nothing else."""
    named = [page for page in printed if leaks(page)]
    assert [leaks(page) for page in named] == [{NAME}, {NAME}]
    assert [page.count(f"<td>{NAME}</td>") for page in named] == [1, 1]
    assert [page.count(NAME) for page in named] == [2, 2]


def test_no_row_of_any_table_holds_them_in_clear(here):
    """Also not what others have done: audit entries, jobs, notices, terms, names of files, sessions."""
    where = {}
    with acting_for(here.association.pk), connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            own = f" WHERE id = {here.complaint}" if table == "complaints_complaint" else ""
            cursor.execute(f'SELECT t::text FROM "{table}" t{own}')
            found = leaks("".join(row[0] for row in cursor.fetchall()))
            if found:
                where[table] = found
    # The officer's own words in the decision; its letter and every page hide what is known of the person in them.
    assert where == {"complaints_decision": {NAME, PHONE, IDENTITY, MAIL}}


def test_no_file_keeps_its_senders_name_for_it_or_where_it_was_taken(here):
    with acting_for(here.association.pk):
        rows = list(Attachment.objects.filter(case=f"complaint-{here.complaint}"))
    assert len(rows) >= 2
    assert leaks("".join(row.name for row in rows)) == set()


def test_no_figure_names_them(here):
    with acting_for(here.association.pk):
        found = statistics(clock.today(), clock.today())
        assert found.total.counts.received >= 1
        assert leaks(repr(asdict(found))) == set()


def test_the_neighbour_sees_nothing_at_all(here):
    other = make_association("second")
    with acting_for(other.pk):
        clerk = client_for(actor_with(Role.SECRETARIAT).user_id)
    for place in (
        "desk/complaints/?view=all",
        "desk/clocks/?part=waiting",
        "admin/complaints/lead/",
        "admin/association/auditentry/",
    ):
        status, text = shown(clerk, "get", f"/second/{place}", {})
        assert (status, leaks(text), here.made.complaint.number in text) == (200, set(), False), place
    assert shown(clerk, "post", "/second/desk/complaints/find/", {"who": PHONE})[0] == 200
    assert shown(clerk, "get", f"/second/desk/complaints/{here.complaint}/", {})[0] == 404
