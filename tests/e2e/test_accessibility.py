"""Every named page of people and public: nothing serious for axe, fits a phone, no complaint of the browser.

A complaint of the browser is a broken script or something that the content security policy stopped.
The staff's admin site is looked at in the file beside this one.
"""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from tests.e2e.walk import (
    NOT_IN_DEMO,
    SECOND_FACTOR,
    SLUGS,
    all_looked_at,
    faults_here,
    named_pages,
    of_the_admin_site,
)

pytestmark = pytest.mark.long

# The same page looks different in each stage of an assessment.
OF_STAGES = """
SELECT DISTINCT ON (stage, association_id) id, association_id FROM credit_rating_assessment ORDER BY stage, association_id, id"""
REFUND = "kind=lessons&paid=6000&paid_on=2026-03-02&lessons=100&used=30&list_price=100&cause=operator&demanded_on=2026-04-11"
# A page with what was asked for, and with what was asked for wrongly.
SEARCHES = (
    "/register/?q=培训",
    "/register/?q=不存在",
    "/refund-calculator/?kind=amount",
    "/refund-calculator/?kind=term",
    f"/refund-calculator/?{REFUND}",
    f"/refund-calculator/?{REFUND}&used=999&gift=x",
    f"/refund-calculator/letter/?{REFUND}",
    "/leads/new/",
    "/leads/track/",
)


def not_of_the_admin_site(name) -> bool:
    return not of_the_admin_site(name)


def test_every_named_page(walk):
    places, missing = named_pages(walk, not_of_the_admin_site)
    add_stages_and_searches(walk, places)
    found = all_looked_at(places)
    assert (found, missing, walk.without) == ({}, [], set(filter(not_of_the_admin_site, NOT_IN_DEMO)))


def add_stages_and_searches(walk, places):
    rows = walk.stage.database.ask(OF_STAGES)
    places.setdefault(walk.person("", SLUGS[0]), []).extend(SEARCHES)
    for slug in SLUGS:
        own = [pk for pk, association in rows if association == walk.ids[slug]]
        member = places.setdefault(walk.person("weiyuan", slug), [])
        member.extend(f"/desk/{kind}/{pk}/" for pk in own for kind in ("rating", "committee/assessments"))


def test_pages_of_the_second_factor_and_of_a_form_that_waits(visit):
    someone = visit("pinggu3")
    someone.go("/accounts/2fa/totp/activate/")
    found = faults_here(someone)
    someone.proves()
    found |= faults_here(someone)
    secret = someone.page.locator("#authenticator_secret").input_value()
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    someone.page.locator("input[name=code]").fill(code)
    someone.press("启用")
    someone.page.wait_for_load_state()
    for name in SECOND_FACTOR:
        someone.go(reverse(name, urlconf="config.urls_association"))
        found |= faults_here(someone)
    assert found == {}
