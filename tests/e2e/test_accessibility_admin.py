"""Every named page of the admin site: nothing serious for axe, fits a phone, no complaint of the browser."""

import pytest

from tests.e2e.hands import DESK
from tests.e2e.walk import NOT_IN_DEMO, all_looked_at, faults, named_pages, of_the_admin_site

pytestmark = pytest.mark.long


def test_every_named_page(walk):
    places, missing = named_pages(walk, of_the_admin_site)
    found = all_looked_at(places)
    assert (found, missing, walk.without) == ({}, [], set(filter(of_the_admin_site, NOT_IN_DEMO)))


def test_search_box_over_a_long_list_has_its_name_closed_open_and_filled(visit):
    someone = visit("mishu")
    for path in ("/admin/association/appointment/do/appoint/", "/admin/credit_rating/round/1/do/invite/"):
        someone.go(path)
        someone.proves()  # a proof of the walk before may be older than five minutes, or there was none
        box = someone.page.locator(".select2-selection").first
        found = {"closed": faults(someone, DESK)}
        box.click()
        hit = someone.page.locator(".select2-results__option[aria-selected]").first
        hit.wait_for()
        found["open"] = faults(someone, DESK)
        hit.click()
        someone.page.locator(".select2-selection__clear").wait_for()
        found["chosen"] = faults(someone, DESK)
        assert found == {"closed": [], "open": [], "chosen": []}, path
