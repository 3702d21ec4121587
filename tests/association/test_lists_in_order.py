"""The first page of a long list is read from an index in its order: no list of the staff desk is sorted whole."""

import json

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory

from association.choices import Role
from association.tenancy import acting_for
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
# As many rows as an association has rules, rounds, years, meetings and standards, however many institutions it has.
SHORT = {
    "calendarday", "owncalendarday", "calendaryear", "workinghours", "deadlinerule", "charterrule", "interestrate",
    "refundruleversion", "round", "assessmentstandard", "indicator", "duesresolution", "duesaccount",
}  # fmt: skip
LONG = sorted(
    (model._meta.label for model in admin.site._registry if model._meta.model_name not in SHORT),
    key=str.lower,
)
# What the planner would choose for a hundred thousand rows, asked of a table with none.
WITHOUT = ("seqscan", "bitmapscan", "sort", "incremental_sort")


def first_page_of(desk, request):
    """The very query of the list, as Django's own list asks it."""
    listed = desk.get_changelist_instance(request)
    return listed.get_queryset(request)[: desk.list_per_page]


def steps(plan):
    """Those that go through the list itself; what is looked up for each line of the page may sort its few rows."""
    yield plan
    for below in plan.get("Plans", ()):
        if below["Parent Relationship"] not in {"SubPlan", "InitPlan"}:
            yield from steps(below)


@pytest.mark.parametrize("label", LONG)
def test_first_page_comes_from_an_index_in_its_order(label):
    association = make_association()
    (desk,) = (found for model, found in admin.site._registry.items() if model._meta.label == label)
    with acting_for(association.pk), connection.cursor() as cursor:
        request = RequestFactory().get("/")
        request.actor = actor_with(Role.SECRETARIAT)
        request.association, request.user = association, None
        sql, values = first_page_of(desk, request).query.sql_with_params()
        for way in WITHOUT:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        (found,) = cursor.fetchone()
    plan = found if isinstance(found, list) else json.loads(found)
    kinds = [step["Node Type"] for step in steps(plan[0]["Plan"])]
    assert kinds[0] == "Limit"
    assert not {"Sort", "Incremental Sort", "Seq Scan"} & set(kinds), plan


def test_the_long_lists_are_known():
    """A list that is new is long until somebody says otherwise."""
    assert {"association.AuditEntry", "credit_rating.Assessment", "members.Institution"} <= set(LONG)
    assert {model._meta.model_name for model in admin.site._registry} >= SHORT
