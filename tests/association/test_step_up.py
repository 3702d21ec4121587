"""再次确认身份: deeds of two people want a fresh proof; what was typed waits, and nothing is done unpressed."""

import re
import time
from html import unescape

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.test import Client

from association.choices import Role
from association.models import OriginalRequest, User
from association.originals import request_original
from association.step_up import KEPT
from association.tenancy import acting_for
from credit_rating.models import Assessment, Determination, Publication, Round
from tests.architecture.test_urls import ask_to_unseal, published_of
from tests.association.test_signin import code_of
from tests.credit_rating.desk_pages import shown_on
from tests.factories.figures import waiting
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user
from tests.factories.rating import reviewing_round
from tests.factories.review import computed

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
PROOF, CODE = "/first/accounts/reauthenticate/", "/first/accounts/2fa/reauthenticate/"
CONTINUE = "/first/accounts/continue/"
REASON = "收到举报\r\n正在核查：<第2页> “原话”"


@pytest.fixture
def association():
    return make_association("first")


def signed_in(association, role):
    """Somebody whose session is open, as on a computer left alone."""
    with acting_for(association.pk):
        user = make_user()
        user.set_password(PASSWORD)
        user.save()
        appoint(user, role)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def publication(association):
    with acting_for(association.pk):
        round_ = reviewing_round(institutions=[make_institution()])
        assessment = Assessment.objects.get(round=round_)
        from tests.factories.review import review

        review(assessment, actor_with(Role.ASSESSOR))
        published_of(assessment)
        return Publication.objects.get()


@pytest.fixture
def clerk(association):
    return signed_in(association, Role.SECRETARIAT)


def suspend(client, publication, **fields):
    path = f"/first/desk/committee/publications/{publication.pk}/suspension/"
    return client.post(path, {"suspend": "yes", "reason": REASON} | fields)


def suspended(association):
    with acting_for(association.pk):
        return Publication.objects.get().suspension_reason


def prove(client, place, **proof):
    """Through the page where the redirect led."""
    assert client.get(place).status_code == 200
    return client.post(place, proof)


def hidden_fields(page):
    form = page.content.decode().partition('action="/first/desk/committee/')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def form_address(page):
    return re.findall(r'<form method="post" action="(/first/desk/[^"]+)"', page.content.decode())


# -- the way through ------------------------------------------------------------------------------------------


def test_deed_waits_for_the_proof_and_loses_nothing(association, publication, clerk):
    away = suspend(clerk, publication)
    assert away["Location"] == f"{PROOF}?next=%2Ffirst%2Faccounts%2Fcontinue%2F"
    assert suspended(association) == ""
    assert prove(clerk, away["Location"], password=PASSWORD)["Location"] == CONTINUE
    assert suspended(association) == ""  # proven, and still not pressed
    page = clerk.get(CONTINUE)
    assert hidden_fields(page) == {"suspend": "yes", "reason": REASON}
    done = clerk.post(form_address(page)[0], hidden_fields(page))
    assert "/desk/committee/assessments/" in done["Location"]
    assert suspended(association) == REASON.replace("\r\n", "\n")
    assert clerk.get(CONTINUE)["Location"] == "/first/desk/"  # used up: what is done is not offered again


def test_another_deed_leaves_what_waits(association, publication, clerk):
    away = suspend(clerk, publication)["Location"]
    prove(clerk, away, password=PASSWORD)
    clerk.post("/first/desk/committee/determinations/1/countersign/", {"agree": "yes"})
    assert hidden_fields(clerk.get(CONTINUE)) == {"suspend": "yes", "reason": REASON}


def test_wrong_proof_opens_nothing(association, publication, clerk):
    away = suspend(clerk, publication)
    assert prove(clerk, away["Location"], password="not this one").status_code == 200
    assert "accounts/reauthenticate/" in suspend(clerk, publication)["Location"]
    assert suspended(association) == ""


def test_proof_holds_for_five_minutes(association, publication, clerk, monkeypatch):
    prove(clerk, suspend(clerk, publication)["Location"], password=PASSWORD)
    started = time.time()
    monkeypatch.setattr("time.time", lambda: started + 301)
    assert "reauthenticate" in suspend(clerk, publication)["Location"]
    monkeypatch.setattr("time.time", lambda: started + 200)
    assert "reauthenticate" not in suspend(clerk, publication)["Location"]


def test_whoever_has_a_second_factor_proves_it_by_that(association, publication, clerk):
    secret = generate_totp_secret()
    TOTP.activate(clerk.user, secret)
    place = suspend(clerk, publication)["Location"]
    assert place.startswith(CODE)
    assert clerk.get(PROOF)["Location"].startswith(CODE)  # the password is no way around
    assert prove(clerk, place, code="000000").status_code == 200
    assert prove(clerk, place, code=code_of(secret))["Location"] == CONTINUE
    assert "reauthenticate" not in suspend(clerk, publication)["Location"]


def test_part_of_a_page_is_told_to_open_the_proof(association, publication, clerk):
    path = f"/first/desk/committee/publications/{publication.pk}/suspension/"
    answer = clerk.post(path, {"suspend": "yes", "reason": "x"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"].startswith(PROOF)) == (401, True)


def test_what_waits_is_forgotten_after_a_quarter_of_an_hour(association, publication, clerk):
    suspend(clerk, publication)
    session = clerk.session
    session[KEPT] = session[KEPT] | {"at": time.time() - 901}
    session.save()
    assert clerk.get(CONTINUE)["Location"] == "/first/desk/"
    assert KEPT not in clerk.session


def test_nobody_continues_what_another_began(association, publication, clerk):
    suspend(clerk, publication)
    other = signed_in(association, Role.COMMITTEE_CHAIR)
    assert other.get(CONTINUE)["Location"] == "/first/desk/"
    assert Client().get(CONTINUE)["Location"].startswith("/first/accounts/login/")


def test_a_result_is_suspended_and_resumed_by_the_second_person_the_same_way(association, publication, clerk):
    prove(clerk, suspend(clerk, publication)["Location"], password=PASSWORD)
    suspend(clerk, publication)
    chair, place = (
        signed_in(association, Role.COMMITTEE_CHAIR),
        f"/first/desk/committee/publications/{publication.pk}/suspend/",
    )
    prove(chair, chair.post(place, {"suspend": "yes"})["Location"], password=PASSWORD)
    with acting_for(association.pk):
        page = f"/first/desk/committee/assessments/{Publication.objects.get().assessment_id}/"
    offered = chair.get(page)
    assert "批准暂停" in offered.content.decode()
    chair.post(place, {"suspend": "yes", "shown": shown_on(offered)})
    assert "恢复结果" in chair.get(page).content.decode()
    chair.post(place, {"reason": "已核清"})
    assert suspended(association) == ""


def test_refused_form_has_no_link_that_leads_away_from_what_was_typed(association, publication, clerk):
    """The address of the answer takes forms only, so a language's link would come back to an empty 405."""
    prove(clerk, suspend(clerk, publication)["Location"], password=PASSWORD)
    refused = suspend(clerk, publication, reason="")
    assert refused.status_code == 400
    assert "/i18n/" not in refused.content.decode()
    assert "/first/i18n/en/" in clerk.get("/first/desk/").content.decode()


# -- every deed of two people ---------------------------------------------------------------------------------


def test_desk_deeds_of_two_people_ask(association, publication):
    chair = signed_in(association, Role.COMMITTEE_CHAIR)
    with acting_for(association.pk):
        round_id, asked = Round.objects.get().pk, ask_to_unseal(make_institution())
    for path in (
        f"committee/{round_id}/publish/",
        "committee/determinations/1/countersign/",
        f"originals/{asked}/decide/",
        "committee/publications/1/suspend/",
        "appointments/1/confirm/",
        "appointments/1/end/",
    ):
        answer = chair.post(f"/first/desk/{path}", {"agree": "yes"})
        assert answer["Location"].startswith(PROOF), path
    with acting_for(association.pk):
        assert OriginalRequest.objects.get().state == "waiting"


def test_figures_of_a_year_are_confirmed_after_a_proof(association):
    with acting_for(association.pk):
        proposal = waiting()
    client = signed_in(association, Role.COMMITTEE_CHAIR)
    path = f"/first/desk/complaints/figures/{proposal.pk}/confirm/"
    sent = client.post(path, {"agree": "no"})
    assert PROOF in sent["location"]
    with acting_for(association.pk):
        proposal.refresh_from_db()
        assert proposal.state == "waiting"


@pytest.mark.parametrize(
    "place",
    [
        "committee/1/publish/",
        "committee/determinations/1/countersign/",
        "committee/publications/1/suspend/",
        "originals/1/decide/",
        "complaints/figures/1/confirm/",
        "complaints/receipts/1/decide/",
    ],
)
def test_whoever_may_not_is_told_so_and_not_asked_for_a_password(association, place):
    client = signed_in(association, Role.ASSESSOR)
    assert client.post(f"/first/desk/{place}").status_code == 403
    assert KEPT not in client.session
    assert client.get("/first/desk/originals/1/file/").status_code == 403


def test_the_first_signature_of_an_overruling_asks(association):
    clerk = signed_in(association, Role.COMMITTEE_CHAIR)
    with acting_for(association.pk):
        assessment = computed()
    path = f"/first/desk/committee/assessments/{assessment.pk}/determine/"
    away = clerk.post(path, {"grade": "B", "reason": REASON})["Location"]
    assert away.startswith(PROOF)
    assert state_of_decision(association) == "proposed"
    prove(clerk, away, password=PASSWORD)
    page = clerk.get(CONTINUE)
    clerk.post(form_address(page)[0], hidden_fields(page))
    assert state_of_decision(association) == "countersign"


def test_a_confirmation_by_one_person_asks_for_no_proof(association):
    clerk = signed_in(association, Role.COMMITTEE_CHAIR)
    with acting_for(association.pk):
        assessment = computed()
    clerk.post(f"/first/desk/committee/assessments/{assessment.pk}/determine/")
    assert state_of_decision(association) == "confirmed"


def state_of_decision(association):
    with acting_for(association.pk):
        return Determination.objects.get().state


def test_reading_an_original_asks_and_leads_back_to_it(association):
    clerk = signed_in(association, Role.SECRETARIAT)
    with acting_for(association.pk):
        ask_to_unseal(make_institution())
        file_id = OriginalRequest.objects.get().original.attachment_id
        own = request_original(
            actor=actor_with(Role.SECRETARIAT, user=clerk.user), file_id=file_id, reason="核对"
        )
    path = f"/first/desk/originals/{own.pk}/file/"
    away = clerk.get(path)["Location"]
    assert away.startswith(PROOF)
    assert prove(clerk, away, password=PASSWORD)["Location"] == path
    assert clerk.get(path).status_code == 409  # proven, and still not approved


def test_buttons_of_the_staff_desk_that_ask():
    asking = {
        (model._meta.model_name, deed.name)
        for model, desk in admin.site._registry.items()
        for deed in (*getattr(desk, "deeds", ()), *getattr(desk, "list_deeds", ()))
        if deed.step_up
    }
    assert asking == {
        ("round", "propose"),
        ("interestrate", "confirm"),
        ("refundruleversion", "confirm"),
        ("institution", "appoint"),
        ("appointment", "appoint"),
        ("appointment", "end"),
        ("historicalresult", "correct"),
        ("duesaccount", "publish"),
        ("duesresolution", "adopt"),
        ("duesslip", "confirm"),
        ("duesstatement", "load"),
        ("duesstatement", "errors"),
        ("pledgebreach", "decide"),
        ("pledgepaper", "confirm"),
        ("pledgeversion", "adopt"),
        ("memberbook", "load"),
        ("memberbook", "go-on"),
        ("memberbook", "errors"),
        ("memberbook", "export"),
    }


def test_button_of_the_staff_desk_asks_before_it_opens_and_when_it_is_sent(association, publication):
    clerk = signed_in(association, Role.SECRETARIAT)
    with acting_for(association.pk):
        path = f"/first/admin/credit_rating/round/{Round.objects.get().pk}/do/propose/"
    away = clerk.get(path)["Location"]
    assert away.startswith(PROOF)
    assert clerk.post(path)["Location"].startswith(PROOF)
    assert prove(clerk, away, password=PASSWORD)["Location"] == path
    assert clerk.get(path).status_code == 200


def test_person_without_any_means_of_proof_never_signed_in_by_a_page(association, publication):
    """The tests' short way in (``force_login``) is not open to anybody else: sign-in needs one of the two."""
    with acting_for(association.pk):
        user = User.objects.get(pk=actor_with(Role.COMMITTEE_CHAIR).user_id)
    assert not user.has_usable_password()
    assert Client().post("/first/accounts/login/", {"login": user.email, "password": ""}).status_code != 302


def test_own_pages_of_the_second_factor_come_back_under_the_association(association):
    """allauth would resume the form itself, which fails for an association mounted by path."""
    person = signed_in(association, Role.ASSESSOR)
    TOTP.activate(person.user, generate_totp_secret())
    away = person.post("/first/accounts/2fa/totp/deactivate/", {})
    assert away["Location"].startswith(CODE)
    assert person.session[KEPT]["path"] == "/first/accounts/2fa/totp/deactivate/"
