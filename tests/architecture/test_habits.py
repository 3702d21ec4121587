"""Habits that hold because something looks: sizes, who may write what, and what must not be there at all."""

import ast
import os
import re
from pathlib import Path

import pytest
from django.apps import apps

from config.home import PROJECT

APPS = (
    "config",
    "common",
    "association",
    "members",
    "prepaid_escrow",
    "complaints",
    "credit_rating",
    "disclosure",
)
# A story of a whole season reads better in one piece: tests may be longer.
MOST_LINES, MOST_IN_FUNCTION, MOST_IN_DRAWER = 400, 50, 120
SOURCES = sorted(
    path
    for app in APPS
    for path in (PROJECT / app).rglob("*.py")
    if "migrations" not in path.parts and "__pycache__" not in path.parts
)
TESTS = sorted((PROJECT / "tests").rglob("*.py"))
TREES = {path.relative_to(PROJECT).as_posix(): ast.parse(path.read_text()) for path in SOURCES}

# 公用抽屉: closed. A new module is agreed on here first.
DRAWER = {
    "books", "confine", "csvtext", "dates", "errors", "filecheck", "frames", "headings", "jobs", "keeper", "numbers", "nursery", "pdf", "qr", "said", "sandbox",
    "sealing", "searchkeys", "signing", "sniff", "sounds", "spreadsheet", "tables", "text", "transitions", "uscc",
    "inside.archives", "inside.cells", "inside.files", "inside.images", "inside.marks", "inside.pdfs", "inside.probe", "inside.rendering",
    "inside.sheets", "inside.traces",
}  # fmt: skip

# Where a transaction may begin, besides operations: each with its reason.
TRANSACTIONS = {
    "association/tenancy.py": "the scope is the transaction",
    "association/outbox.py": "the start of a job is counted apart from its work",
    "association/locker.py": "the files' operations",
    "association/originals.py": "the sealed originals' operations",
    "association/charter.py": "the operation that changes the charter's shares",
    "association/committee.py": "the operations on the people's mediation committee",
    "association/appointments.py": "the second person of an appointment",
    "association/endings.py": "the second person of its end",
    "association/lost_factor.py": "the operator's way back to an account without its factor",
    "association/pledge.py": "the pledge's operations",
    "association/clocks.py": "the clocks' operations",
    "association/calendars.py": "the calendar's operations",
    "association/watch.py": "the operation that keeps the clocks",
    "association/middleware.py": "an answer of the 5xx class rolls back",
    "association/answers.py": "an answer to a lock not given in time rolls back",
    "disclosure/management/commands/load_demo.py": "a demo half told is no demo",
}
# Django's own names for putting work into a queue; enqueue is ours.
RINGS = {"delay", "apply_async", "send_task"}
BELL = "association/management/commands/relay.py"

# Fields whose change is a step of a workflow, and who may assign them.
STATES = {
    "credit_rating": ({"state", "stage"}, re.compile(r"^credit_rating/operations/moves\.py$")),
    "association": ({"state"}, re.compile(r"^association/(operations|originals|outbox|pledge)\.py$")),
    "members": ({"state", "stage"}, re.compile(r"^members/operations/moves\.py$")),
    "complaints": ({"state"}, re.compile(r"^complaints/operations/moves\.py$")),
}
# ``state`` of a row of an opinion says whether it is filled in; it is content, not a step.
ROWS = {"item", "row"}
FEES = re.compile(r"(^|_)(fee|fees|invoice|payment|paid|price|amount|fen|refund|receipt_of_money)(_|$)", re.IGNORECASE)  # fmt: skip
# Written in two pieces so that this file is not found by its own search.
LEFT_OVER = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X)\b")
REGISTRIES = re.compile(r"(pypi|npmjs|python[h]osted|registry)\." + r"(org|io|com|npmjs)", re.IGNORECASE)


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def name_of(node):
    """``a.b.c`` of an expression, as far as it is names."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


# -- sizes ----------------------------------------------------------------------------------------------------


def test_files_are_short():
    long = {
        str(path.relative_to(PROJECT)): lines(path) for path in (*SOURCES, *TESTS) if lines(path) > MOST_LINES
    }
    assert long == {}


def test_settings_are_read_in_one_go():
    assert {path.name: n for path in PROJECT.glob("config/settings*.py") if (n := lines(path)) > 250} == {}


def lines(path):
    return len(path.read_text().splitlines())


def test_functions_are_short():
    long = {
        f"{path}:{node.name}": node.end_lineno - node.lineno + 1
        for path, tree in TREES.items()
        for node in functions(tree)
        if node.end_lineno - node.lineno + 1 > MOST_IN_FUNCTION
    }
    assert long == {}


def test_common_is_a_closed_drawer_of_small_pieces():
    found = {
        path.relative_to(PROJECT / "common").with_suffix("").as_posix().replace("/", "."): path
        for path in (PROJECT / "common").rglob("*.py")
        if path.name != "__init__.py"
    }
    assert set(found) == DRAWER
    assert {name: n for name, path in found.items() if (n := lines(path)) > MOST_IN_DRAWER} == {}
    assert not [app for app in apps.get_app_configs() if app.name == "common"]


# -- who may write what ---------------------------------------------------------------------------------------


def is_operations(path):
    return bool(re.match(r"^\w+/operations(\.py|/)", path))


def test_transactions_begin_in_operations_and_in_named_places():
    found = {
        path
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if name_of(node).startswith("transaction.") or name_of(node) == "atomic"
    }
    assert {path for path in found if not is_operations(path)} - set(TRANSACTIONS) == set()


def test_scope_is_opened_in_named_places_only():
    allowed = re.compile(
        r"^association/(tenancy|middleware|outbox|periodic)\.py$|^\w+/management/(commands|demo)/|^config/"
        r"|^members/operations/opening\.py$|^association/lost_factor\.py$"  # what has no scope before
    )
    found = {path for path, tree in TREES.items() for node in ast.walk(tree) if name_of(node) == "acting_for"}
    assert {path for path in found if not allowed.match(path)} == set()


def test_only_the_relay_speaks_to_the_queue():
    found = {
        path
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in RINGS
    }
    assert found == {BELL}


def assigned(tree):
    """Names of attributes given a value, also by setattr with a written-out name and by ``.update(name=…)``."""
    for node in ast.walk(tree):
        targets = []
        if isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in ast.walk(target)]
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and name_of(node).endswith(".update"):
            yield from (keyword.arg for keyword in node.keywords)
        elif (
            isinstance(node, ast.Call)
            and name_of(node) == "setattr"
            and isinstance(node.args[1], ast.Constant)
        ):
            yield node.args[1].value
        yield from (
            part.attr
            for part in targets
            if isinstance(part, ast.Attribute) and name_of(part.value) not in ROWS
        )


@pytest.mark.parametrize("app", STATES)
def test_state_is_assigned_by_one_move_only(app):
    fields, allowed = STATES[app]
    found = {
        path
        for path, tree in TREES.items()
        if path.startswith(f"{app}/") and not path.startswith(f"{app}/rules/")
        for name in assigned(tree)
        if name in fields
    }
    assert {path for path in found if not allowed.match(path)} == set()


@pytest.mark.parametrize("app", ["members", "credit_rating", "complaints"])
def test_state_is_assigned_inside_functions_that_move(app):
    path = f"{app}/operations/moves.py"
    loose = [
        node.name
        for node in functions(TREES[path])
        if {"state", "stage"} & set(assigned(node)) and not re.match(r"^_?move", node.name)
    ]
    assert loose == []


def test_imports_stand_at_the_top():
    inside = {
        (path, function.name)
        for path, tree in TREES.items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    # config/demo.py starts the database before Django may be set up.
    assert {place for place in inside if place[1] != "ready"} <= {("config/demo.py", "prepare")}


def test_everything_is_caught_in_one_place_only():
    """The loop of background work; elsewhere an accident is an accident."""
    broad = {
        path
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or name_of(node.type) in {"Exception", "BaseException"})
    }
    assert broad <= {"association/outbox.py", "common/keeper.py", "common/nursery.py", "common/frames.py"}


def test_dictionaries_from_outside_never_become_conditions():
    """``filter(**values)`` with names a person chose is how SQL gets in."""
    found = {
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        if "/management/" not in path
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and name_of(node).rsplit(".", 1)[-1] in {"filter", "exclude", "annotate", "order_by", "extra"}
        and any(keyword.arg is None for keyword in node.keywords)
    }
    assert found == set()


def is_moment(node):
    """A field that holds a moment, or one of two of them."""
    if isinstance(node, ast.BoolOp):
        return any(is_moment(value) for value in node.values)
    return isinstance(node, ast.Attribute) and (node.attr == "at" or node.attr.endswith("_at"))


def tells_a_day(node):
    """A moment written with day or year, or its day or year taken, as the database hands it over: in UTC."""
    if isinstance(node, ast.FormattedValue):
        return is_moment(node.value) and node.format_spec is not None and "%" in ast.unparse(node.format_spec)
    return (
        isinstance(node, ast.Attribute)
        and node.attr in {"date", "year", "month", "day"}
        and is_moment(node.value)
    )


def test_the_day_of_a_moment_is_told_in_beijing():
    """Between 0:00 and 8:00 the day of UTC is yesterday, and on New Year's morning its year is last year."""
    found = {
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if tells_a_day(node)
    }
    assert found == set()


# -- what must not be there -----------------------------------------------------------------------------------


NOT_OURS = {".git", ".venv", ".portal", "__pycache__", "staticfiles", "secrets"}
KINDS = {".py", ".html", ".txt", ".md", ".css", ".js", ".toml", ".yml", ".sh", ".lock", ""}


def texts():
    for folder, inner, names in os.walk(PROJECT):
        inner[:] = [name for name in inner if name not in NOT_OURS and not name.endswith("_cache")]
        yield from (
            path
            for name in names
            if (path := Path(folder, name)).suffix in KINDS and not name.startswith(".")
        )


def where(pattern, paths):
    return {
        f"{path.relative_to(PROJECT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    }


def test_nothing_is_left_for_later():
    assert (
        where(LEFT_OVER, [path for path in texts() if path.suffix in {".py", ".html", ".js", ".css"}])
        == set()
    )


def test_no_index_of_packages_is_named():
    assert where(REGISTRIES, [path for path in texts() if path != Path(__file__)]) == set()


def test_templates_hold_no_style_and_no_script_of_their_own():
    inline = re.compile(r"\sstyle=[\"']|<style[\s>]|\son[a-z]+=[\"']|javascript:", re.IGNORECASE)
    script = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")", re.IGNORECASE)
    pages = sorted((PROJECT / "templates").rglob("*.html"))
    assert where(inline, pages) | where(script, pages) == set()


def test_text_is_escaped_everywhere():
    pages = sorted((PROJECT / "templates").rglob("*.html"))
    # Help texts are written by us; those about passwords are lists.
    raw = re.compile(r"(?<!field\.help_text)\|\s*safe\b|autoescape off|safeseq")
    assert where(raw, pages) == set()
    marked = {
        path for path, tree in TREES.items() for node in ast.walk(tree) if name_of(node).endswith("mark_safe")
    }
    assert marked <= {"credit_rating/admin/figures.py", "disclosure/documents/hits.py"}


READERS = {"text", "flag", "number", "words"}


def test_every_variable_is_in_the_guide():
    guide = (PROJECT / "docs/how-to/deploy.md").read_text()
    read = {
        node.args[0].value
        for path, tree in TREES.items()
        if path.startswith("config/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node) in READERS and isinstance(node.args[0], ast.Constant)
    }
    assert "SECRET_KEY" in read
    assert {
        name for name in read if f"`{name}`" not in guide and not re.search(rf"\b{name}\b", guide)
    } == set()


def pointed_at(model):
    return {field.related_model for field in model._meta.get_fields() if field.concrete and field.is_relation}


def reachable(start):
    """What these models point at, whatever points at them, and so on along the arrows.

    Not what merely shares a target with them: a refund and an assessment are both about one institution, and
    neither leads to the other.
    """
    ahead, waiting = set(), list(start)
    while waiting:
        model = waiting.pop()
        if model not in ahead:
            ahead.add(model)
            waiting += pointed_at(model)
    behind = set(start)
    while more := {model for model in apps.get_models() if pointed_at(model) & behind} - behind:
        behind |= more
    return ahead | behind


def test_no_fee_can_attach_to_an_assessment():
    """协会不得因评估收费: no model and no field for money is reachable from the rating."""
    models = reachable(apps.get_app_config("credit_rating").get_models())
    assert apps.get_model("credit_rating.Assessment") in models
    assert apps.get_model("members.Institution") in models
    money = {model._meta.label for model in models if FEES.search(words(model.__name__))}
    money |= {
        f"{model._meta.label}.{field.name}"
        for model in models
        if model._meta.app_label in {"association", "members", "credit_rating", "disclosure"}
        for field in model._meta.get_fields()
        if FEES.search(field.name)
    }
    assert money == set()


def words(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name)


@pytest.mark.parametrize("name", ["AssessmentFee", "Invoice", "fee_paid", "amount_fen", "payment_ref"])
def test_the_search_for_money_finds_it(name):
    assert FEES.search(words(name))
