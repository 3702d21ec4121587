"""协议书: printed before it is signed and after, for each side; signed on paper by what is printed, never by an old print."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import Method, Party, State
from complaints.documents import letters
from complaints.models import Evidence, Signature, Unmasking
from tests.common.files import picture
from tests.complaints.material import (
    IDENTITY,
    MAIL,
    NAME,
    PHONE,
    STREET,
    again,
    drawn_up,
    mediating,
    queued,
    sign_both,
    state_of,
    world,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.usefixtures("counting")


@pytest.fixture
def pages(monkeypatch):
    """What stands in every paper: the page that is given to the renderer."""
    found = []

    def render(html, *_rest, **_more):
        found.append(html)
        return f"%PDF-1.7 {len(found)}".encode()

    monkeypatch.setattr(letters, "render_pdf", render)
    return found


def scan():
    return SimpleUploadedFile("协议.jpg", picture())


def printed(here, made, **more):
    """An agreement that waits for its signatures, with the papers that the worker makes of it."""
    agreement = drawn_up(here, made, **more)
    for job in queued("complaints.render_agreement"):
        operations.render_agreement(actor=here.system, agreement_id=job.payload["agreement_id"])
    agreement.refresh_from_db()
    return agreement


def paper_of(actor, made, agreement, party, **more):
    values = {
        "text_sha256": agreement.text_sha256,
        "printed": agreement.check_code,
        "paper": scan(),
        "complaint_id": made.complaint.pk,
    }
    return operations.sign(actor=actor, party=party, **(values | more))


# -- what is printed ------------------------------------------------------------------------------------------


def test_it_is_printed_before_anybody_has_signed(here, pages):
    made = mediating(here)
    agreement = printed(here, made, days=(10, 40))
    assert len(pages) == 2
    for page in pages:
        assert "待签署" in page
        assert agreement.text_sha256 in page
        assert f"核对码：{agreement.check_code}" in page
        assert page.count("<td>4,000元</td>") == 2
        for payment in agreement.instalments.all():
            assert f"{payment.due_on.year}年{payment.due_on.month}月{payment.due_on.day}日" in page
        assert f"<td>{here.institution.name}</td>" in page
        assert "演示调解员" in page
        for hidden in (PHONE, STREET, IDENTITY, MAIL):
            assert hidden not in page
    own, of_institution = pages
    assert NAME not in own
    # Among those whom it binds, and where the sides sign.
    assert of_institution.count(NAME) == 2


def test_made_again_it_is_the_same_and_an_old_text_is_printed_no_more(here, pages):
    made = mediating(here)
    old = drawn_up(here, made)
    new = printed(here, made, amount=7_000_00)
    assert len(pages) == 2
    operations.render_agreement(actor=here.system, agreement_id=new.pk)
    operations.render_agreement(actor=here.system, agreement_id=old.pk)
    old.refresh_from_db()
    assert (len(pages), old.proposal, old.named_proposal) == (2, None, None)
    for actor in (here.officer, here.mediator, here.school):
        with pytest.raises(Forbidden):
            operations.render_agreement(actor=actor, agreement_id=new.pk)


def test_signed_it_is_made_anew_with_who_signed_and_when(here, pages):
    made = mediating(here)
    agreement = printed(here, made)
    sign_both(here, made, agreement)
    operations.render_agreement(actor=here.system, agreement_id=agreement.pk)
    agreement.refresh_from_db()
    assert None not in {agreement.document, agreement.named_document}
    assert len(pages) == 4
    assert all("待签署" not in page and "核对码" not in page for page in pages[2:])
    assert all("查询码" in page and "登录账号" in page for page in pages[2:])


# -- who opens which ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_side_opens_its_own_and_a_look_at_the_name_is_kept(here, pages, association):
    made = mediating(here)
    agreement = printed(here, made)
    pk, plain, named = made.complaint.pk, agreement.proposal_id, agreement.named_proposal_id

    def opens(actor, file_id):
        return Desk(association, actor).get(f"complaints/{pk}/files/{file_id}/").status_code

    school = Desk(association, here.school).get(f"complaints/{pk}/").content.decode()
    assert f"/files/{named}/" in school
    assert f"/files/{plain}/" not in school
    assert (opens(here.school, named), opens(here.school, plain)) == (200, 404)
    assert (opens(here.officer, plain), opens(here.mediator, plain)) == (200, 200)
    assert not Unmasking.objects.exists()
    assert (opens(here.officer, named), opens(here.mediator, named)) == (200, 200)
    looks = list(Unmasking.objects.order_by("pk").values_list("seen_by_id", "field"))
    assert looks == [(here.officer.user_id, "name"), (here.mediator.user_id, "name")]
    assert AuditEntry.objects.filter(action="read_personal_data").count() == 2
    page = Desk(association, here.auditor).get(f"complaints/{pk}/").content.decode()
    assert "/files/" not in page
    neighbour = actor_with(Role.INSTITUTION_ADMIN, institution=make_institution())
    for actor in (here.auditor, neighbour, actor_with(Role.MEDIATOR)):
        assert {opens(actor, plain), opens(actor, named)} <= {403, 404}
    assert Unmasking.objects.count() == 2


@pytest.mark.django_db
def test_a_neighbouring_association_opens_nothing(here, pages, association):
    made = mediating(here)
    agreement = printed(here, made)
    other = make_association("elsewhere")
    with acting_for(other.pk):
        clerk = world().officer
        with pytest.raises(NotFound):
            operations.read_named_agreement(
                actor=clerk, complaint_id=made.complaint.pk, file_id=agreement.named_proposal_id
            )
    desk = Desk(other, clerk)
    for file_id in (agreement.proposal_id, agreement.named_proposal_id):
        assert desk.get(f"complaints/{made.complaint.pk}/files/{file_id}/").status_code == 404


@pytest.mark.django_db
def test_the_code_opens_the_one_without_a_name(here, pages, association, client):
    made = mediating(here)
    address = f"/{association.slug}/complaints/track/"
    drawn_up(here, made)
    assert client.post(f"{address}file/", {"code": made.receipt_code}).status_code == 404
    printed(here, made, amount=7_000_00)
    page = client.post(address, {"code": made.receipt_code}).content.decode()
    assert "下载待签署的协议书" in page
    answer = client.post(f"{address}file/", {"code": made.receipt_code})
    assert answer.content == b"%PDF-1.7 1"
    assert NAME not in pages[0]


# -- signed on paper ------------------------------------------------------------------------------------------


def test_both_sign_on_paper_and_two_people_write_it_down(here, pages):
    made = mediating(here)
    agreement = printed(here, made)
    with pytest.raises(InvalidInput, match="盖章的书面意见或者协议书"):
        paper_of(here.officer, made, agreement, Party.INSTITUTION, paper=None)
    paper_of(here.officer, made, agreement, Party.INSTITUTION)
    with pytest.raises(Refused, match="另一位工作人员"):
        paper_of(here.officer, made, agreement, Party.COMPLAINANT)
    with pytest.raises(Refused, match="已经签署"):
        paper_of(here.colleague, made, agreement, Party.INSTITUTION)
    assert state_of(made) == State.MEDIATING
    paper_of(here.colleague, made, agreement, Party.COMPLAINANT)
    assert state_of(made) == State.AGREED
    assert set(Signature.objects.values_list("method", flat=True)) == {Method.PAPER}
    assert Evidence.objects.filter(kind="signed").count() >= 1


def test_the_database_wants_two_people_too(here, pages):
    made = mediating(here)
    agreement = printed(here, made)
    first = paper_of(here.officer, made, agreement, Party.INSTITUTION)
    with pytest.raises(IntegrityError, match="two people"), transaction.atomic():
        Signature.objects.create(
            agreement=agreement,
            party=Party.COMPLAINANT,
            text_sha256=agreement.text_sha256,
            method=Method.PAPER,
            recorded_by_id=first.recorded_by_id,
            signed_at=clock.now(),
        )


def test_one_paper_and_one_account_need_one_clerk(here, pages):
    made = mediating(here)
    agreement = printed(here, made)
    paper_of(here.officer, made, agreement, Party.COMPLAINANT)
    operations.sign(
        actor=here.school,
        party=Party.INSTITUTION,
        text_sha256=agreement.text_sha256,
        complaint_id=made.complaint.pk,
    )
    assert state_of(made) == State.AGREED


def test_an_old_print_is_not_written_down_for_the_text_of_today(here, pages):
    made = mediating(here)
    old = printed(here, made)
    new = printed(here, made, amount=7_000_00)
    with pytest.raises(Refused, match="已经改变"):
        paper_of(here.officer, made, old, Party.INSTITUTION)
    for code in (old.check_code, "", "0" * 8):
        with pytest.raises(InvalidInput, match="核对码"):
            paper_of(here.officer, made, new, Party.INSTITUTION, printed=code)
    assert not Signature.objects.exists()
    assert not Evidence.objects.exists()
    wide = "".join(chr(ord(one) + 0xFEE0) for one in new.check_code.upper())
    paper_of(here.officer, made, new, Party.INSTITUTION, printed=f" {wide} ")
    assert Signature.objects.get().text_sha256 == new.text_sha256


def test_only_staff_without_a_tie_write_a_paper_down(here, pages):
    made = mediating(here)
    agreement = printed(here, made)
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    for actor in (here.mediator, here.auditor, tied, actor_with(Role.INSTITUTION_ADMIN, make_institution())):
        with pytest.raises((Forbidden, NotFound)):
            paper_of(actor, made, agreement, Party.INSTITUTION)
    assert not Signature.objects.exists()


@pytest.mark.django_db
def test_the_forms_of_the_case_page(here, pages, association):
    made = mediating(here)
    agreement = printed(here, made)
    officer, colleague = Desk(association, here.officer), Desk(association, here.colleague)
    place = f"complaints/{made.complaint.pk}/"
    page = officer.get(place).content.decode()
    assert 'id="deed-institution_paper_sign"' in page
    assert 'id="deed-paper_sign"' in page
    fields = {"deed": "institution_paper_sign", "text_sha256": agreement.text_sha256}
    wrong = officer.client.post(
        officer.path(f"{place}do/"), fields | {"printed": "deadbeef", "paper": scan()}
    )
    assert wrong.status_code == 400
    assert "核对码与现在的协议不符" in wrong.content.decode()
    assert "deadbeef" in wrong.content.decode()
    right = {"printed": agreement.check_code, "paper": scan()}
    assert officer.client.post(officer.path(f"{place}do/"), fields | right).status_code == 302
    page = officer.get(place).content.decode()
    assert 'id="deed-institution_paper_sign"' not in page
    fields = {"deed": "paper_sign", "text_sha256": agreement.text_sha256, "printed": agreement.check_code}
    assert officer.client.post(officer.path(f"{place}do/"), fields | {"paper": scan()}).status_code == 409
    assert colleague.client.post(colleague.path(f"{place}do/"), fields | {"paper": scan()}).status_code == 302
    assert state_of(made) == State.AGREED
    assert again(made).returned_fen == 0


def test_who_mediated_is_shown_no_paper_that_does_not_open(here, pages, association):
    made = mediating(here)
    agreement = printed(here, made)
    sign_both(here, made, agreement)
    for job in queued("complaints.render_agreement"):
        operations.render_agreement(actor=here.system, agreement_id=job.payload["agreement_id"])
    agreement.refresh_from_db()
    address = f"/{association.slug}/desk/complaints/{made.complaint.pk}/files/%d/"
    named, plain = address % agreement.named_document_id, address % agreement.document_id
    operations.perform(
        actor=here.school, complaint_id=made.complaint.pk, paid_on=clock.today(), proof=scan(), instalments=1
    )
    shown = {
        actor: Desk(association, actor).get(f"complaints/{made.complaint.pk}/").content.decode()
        for actor in (here.officer, here.mediator, here.school, here.auditor)
    }
    for actor, page in shown.items():
        desk = Desk(association, actor)
        links = set(re.findall(rf'href="({re.escape(address.partition("%d")[0])}[0-9]+/)"', page))
        assert {desk.client.get(link).status_code for link in links} <= {200}
    assert [named in shown[actor] for actor in shown] == [True, False, True, False]
    assert [plain in shown[actor] for actor in shown] == [True, True, False, False]
    assert Desk(association, here.mediator).client.get(named).status_code == 404
    with pytest.raises(Forbidden):
        operations.read_named_agreement(
            actor=here.mediator, complaint_id=made.complaint.pk, file_id=agreement.named_document_id
        )
