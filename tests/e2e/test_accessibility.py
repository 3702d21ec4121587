"""Every public page and every desk page: nothing serious for axe, fits a phone, no complaint of the browser.

A complaint of the browser is a broken script or something that the content security policy stopped.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.hands import DESK, PHONE

SERIOUS = {"serious", "critical"}
FOUND = """
SELECT (SELECT assessment.id FROM credit_rating_assessment assessment
        JOIN members_institution institution ON institution.id = assessment.institution_id
        JOIN association_association association ON association.id = assessment.association_id
        WHERE institution.name = %s AND association.slug = %s ORDER BY assessment.id DESC LIMIT 1)"""
CERTIFICATE = "SELECT code FROM credit_rating_certificate ORDER BY id LIMIT 1"
REFUND = "kind=lessons&paid=6000&paid_on=2026-03-02&lessons=100&used=30&list_price=100&cause=operator&demanded_on=2026-04-11"
PUBLIC = (
    "/",
    "/register/",
    "/register/?q=培训",
    "/register/?q=不存在",
    "/rounds/",
    "/rounds/2025/",
    "/verify/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/api/docs/",
    "/refund-calculator/",
    "/refund-calculator/?kind=amount",
    "/refund-calculator/?kind=term",
    f"/refund-calculator/?{REFUND}",
    f"/refund-calculator/?{REFUND}&used=999&gift=x",
    f"/refund-calculator/letter/?{REFUND}",
    "/leads/new/",
    "/leads/track/",
)
# Who, of which association, looks at what; {…} is an assessment by the name of its institution.
DESKS = {
    ("jigou", "chaoyang"): ("/desk/", "/desk/notices/", "/desk/rating/", "/desk/practice-clock/", "/accounts/sessions/",
        "/desk/rating/{演示晨光职业技能培训学校}/", "/desk/rating/{演示晨光职业技能培训学校}/self/",
        "/desk/rating/{演示晨光职业技能培训学校}/preflight/"),
    ("jigou", "beijing-pwh"): ("/desk/rating/{演示知远职业教育有限公司}/", "/desk/rating/{演示知远职业教育有限公司}/explanation/"),
    ("pinggu2", "chaoyang"): ("/desk/", "/desk/review/", "/desk/review/{演示安泰消防职业培训学校}/"),
    ("weiyuan", "beijing-pwh"): ("/desk/", "/desk/committee/", "/desk/committee/assessments/{演示筑匠建造培训有限公司}/",
        "/desk/committee/assessments/{演示知远职业教育有限公司}/"),
    ("mishu", "chaoyang"): ("/admin/", "/admin/credit_rating/round/", "/admin/credit_rating/round/do/plan/",
        "/admin/credit_rating/assessment/", "/admin/credit_rating/assessment/{演示安泰消防职业培训学校}/",
        "/admin/members/institution/", "/admin/complaints/lead/", "/admin/association/auditentry/", "/admin/prepaid_escrow/interestrate/",
        "/admin/prepaid_escrow/interestrate/do/add/", "/admin/prepaid_escrow/refundruleversion/do/add/"),
}  # fmt: skip


def faults(visitor, size) -> list:
    found = Axe().run(visitor.page).response["violations"]
    serious = [
        (row["id"], node["html"][:160]) for row in found if row["impact"] in SERIOUS for node in row["nodes"]
    ]
    if visitor.page.evaluate("document.documentElement.scrollWidth") > size["width"]:
        serious.append("wider than the screen")
    if visitor.page.locator("h1").count() != 1:
        serious.append("not one h1")
    return serious


def faults_on(visitor, addresses) -> dict:
    """By address and width, only where there are any."""
    found = {}
    for address in addresses:
        visitor.page.set_viewport_size(DESK)
        visitor.go(address)
        for size in (DESK, PHONE):
            visitor.page.set_viewport_size(size)
            if bad := faults(visitor, size):
                found[address, size["width"]] = bad
    return found


def test_public_pages(visit, stage):
    code = stage.database.ask(CERTIFICATE)[0][0]
    someone = visit()
    someone.go("/register/?q=晨光")
    card = someone.page.locator(".result a").first.get_attribute("href").removeprefix("/chaoyang")
    assert faults_on(someone, [*PUBLIC, card, f"/verify/{code}/"]) == {}


@pytest.mark.parametrize("who", DESKS, ids="-".join)
def test_desk_pages(visit, stage, who):
    def filled(address):
        head, _brace, rest = address.partition("{")
        name, _brace, tail = rest.partition("}")
        return f"{head}{stage.database.ask(FOUND, name, who[1])[0][0]}{tail}" if name else address

    someone = visit(who[0], slug=who[1])
    assert faults_on(someone, [filled(address) for address in DESKS[who]]) == {}
