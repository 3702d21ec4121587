"""会费与评分无关: neither by an import, nor by a relation, nor by a fact does a bill reach what institutions are scored by."""

import ast
import re

from django.apps import apps

from config.home import PROJECT

DUES = re.compile(r"(^|[._])dues", re.IGNORECASE)
SCORING = ("credit_rating", "complaints", "prepaid_escrow")
FEES = re.compile(r"dues|invoice|会费|arrears", re.IGNORECASE)


def name_of(path):
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def sources():
    roots = (
        "association",
        "common",
        "members",
        "complaints",
        "prepaid_escrow",
        "credit_rating",
        "red_black_list",
    )
    for root in roots:
        for path in (PROJECT / root).rglob("*.py"):
            if "migrations" not in path.parts:
                yield name_of(path), ast.parse(path.read_text())


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def graph():
    """Module → modules that it names, ours only."""
    found = {name: set(imported(tree)) for name, tree in sources()}
    return {name: {one for one in used if one in found} for name, used in found.items()}


# The front doors of members: who asks one of them for something else loads the rest with it, without a name for it.
DOORS = {"members.models", "members.operations", "members.access", "members.queries", "members.apps"}


def reached(edges, starts):
    seen, waiting = set(), list(starts)
    while waiting:
        if (module := waiting.pop()) not in seen:
            seen.add(module)
            if module not in DOORS:
                waiting += edges[module]
    return seen


def test_no_module_that_scores_can_name_the_dues():
    edges = graph()
    scoring = {name for name in edges if name.split(".")[0] in SCORING}
    assert len(scoring) > 100
    assert {name for name in reached(edges, scoring) if DUES.search(name)} == set()


def test_the_walk_over_imports_finds_what_is_there():
    edges = graph()
    assert "members.queries.dues" in reached(edges, {"members.views.dues"})


def test_scoring_uses_no_word_of_dues():
    """Facts are read by name and by string: none of ours stands in what collects or computes them."""
    found = {
        f"{path.relative_to(PROJECT)}:{number}"
        for app in ("credit_rating", "complaints")
        for path in (PROJECT / app).rglob("*.py")
        if "migrations" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"dues|会费|DuesInvoice", line)
    }
    assert found == set()


def tables_of_dues():
    return {model for model in apps.get_models() if model.__name__.startswith("Dues")}


def neighbours(model):
    """Every model that an attribute of this one leads to, forwards and backwards."""
    return {field.related_model for field in model._meta.get_fields() if field.related_model}


def test_no_relation_leads_from_a_rating_to_a_bill():
    """Both ways along every named relation; a hidden one (``related_name="+"``) has no name to go by."""
    dues = tables_of_dues()
    assert len(dues) >= 5
    seen, waiting = set(), list(apps.get_app_config("credit_rating").get_models())
    while waiting:
        if (model := waiting.pop()) not in seen:
            seen.add(model)
            waiting += neighbours(model)
    assert apps.get_model("members.Institution") in seen
    assert apps.get_model("members.MembershipTerm") in seen
    assert seen & dues == set()


def test_no_table_but_their_own_holds_a_field_of_dues():
    dues = tables_of_dues()
    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model not in dues
        for field in model._meta.get_fields()
        if FEES.search(field.name)
    }
    assert named == set()
    pointing = {
        model._meta.label
        for model in apps.get_models()
        if model not in dues
        for field in model._meta.concrete_fields
        if field.related_model in dues
    }
    assert pointing == set()
