"""A walk over every named page: who looks with whose eyes at what, and what axe and the screen say of it.

The list comes from ``tests/architecture/url_table.py``: a new address is looked at, or the walk names it as missing.
It is walked in two halves, the admin site and all the rest, so that two browsers share the time.
"""

from itertools import islice, product

from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.urls import reverse

from association.choices import Role
from disclosure.management.demo.people import PASSWORD
from tests.architecture.test_urls import addresses
from tests.architecture.url_table import VISITOR
from tests.e2e.hands import DESK, PHONE

SERIOUS = {"serious", "critical"}
SLUGS = ("chaoyang", "beijing-pwh")
# Who looks: of those who may, the first one that finds an object to look at.
EYES = {
    VISITOR: "", Role.INSTITUTION_ADMIN: "jigou", Role.SECRETARIAT: "mishu", Role.COMMITTEE_CHAIR: "zhuren",
    Role.COMMITTEE: "weiyuan", Role.ASSESSOR: "pinggu2", Role.DISTRICT_REVIEWER: "quping",
    Role.COUNCIL: "lishi1",
}  # fmt: skip
# Where the demo's things are; a page is looked at with the first one that opens.
THINGS = {
    "assessment": "SELECT id FROM credit_rating_assessment WHERE association_id = %s ORDER BY id DESC",
    "round": "SELECT id FROM credit_rating_round WHERE association_id = %s ORDER BY id DESC",
    "year": "SELECT year FROM credit_rating_round WHERE association_id = %s ORDER BY year",
    "card": "SELECT uscc FROM disclosure_registercard WHERE association_id = %s AND uscc IS NOT NULL",
    "code": "SELECT code FROM credit_rating_certificate WHERE association_id = %s",
    "standard": "SELECT id FROM credit_rating_assessmentstandard WHERE association_id = %s ORDER BY id DESC",
    "job": "SELECT id FROM association_job WHERE association_id = %s",
    "attachment": "SELECT id FROM association_attachment WHERE association_id = %s ORDER BY id DESC",
    "original_request": "SELECT id FROM association_originalrequest WHERE association_id = %s",
    "mass_case": "SELECT id FROM complaints_masscase WHERE association_id = %s ORDER BY id DESC",
    "order_batch": "SELECT id FROM complaints_importbatch WHERE association_id = %s ORDER BY id DESC",
    "redaction": "SELECT id FROM complaints_redaction WHERE association_id = %s",
    "application": "SELECT id FROM members_membershipapplication WHERE association_id = %s AND submitted_at IS NOT NULL",
    "vote": "SELECT id FROM members_councilvote WHERE association_id = %s ORDER BY id DESC",
    "breach": "SELECT id FROM members_pledgebreach WHERE association_id = %s",
    "complaint": "SELECT id FROM complaints_complaint WHERE association_id = %s ORDER BY id DESC",
    "hearing": "SELECT id FROM complaints_leadhearing WHERE association_id = %s",
}
MOST_TRIED = 40
# Each with its reason; whatever else does not open fails.
NOT_PAGES = {
    "account_logout": "signs out, asked by a button",
    "account_signup": "closed",
    "account_email": "closed",
    "account_email_verification_sent": "closed",
    "account_confirm_email": "closed",
    "account_confirm_login_code": "closed",
    "account_set_password": "closed",
    "mfa_authenticate": "in the middle of a sign-in; tests/association/test_signin.py",
    "mfa_download_recovery_codes": "a file",
    "original_file": "a file",
    "case_file": "a file",
    "hearing_file": "a file",
    "application_file": "a file",
    "member_certificate": "a file",
    "pledge_record": "a file",
    "breach_decision": "a file",
    "dues_receipt": "a file",
    "order_errors": "a file",
    "complaint_statistics_file": "a file",
    "admin:credit_rating_assessment_do#print-notice": "a file",
    "admin:credit_rating_assessment_do#receipt": "a file",
    "admin:credit_rating_assessment_do#defence-file": "a file",
    "open_data_file": "a file",
    "notices_feed": "for readers of feeds; tests/disclosure/test_notice_board.py",
    "admin:complaints_lead_file": "a file",
    "admin:complaints_lead_letter": "a file",
    "refund_letter": "of what was typed; among the searches below",
    "preview_complaint": "of a draft; looked at in test_complaints.py",
    "continue_deed": "only while a form waits for a proof; looked at below",
    "language": "leads back",
    "admin:login": "leads to the sign-in",
    "admin:logout": "leads to the sign-out",
    "admin:jsi18n": "a script",
    "admin:autocomplete": "closed",
    "admin:app_list": "no list of ours: the navigation leads to each table",
}
# What the demo has nothing of, each with its reason.
NOT_IN_DEMO = {
    "admin:credit_rating_objection_change": "nobody objected",
    "admin:prepaid_escrow_interestrate_change": "no rate is made up",
    "admin:prepaid_escrow_interestrate_do#confirm": "no rate is made up",
    "admin:prepaid_escrow_refundcalculation_change": "no calculation was kept",
    "admin:prepaid_escrow_refundruleversion_change": "no version of the rules was entered",
    "admin:prepaid_escrow_refundruleversion_do#confirm": "no version of the rules was entered",
}
# Nobody in the demo has one.
SECOND_FACTOR = (
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
)


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


def faults_here(visitor) -> dict:
    """At both widths, only where there are any."""
    found = {}
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)
        if bad := faults(visitor, size):
            found[visitor.page.url.removeprefix(visitor.address), size["width"]] = bad
    visitor.page.set_viewport_size(DESK)
    return found


class Walk:
    """People with their eyes open, each signed in once and freshly proven."""

    def __init__(self, visit, stage):
        self.visit, self.stage, self.people, self.without = visit, stage, {}, set()
        self.ids = dict(stage.database.ask("SELECT slug, id FROM association_association"))

    def person(self, key, slug):
        if (key, slug) not in self.people:
            visitor = self.visit(key, slug=slug)
            if key:
                visitor.go("/accounts/reauthenticate/")
                visitor.page.get_by_label("密码", exact=True).fill(PASSWORD)
                visitor.page.get_by_role("button", name="确认").click()
                visitor.page.wait_for_url("**/desk/**")
            self.people[key, slug] = visitor
        return self.people[key, slug]

    def values(self, wanted, slug):
        if wanted.startswith("="):
            return [wanted[1:]]
        if wanted in THINGS:
            statement, given = THINGS[wanted], [self.ids[slug]]
        elif "." in wanted:
            model = apps.get_model(wanted)
            owned = any(field.name == "association" for field in model._meta.fields)
            where, given = ("WHERE association_id = %s", [self.ids[slug]]) if owned else ("", [])
            statement = (
                f'SELECT {model._meta.pk.column} FROM "{model._meta.db_table}" {where} ORDER BY 1 DESC'
            )
        else:
            return ["abc"]
        return [value for (value,) in self.stage.database.ask(statement, *given)]

    def paths(self, name, address, slug):
        names = list(address.arguments)
        choices = [self.values(address.arguments[one], slug) for one in names]
        for values in islice(product(*choices), MOST_TRIED):
            given = dict(zip(names, values, strict=True))
            yield reverse(name.split("#")[0], urlconf="config.urls_association", kwargs=given)

    def opened(self, name, address):
        """The first person and place where this address is a page; a file counts as seen."""
        for role, key in EYES.items():
            if address.who and role not in address.who:
                continue
            for slug in SLUGS:
                visitor = self.person(key, slug)
                for path in self.paths(name, address, slug):
                    answer = visitor.context.request.get(visitor.address + path, max_redirects=0)
                    if answer.status == 200:
                        is_page = answer.headers["content-type"].startswith("text/html")
                        return (visitor, path) if is_page else (None, path)
        return None


def of_the_admin_site(name) -> bool:
    return name.startswith("admin:")


def named_pages(walk, chosen):
    """By visitor the paths to look at of the names that are ``chosen``; and the names behind which nothing opened."""
    places, missing = {}, []
    for name, address in addresses().items():
        if address.method != "get" or name in NOT_PAGES or name in SECOND_FACTOR or not chosen(name):
            continue
        if not any(list(walk.paths(name, address, slug)) for slug in SLUGS):
            walk.without.add(name)
            continue
        found = walk.opened(name, address)
        if found is None:
            missing.append(name)
        elif found[0] is not None:
            places.setdefault(found[0], []).append(found[1])
    return places, missing


def all_looked_at(places) -> dict:
    """What is wrong with any of these pages, by address and width."""
    found = {}
    for visitor, paths in places.items():
        for path in dict.fromkeys(paths):
            if visitor.page.goto(visitor.address + path).status in {200, 400}:
                found |= faults_here(visitor)
    return found
