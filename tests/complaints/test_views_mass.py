"""群体性投诉 through the pages: joined, offered to each after a preview, answered by each, ended; and who sees it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import Notice, OutboxJob
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused
from complaints import operations
from complaints.choices.complaints import MassState, OfferState, Outcome, State
from complaints.models import Complaint, MassCase, Offer
from complaints.queries.road import deeds_of_complainant
from complaints.queries.tracking import track
from tests.complaints.material import NAME, PAID, PHONE, STREET, accepted, ended, filed, mediating, world
from tests.credit_rating.desk_pages import Desk, statements
from tests.factories.people import actor_with, make_association, make_institution

pytestmark = pytest.mark.django_db
TITLE = "演示停课退费"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


@pytest.fixture
def officer(association, here):
    return Desk(association, here.officer)


@pytest.fixture
def school(association, here):
    return Desk(association, here.school)


def text(response):
    return response.content.decode()


def day(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def opened(here, many):
    made = [accepted(here) for _ in range(many)]
    case = operations.open_mass_case(
        actor=here.officer, title=TITLE, complaint_ids=[one.complaint.pk for one in made]
    )
    return case, made


def amounts(made, *yuan, **more):
    given = {"pay_by": day(20), "open_until": day(10)}
    typed = {f"amount-{one.complaint.pk}": value for one, value in zip(made, yuan, strict=False)}
    return given | typed | more


def test_chosen_complaints_are_joined_and_the_institution_is_told(officer, here):
    made = [accepted(here) for _ in range(3)]
    filed(here)
    page = text(officer.get("complaints/mass/new/", institution=here.institution.pk))
    assert page.count('name="complaint_ids"') == 3
    assert "（3件）" in page
    chosen = {"institution": here.institution.pk, "complaint_ids": [one.complaint.pk for one in made[:2]]}
    refused = officer.post("complaints/mass/new/", title=" ", **chosen)
    assert refused.status_code == 400
    assert text(refused).count(" checked") == 2
    answer = officer.post("complaints/mass/new/", title=TITLE, **chosen)
    assert answer.status_code == 302
    case = MassCase.objects.get()
    assert set(case.complaints.values_list("pk", flat=True)) == set(chosen["complaint_ids"])
    assert Notice.objects.filter(event=f"mass-case-{case.pk}-opened", user_id=here.school.user_id).exists()
    assert TITLE in text(officer.get(f"complaints/{made[0].complaint.pk}/"))
    again = officer.post("complaints/mass/new/", title=TITLE, **chosen)
    assert again.status_code == 400
    assert MassCase.objects.count() == 1


@pytest.mark.parametrize("choice", [[], ["x"], ["999999"]])
def test_a_wrong_choice_is_refused(officer, here, choice):
    accepted(here)
    sent = {"institution": here.institution.pk, "title": TITLE, "complaint_ids": choice}
    assert officer.post("complaints/mass/new/", **sent).status_code == 400
    assert officer.get("complaints/mass/new/", institution="x").status_code == 200


def test_a_list_that_is_cut_says_so(officer, here, monkeypatch):
    monkeypatch.setattr("complaints.queries.mass.MOST_AT_ONCE", 2)
    monkeypatch.setattr("complaints.views.mass.MOST_AT_ONCE", 2)
    for _ in range(3):
        accepted(here)
    page = text(officer.get("complaints/mass/new/", institution=here.institution.pk))
    assert page.count('name="complaint_ids"') == 2
    assert "最早的2件" in page


def test_preview_shows_who_gets_what_and_sends_nothing(school, here):
    case, made = opened(here, 3)
    sent = amounts(made, "1,000", "２０００", "", terms="分两次转账")
    page = school.post(f"complaints/mass/{case.pk}/offer/", **sent)
    assert page.status_code == 200
    for words in ("向2位投诉人", "3,000", made[0].complaint.number, made[1].complaint.number, "分两次转账"):
        assert words in text(page)
    assert made[2].complaint.number not in text(page)
    assert not Offer.objects.exists()
    back = school.post(f"complaints/mass/{case.pk}/offer/", change="1", **sent)
    assert 'value="1,000"' in text(back)
    assert school.post(f"complaints/mass/{case.pk}/offer/", send="1", **sent).status_code == 302
    assert sorted(Offer.objects.values_list("amount_fen", flat=True)) == [100_000, 200_000]


@pytest.mark.parametrize("send", [{}, {"send": "1"}])
def test_a_wrong_amount_stops_all_of_them_and_keeps_what_was_typed(school, here, send):
    case, made = opened(here, 2)
    answer = school.post(
        f"complaints/mass/{case.pk}/offer/", **amounts(made, "500", str(PAID // 100 + 1)), **send
    )
    page = text(answer)
    assert answer.status_code == 400
    assert "有1个金额不对" in page or "超过了已付金额" in page
    assert 'value="500"' in page
    nothing = school.post(f"complaints/mass/{case.pk}/offer/", **amounts(made), **send)
    assert "请至少为一位投诉人填写金额" in text(nothing)
    past = school.post(
        f"complaints/mass/{case.pk}/offer/", **amounts(made, "5") | {"pay_by": day(-1)}, **send
    )
    assert past.status_code == 400
    garbage = school.post(f"complaints/mass/{case.pk}/offer/", **amounts(made, "=1+1") | send)
    assert garbage.status_code == 400
    assert not Offer.objects.exists()


def test_sent_twice_is_one_offer_each(school, here):
    case, made = opened(here, 2)
    for _ in range(2):
        school.post(f"complaints/mass/{case.pk}/offer/", send="1", **amounts(made, "500", "600"))
    assert Offer.objects.count() == 2
    school.post(f"complaints/mass/{case.pk}/offer/", send="1", **amounts(made, "700", "600"))
    states = dict(Offer.objects.values_list("amount_fen", "state"))
    assert states == {50_000: OfferState.LAPSED, 60_000: OfferState.MADE, 70_000: OfferState.MADE}


def test_each_answers_for_themselves_and_the_page_shows_it(officer, school, here):
    case, made = opened(here, 3)
    school.post(f"complaints/mass/{case.pk}/offer/", send="1", **amounts(made, "500", "600", "700"))
    for one, accepts in zip(made, (True, False), strict=False):
        offered = Offer.objects.get(complaint=one.complaint)
        operations.answer_offer(
            actor=here.person, offer_id=offered.pk, accepted=accepts, receipt_code=one.receipt_code
        )
    page = text(officer.get(f"complaints/mass/{case.pk}/"))
    for label in ("已接受", "未接受", "待答复", "自行和解"):
        assert label in page
    assert "<b>1</b><span>已接受" in page
    assert "1,200" in page
    again = school.post(f"complaints/mass/{case.pk}/offer/", send="1", **amounts(made[1:], "650"))
    assert again.status_code == 302
    assert Complaint.objects.get(pk=made[0].complaint.pk).state == State.SETTLED
    settled = {made[0].complaint.pk: 100}
    with pytest.raises(InvalidInput, match="1个金额"):
        operations.offer_to_all(
            actor=here.school, mass_case_id=case.pk, amounts_fen=settled,
            pay_by=clock.today(), open_until=clock.today(),
        )  # fmt: skip


def test_ended_with_a_reason_it_takes_no_more_offers(officer, school, here):
    case, made = opened(here, 2)
    place = f"complaints/mass/{case.pk}/"
    assert officer.post(f"{place}end/", notes=" ").status_code == 400
    assert officer.post(f"{place}end/", notes="机构不再协商，逐件调解。").status_code == 302
    assert "机构不再协商" in text(school.get(place))
    again = officer.post(f"{place}end/", notes="再一次")
    assert (again.status_code, "再一次" in text(again)) == (409, True)
    refused = school.post(f"{place}offer/", send="1", **amounts(made, "500"))
    assert refused.status_code == 409
    assert "500" in text(refused)
    case.refresh_from_db()
    assert (case.state, case.notes) == (MassState.ENDED, "机构不再协商，逐件调解。")
    with pytest.raises(Refused, match="已经结束"):
        operations.look_over_offers(
            actor=here.school, mass_case_id=case.pk, amounts_fen={1: 1},
            pay_by=clock.today(), open_until=clock.today(),
        )  # fmt: skip


def test_who_sees_it_and_who_does_what(association, officer, school, here):
    case, made = opened(here, 2)
    mediating(here)
    place = f"complaints/mass/{case.pk}/"
    sent = amounts(made, "500")
    assert TITLE in text(school.get("complaints/mass/"))
    page = text(school.get(place))
    assert [one for one in (NAME, PHONE, STREET) if one in page] == []
    assert school.get("complaints/mass/new/").status_code == 403
    assert school.post(f"{place}end/", notes="结束").status_code == 403
    assert officer.post(f"{place}offer/", send="1", **sent).status_code == 403
    auditor = Desk(association, here.auditor)
    assert auditor.get(place).status_code == 200
    assert auditor.post(f"{place}end/", notes="结束").status_code == 403
    stranger = Desk(association, actor_with(Role.INSTITUTION_ADMIN, institution=make_institution()))
    mediator = Desk(association, here.mediator)
    other = make_association("second")
    with acting_for(other.pk):
        elsewhere = Desk(other, actor_with(Role.SECRETARIAT))
        rival = Desk(other, actor_with(Role.INSTITUTION_ADMIN))
    for desk in (stranger, mediator, elsewhere, rival):
        assert desk.get(place).status_code == 404
        assert TITLE not in text(desk.get("complaints/mass/"))
    for desk in (stranger, rival):
        assert desk.post(f"{place}offer/", send="1", **sent).status_code == 404
    assert elsewhere.post(f"{place}end/", notes="结束").status_code == 404
    foreign = {"institution": here.institution.pk, "title": "x", "complaint_ids": [made[0].complaint.pk]}
    assert elsewhere.post("complaints/mass/new/", **foreign).status_code == 400
    assert not Offer.objects.exists()
    assert MassCase.objects.get().state == MassState.NEGOTIATING


@pytest.mark.parametrize(
    "place", ["complaints/mass/{}/", "complaints/mass/", "complaints/mass/new/?institution={1}"]
)
def test_pages_ask_the_same_number_of_questions(officer, here, place):
    few = asked(officer, here, place, 2)
    assert asked(officer, here, place, 6) <= few <= 20


def asked(officer, here, place, many):
    case, _made = opened(here, many)
    for _ in range(many):
        accepted(here)
    with statements() as found:
        assert officer.get(place.format(case.pk, here.institution.pk)).status_code == 200
    return len(found)


# -- joined with consent --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("counting")
def test_each_complainant_is_told_and_may_go_on_alone(client, here):
    case, made = opened(here, 3)
    mails = OutboxJob.objects.filter(
        task="complaints.mail_complainant", key__endswith=f"mass-{case.pk}-opened"
    )
    assert mails.count() == 3
    seen = track(made[0].receipt_code)
    assert (seen.joint, "leave_mass_case" in deeds_of_complainant(seen)) == (TITLE, True)
    page = text(client.post("/first/complaints/track/", {"code": made[0].receipt_code}))
    assert TITLE in page
    assert "单独办理" in page
    asked = {"receipt_code": made[0].receipt_code}
    told = client.post("/first/api/v1/complaints/track/", asked, content_type="application/json").json()
    assert (told["joint_negotiation"], "leave_mass_case" in told["can_do"]) == (TITLE, True)
    operations.leave_mass_case(actor=here.person, receipt_code=made[0].receipt_code)
    assert case.complaints.count() == 2
    assert track(made[0].receipt_code).joint == ""
    event = f"mass-case-{case.pk}-left-{made[0].complaint.pk}"
    assert Notice.objects.filter(event=event, user_id=here.school.user_id).exists()
    with pytest.raises(Refused, match="不在合并协商中"):
        operations.leave_mass_case(actor=here.person, receipt_code=made[0].receipt_code)
    operations.leave_mass_case(actor=here.officer, complaint_id=made[1].complaint.pk)
    case.refresh_from_db()
    assert (case.state, track(made[2].receipt_code).joint) == (MassState.ENDED, "")
    for actor in (here.school, here.auditor):
        with pytest.raises(Forbidden):
            operations.leave_mass_case(actor=actor, complaint_id=made[2].complaint.pk)


def test_one_complaint_and_a_closed_one_are_no_mass_case(here):
    made = [accepted(here).complaint.pk for _ in range(2)]
    with pytest.raises(Refused, match="至少要有两件"):
        operations.open_mass_case(actor=here.officer, title=TITLE, complaint_ids=made[:1])
    gone = ended(here, Outcome.RESOLVED).complaint.pk
    with pytest.raises(Refused, match="正在协商或者调解"):
        operations.open_mass_case(actor=here.officer, title=TITLE, complaint_ids=[*made, gone])
    case = operations.open_mass_case(actor=here.officer, title=TITLE, complaint_ids=made)
    with pytest.raises(IntegrityError, match="only an open complaint"), transaction.atomic():
        Complaint.objects.filter(pk=gone).update(mass_case=case)
    with pytest.raises(IntegrityError, match="mass_case_of_two"), transaction.atomic():
        MassCase.objects.filter(pk=case.pk).update(opened_with=1)
