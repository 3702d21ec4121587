"""The staff desk: rates and readings are entered by one person and confirmed by another; calculations are shown."""

from datetime import timedelta

import pytest

from association import clock
from association.choices import Role
from association.tenancy import acting_for
from prepaid_escrow.models import InterestRate, RefundRuleVersion
from prepaid_escrow.operations import save_calculation
from prepaid_escrow.rules.readings import DEFAULTS, READINGS
from tests.credit_rating.desk import Desk, desk
from tests.factories.people import actor_with, appoint, make_association, make_user
from tests.prepaid_escrow.material import lessons

pytestmark = pytest.mark.django_db
RATE = {"kind": "lpr_1y", "percent": "3.1", "valid_from": "2025-01-01", "valid_until": "2025-05-19", "citation": "测试用公告"}  # fmt: skip


def rows(here, model):
    with acting_for(here.association.pk):
        return list(model.objects.all())


def test_a_rate_is_entered_by_one_and_confirmed_by_another():
    here = desk()
    assert here.post("prepaid_escrow/interestrate/do/add/", **RATE).status_code == 302
    (rate,) = rows(here, InterestRate)
    own = here.post(f"prepaid_escrow/interestrate/{rate.pk}/do/confirm/")
    assert "录入人不能核对自己录入的内容" in own.content.decode()
    colleague = Desk(here.association)
    page = colleague.get(f"prepaid_escrow/interestrate/{rate.pk}/do/confirm/").content.decode()
    assert "请先照依据查对：测试用公告" in page
    assert colleague.post(f"prepaid_escrow/interestrate/{rate.pk}/do/confirm/").status_code == 302
    assert rows(here, InterestRate)[0].confirmed_by_id == colleague.user.pk


def test_confirming_wants_a_fresh_proof_of_the_person():
    here = desk()
    here.post("prepaid_escrow/interestrate/do/add/", **RATE)
    colleague = Desk(here.association)
    colleague.user.set_password("a long enough password")
    colleague.user.save()
    colleague.client.force_login(colleague.user)
    (rate,) = rows(here, InterestRate)
    answer = colleague.post(f"prepaid_escrow/interestrate/{rate.pk}/do/confirm/")
    assert "/accounts/reauthenticate/" in answer["Location"]
    assert not rows(here, InterestRate)[0].is_confirmed


def test_a_wrong_rate_keeps_what_was_typed():
    here = desk()
    answer = here.post("prepaid_escrow/interestrate/do/add/", **RATE | {"valid_until": "2099-01-01"})
    assert answer.status_code == 400
    assert "今天以后的利率还没有公布" in answer.content.decode()
    assert 'value="测试用公告"' in answer.content.decode()
    assert rows(here, InterestRate) == []


def test_a_version_shows_every_reading_and_which_are_the_associations_own():
    here = desk()
    typed = {code: answer for code, answer in DEFAULTS.items() if len(dict(answers_of(code))) > 1}
    typed |= {
        "rounding": "half_up",
        "valid_from": clock.today().isoformat(),
        "citation": "顾问意见",
        "pledge": "测试承诺",
    }
    assert here.post("prepaid_escrow/refundruleversion/do/add/", **typed).status_code == 302
    (version,) = rows(here, RefundRuleVersion)
    assert version.readings == {"rounding": "half_up"}
    page = here.get(f"prepaid_escrow/refundruleversion/{version.pk}/").content.decode()
    assert "退费四舍五入到分。" in page
    assert all(reading.question in page for reading in READINGS)
    colleague = Desk(here.association)
    address = f"prepaid_escrow/refundruleversion/{version.pk}/do/confirm/"
    assert colleague.post(address).status_code == 302
    assert rows(here, RefundRuleVersion)[0].is_confirmed
    next_one = here.get("prepaid_escrow/refundruleversion/do/add/").content.decode()
    assert '<option value="half_up" selected>' in next_one
    assert 'value="测试承诺"' in next_one


def answers_of(code):
    return next(reading.answers for reading in READINGS if reading.code == code)


def test_an_auditor_looks_and_changes_nothing():
    here = desk(Role.AUDITOR)
    assert here.get("prepaid_escrow/interestrate/").status_code == 200
    assert here.post("prepaid_escrow/interestrate/do/add/", **RATE).status_code == 403
    assert rows(here, InterestRate) == []


def test_a_saved_calculation_is_shown_with_its_steps_and_no_button():
    here = desk()
    with acting_for(here.association.pk):
        actor = actor_with(Role.SECRETARIAT)
        saved = save_calculation(actor=actor, case_kind="complaint", case_id=12, input=lessons())
    listed = here.get("prepaid_escrow/refundcalculation/").content.decode()
    assert "3000.00" in listed
    page = here.get(f"prepaid_escrow/refundcalculation/{saved.pk}/").content.decode()
    assert "30 × 100.00 = 3000.00" in page
    assert "/do/" not in page
    assert Desk(make_association()).get(f"prepaid_escrow/refundcalculation/{saved.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("model", ["interestrate", "refundruleversion", "refundcalculation"])
def test_lists_cost_the_same_for_one_and_for_three(django_assert_max_num_queries, model, count):
    here = desk()
    with acting_for(here.association.pk):
        for _ in range(count):
            person, other = make_user(), make_user()
            appoint(person, Role.SECRETARIAT)
            day = clock.today() - timedelta(days=9)
            common = {"valid_from": day, "citation": "测试", "proposed_by": person, "proposed_at": clock.now(), "confirmed_by": other, "confirmed_at": clock.now()}  # fmt: skip
            InterestRate.objects.create(kind="lpr_1y", percent="3", valid_until=day, **common)
            RefundRuleVersion.objects.create(**common)
            save_calculation(
                actor=actor_with(Role.SECRETARIAT), case_kind="complaint", case_id=1, input=lessons()
            )
    here.get(f"prepaid_escrow/{model}/")
    with django_assert_max_num_queries(13):
        assert here.get(f"prepaid_escrow/{model}/").status_code == 200
