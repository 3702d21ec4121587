"""One case through the pages of the desk: officer, institution, mediator; each sees and does only the own part."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.choices import Role
from association.person_fields import posts_of
from association.tenancy import acting_for
from complaints.choices.complaints import Outcome, State
from complaints.models import Agreement, Complaint, Evidence, Unmasking
from tests.common.files import picture
from tests.complaints.material import (
    IDENTITY,
    MAIL,
    NAME,
    PHONE,
    STREET,
    accepted,
    filed,
    mediating,
    world,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counting")]


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def text(response):
    return response.content.decode()


def do(desk, pk, deed, **fields):
    return desk.client.post(desk.path(f"complaints/{pk}/do/"), {"deed": deed, **fields})


def day(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def test_from_receipt_to_performed_agreement(association, here, client):
    made = filed(here)
    pk, code = made.complaint.pk, made.receipt_code
    officer, school, mediator = (Desk(association, one) for one in (here.officer, here.school, here.mediator))
    assert made.complaint.number in text(officer.get("complaints/"))
    assert do(officer, pk, "accept").status_code == 302
    assert do(school, pk, "answer", kind="disputed", text="已按合同上课。").status_code == 302
    assert do(school, pk, "consent", given_="yes").status_code == 302
    said = {"code": code, "deed": "consent", "given": "yes"}
    assert client.post("/first/complaints/track/do/", said).status_code == 200
    post = posts_of([here.mediator.user_id])[here.mediator.user_id]
    assert do(officer, pk, "assign_mediator", mediator_id=post).status_code == 302
    planned = {"mode": "phone", "place": "电话", "planned_at_0": day(3), "planned_at_1": "10:00"}
    assert do(mediator, pk, "plan_session", **planned).status_code == 302
    wrong = {"text": "退还部分费用。", "amount_fen": "99999", "payments": f"{day(5)} 99999"}
    refused = do(mediator, pk, "agree", **wrong)
    assert refused.status_code == 400
    assert "超过了已付金额" in text(refused)
    assert "退还部分费用。" in text(refused)
    right = {"text": "退还部分费用。", "amount_fen": "８０００", "payments": f"{day(5)} 8000"}
    assert do(mediator, pk, "agree", **right).status_code == 302
    digest = Agreement.objects.get().text_sha256
    signing = {"code": code, "deed": "sign", "text_sha256": digest, "agreed": "on"}
    assert "已提交" in text(client.post("/first/complaints/track/do/", signing))
    assert do(school, pk, "sign", text_sha256=digest, agreed="on").status_code == 302
    assert Complaint.objects.get().state == State.AGREED
    proof = SimpleUploadedFile("凭证.jpg", picture())
    assert do(school, pk, "perform", paid_on=day(0), instalments=1, proof=proof).status_code == 302
    told = {"code": code, "deed": "survey", "outcome": "resolved", "satisfaction": "5"}
    assert client.post("/first/complaints/track/do/", told).status_code == 200
    ended = Complaint.objects.get()
    assert (ended.state, ended.outcome, ended.returned_fen) == (State.CLOSED, Outcome.RESOLVED, 800_000)


def test_institution_sees_what_it_needs_and_nothing_before_acceptance(association, here):
    made = filed(here)
    school = Desk(association, here.school)
    assert school.get(f"complaints/{made.complaint.pk}/").status_code == 404
    Desk(association, here.officer).post(f"complaints/{made.complaint.pk}/do/", deed="accept")
    page = text(school.get(f"complaints/{made.complaint.pk}/"))
    assert NAME in page
    for hidden in (PHONE, STREET, IDENTITY, MAIL):
        assert hidden not in page


def test_staff_see_masks_and_every_look_is_kept(association, here):
    made = accepted(here)
    officer = Desk(association, here.officer)
    page = text(officer.get(f"complaints/{made.complaint.pk}/"))
    assert "139****5678" in page
    refused = do(officer, made.complaint.pk, "unmask", field="address", reason="")
    assert refused.status_code == 400
    assert STREET not in text(refused)
    seen = do(officer, made.complaint.pk, "unmask", field="address", reason="核对送达地址")
    assert STREET in text(seen)
    assert Unmasking.objects.get().reason == "核对送达地址"
    assert STREET not in text(officer.get(f"complaints/{made.complaint.pk}/"))


def test_the_words_as_they_were_written_are_a_look_too(association, here):
    made = accepted(here)
    officer = Desk(association, here.officer)
    assert NAME not in text(officer.get(f"complaints/{made.complaint.pk}/"))
    seen = do(officer, made.complaint.pk, "unmask", field="words", reason="核对事实")
    assert f'<div class="typed">事实<br>{made.complaint.facts}' in text(seen)
    assert Unmasking.objects.get().field == "words"


@pytest.mark.parametrize(
    ("deed", "fields"),
    [("accept", {}), ("assign_mediator", {"mediator_id": 1}), ("breach", {"reason": "未付"})],
)
def test_institution_cannot_do_what_staff_do(association, here, deed, fields):
    made = accepted(here)
    assert do(Desk(association, here.school), made.complaint.pk, deed, **fields).status_code in {400, 403}
    assert Complaint.objects.get().state == State.AWAIT_REPLY


def test_another_institution_and_an_unassigned_mediator_find_nothing(association, here):
    made = mediating(here)
    stranger = actor_with(Role.INSTITUTION_ADMIN, institution=make_institution())
    idle = actor_with(Role.MEDIATOR)
    for actor in (stranger, idle):
        desk = Desk(association, actor)
        assert desk.get(f"complaints/{made.complaint.pk}/").status_code == 404
        assert do(desk, made.complaint.pk, "terminate", ground="no_agreement").status_code == 404
        assert made.complaint.number not in text(desk.get("complaints/"))


def test_another_association_finds_nothing(association, here):
    made = accepted(here)
    other = make_association("second")
    with acting_for(other.pk):
        officer = actor_with(Role.SECRETARIAT)
    assert Desk(other, officer).get(f"complaints/{made.complaint.pk}/").status_code == 404


def test_hidden_words_leave_the_page_of_the_institution(association, here):
    made = accepted(here)
    officer, school = Desk(association, here.officer), Desk(association, here.school)
    hide = {"words": "多次打电话", "audience": "both", "reason": "与本案无关"}
    assert do(officer, made.complaint.pk, "redact", **hide).status_code == 302
    page = text(school.get(f"complaints/{made.complaint.pk}/"))
    assert "多次打电话" not in page
    assert "与本案无关" in page
    missing = do(officer, made.complaint.pk, "redact", **hide | {"words": "没有的话"})
    assert missing.status_code == 400
    assert "没有的话" in text(missing)


def test_a_large_picture_is_refused_and_the_words_stay(association, here):
    made = accepted(here)
    large = SimpleUploadedFile("大图.jpg", b"\xff\xd8\xff" + bytes(50 * 1024 * 1024))
    response = do(
        Desk(association, here.school), made.complaint.pk, "add_evidence", kind="lessons", upload=large
    )
    assert response.status_code == 413
    assert "10 MB" in text(response)
    assert not Evidence.objects.exists()


def test_person_is_found_by_phone_and_the_search_is_on_record(association, here):
    made = accepted(here)
    officer = Desk(association, here.officer)
    assert made.complaint.number in text(officer.post("complaints/find/", who="139-1234-5678"))
    assert made.complaint.number not in text(officer.post("complaints/find/", who="13900000000"))
    assert Desk(association, here.school).post("complaints/find/", who=PHONE).status_code == 403
