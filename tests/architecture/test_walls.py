"""The three walls, asked of PostgreSQL itself; and each wall alone, with the others taken away."""

import pytest
from django.apps import apps
from django.db import IntegrityError, InternalError, ProgrammingError, connection, connections, transaction
from django.db.utils import Error as DatabaseFault

from association.actors import system
from association.audit import record
from association.choices import Role
from association.models import Appointment, AuditEntry, DeadlineRule
from association.scope import selected
from association.tenancy import AssociationOwned, NoAssociationSelected, acting_for
from config.roles import APP, BACKUP, OWNER, PUBLIC
from members.models import FormerName, Institution, MembershipTerm
from tests.factories.people import FROM, appoint, make_association, make_institution, make_user

# Tables that name an association and yet stand outside the walls, each with its reason.
OUTSIDE = {
    "association_associationhost": "read to find the association, before there is a scope",
    "association_outboxjob": "the relay hands out the jobs of all associations; payloads hold ids only",
    "disclosure_registercard": "a published copy",
    "disclosure_cardgram": "a published copy",
    "disclosure_publishedround": "a published copy",
    "disclosure_pastround": "a published copy",
    "disclosure_datalicence": "a published copy",
    "disclosure_publicationlog": "a published copy",
    "disclosure_publicationpayload": "a published copy",
    "disclosure_publicationcheckpoint": "a published copy",
    "disclosure_publicationkey": "a published copy",
}
PUBLISHED = {table for table, reason in OUTSIDE.items() if reason == "a published copy"}
APPEND_ONLY = {
    "association_auditentry",
    "association_calendaryear",
    "association_owncalendarday",
    "complaints_fact",
    "complaints_factsetaside",
    "complaints_leadanchorconfirmation",
    "complaints_leadfinding",
    "complaints_leadfindingsetaside",
    "complaints_leadrecusal",
    "complaints_paidamount",
    "complaints_retirement",
    "complaints_signature",
    "complaints_unmasking",
    "complaints_yearfigures",
    "members_breachdecision",
    "members_councilballot",
    *(
        f"members_dues{name}"
        for name in ("account", "entry", "invoice", "standard", "statementfault", "warning")
    ),
    "members_memberbookfault",
    "members_membershipevent",
    "members_pledgesignature",
    "credit_rating_historicalresult",
    "credit_rating_computation",
    "credit_rating_expertopinion",
    "disclosure_publicationcheckpoint",
    "disclosure_publicationkey",
    "disclosure_publicationlog",
    "disclosure_publicationpayload",  # its own trigger lets a row go that the log says was retracted
    "prepaid_escrow_refundcalculation",
}
OWNED = sorted(
    (model for model in apps.get_models() if issubclass(model, AssociationOwned)), key=lambda m: m._meta.label
)
SELECTED = "current_setting('portal.association'::text, true)"


def ask(statement, parameters=(), alias="default"):
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def column(statement, parameters=(), alias="default"):
    return {row[0] for row in ask(statement, parameters, alias)}


def with_an_association():
    return column(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'association_id' "
        "AND NOT a.attisdropped"
    )


# -- the catalogue --------------------------------------------------------------------------------------------


def test_tables_with_an_association_are_the_owned_models_and_the_named_exceptions(db):
    assert with_an_association() == {model._meta.db_table for model in OWNED} | set(OUTSIDE)


def test_every_owned_table_hides_other_associations_from_its_owner_too(db):
    walled = column(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity "
        "AND relnamespace = 'public'::regnamespace"
    )
    assert walled == with_an_association() - set(OUTSIDE)


def test_every_owned_table_has_one_policy_for_reading_and_writing(db):
    policies = "SELECT tablename, cmd, permissive, roles::text, qual, with_check FROM pg_policies WHERE tablename <> ALL (%s)"
    rows = ask(policies, [list(OUTSIDE)])
    assert sorted(row[0] for row in rows) == sorted(model._meta.db_table for model in OWNED)
    for table, command, permissive, roles, reading, writing in rows:
        assert (command, permissive, roles) == ("ALL", "PERMISSIVE", "{public}"), table
        assert reading == writing, table
        assert reading == f"(association_id = (NULLIF({SELECTED}, ''::text))::bigint)", table


def test_every_owned_row_can_be_named_together_with_its_association(db):
    named = column(
        "SELECT c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'u' AND "
        "(SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute WHERE attrelid = c.oid "
        " AND attnum = ANY(k.conkey)) = ARRAY['association_id', 'id']"
    )
    assert named == {model._meta.db_table for model in OWNED}


def test_no_row_may_point_into_another_association(db):
    links = ask(
        "SELECT c.relname, p.relname, "
        "(SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a "
        " WHERE a.attrelid = c.oid AND a.attnum = ANY(k.conkey)) "
        "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid "
        "WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace"
    )
    owned = {model._meta.db_table for model in OWNED}
    single = {(child, parent, columns[0]) for child, parent, columns in links if len(columns) == 1}
    both = {
        (child, parent, name)
        for child, parent, columns in links
        for name in columns
        if len(columns) == 2 and "association_id" in columns and name != "association_id"
    }
    between_owned = {link for link in single if link[0] in owned and link[1] in owned}
    assert between_owned
    assert between_owned - both == set()


def test_every_link_between_owned_models_is_a_key_that_names_the_association(db):
    """Also where the model leaves the key to us (``db_constraint=False``)."""
    keys = ask(
        "SELECT c.relname, (SELECT array_agg(a.attname::text) FROM pg_attribute a "
        " WHERE a.attrelid = c.oid AND a.attnum = ANY(k.conkey)) "
        "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'f' AND k.convalidated"
    )
    held = {(table, name) for table, columns in keys if "association_id" in columns for name in columns}
    links = {
        (model._meta.db_table, field.column)
        for model in OWNED
        for field in model._meta.local_fields
        if field.is_relation and field.related_model in OWNED
    }
    assert ("credit_rating_determination", "assessment_id") in links
    assert links - held == set()


def test_roles_that_serve_own_nothing_and_pass_no_wall(db):
    rows = ask(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, "
        "EXISTS (SELECT 1 FROM pg_auth_members WHERE member = r.oid), "
        "EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid) "
        "FROM pg_roles r WHERE rolname = ANY(%s)",
        [[APP, PUBLIC]],
    )
    assert sorted(rows) == [(APP, *[False] * 7), (PUBLIC, *[False] * 7)]
    assert column("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == {OWNER}
    assert ask("SELECT current_user, session_user") == [(APP, APP)]


def test_backup_reads_every_row_and_writes_none(db):
    assert ask("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [BACKUP]) == [(False, True)]
    writable = column(
        "SELECT table_name FROM information_schema.table_privileges WHERE grantee = %s "
        "AND privilege_type <> 'SELECT'",
        [BACKUP],
    )
    assert writable == set()


def test_app_may_not_empty_reference_or_attach_triggers(db):
    rights = column(
        "SELECT k.privilege FROM pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS k(privilege) "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
        "AND has_table_privilege(%s, c.oid, k.privilege)",
        [APP],
    )
    assert rights == set()


def test_public_role_reads_exactly_what_is_published(db):
    readable = column(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p') "
        "AND relnamespace = 'public'::regnamespace AND has_table_privilege(%s, oid, 'SELECT')",
        [PUBLIC],
    )
    by_column = column(
        "SELECT table_name FROM information_schema.column_privileges WHERE grantee = %s", [PUBLIC]
    )
    writable = column(
        "SELECT c.relname FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS k(privilege) "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
        "AND has_table_privilege(%s, c.oid, k.privilege)",
        [PUBLIC],
    )
    assert (readable, by_column - readable, writable) == (PUBLISHED, set(), set())


@pytest.mark.django_db(transaction=True, databases=["default", "public"])
def test_public_role_is_refused_a_table_behind_the_walls():
    assert ask("SELECT current_user", alias="public") == [(PUBLIC,)]
    assert ask("SELECT count(*) FROM disclosure_registercard", alias="public") == [(0,)]
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask("SELECT count(*) FROM members_institution", alias="public")


def test_no_function_runs_with_the_rights_of_its_owner_on_an_open_search_path(db):
    loose = column(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
        "AND NOT coalesce(array_to_string(proconfig, ','), '') LIKE '%%search_path=%%'"
    )
    assert loose == set()


def test_no_view_shows_rows_of_owned_tables(db):
    assert column("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == set()
    assert column("SELECT matviewname FROM pg_matviews WHERE schemaname = 'public'") == set()


def test_what_keeps_settled_rows_works_in_replica_mode_too(db):
    rows = ask(
        "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
    )
    assert {row for row in rows if row[2] != "A"} == set()
    denied = column(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE p.proname = 'portal_deny_change' GROUP BY c.relname HAVING count(*) = 2"
    )
    assert denied == APPEND_ONLY


# -- the walls at work ----------------------------------------------------------------------------------------


@pytest.fixture
def two(db):
    """Two associations with the same kinds of rows in each."""
    pair = []
    for _ in range(2):
        association = make_association()
        with acting_for(association.pk):
            institution = make_institution()
            MembershipTerm.objects.create(institution=institution, from_on=FROM)
            FormerName.objects.create(institution=institution, name="旧名")
            appoint(make_user(), Role.INSTITUTION_ADMIN, institution=institution)
            record(system(association.pk), "test", institution)
            association.institution_id = institution.pk
        pair.append(association)
    return pair


FORMER_NAME = (
    "INSERT INTO members_formername (association_id, institution_id, name) VALUES (%s, %s, 'x');"
    "SET CONSTRAINTS ALL IMMEDIATE; SELECT 1"
)
FILLED = [Institution, MembershipTerm, FormerName, Appointment, AuditEntry, DeadlineRule]


def test_without_a_scope_the_database_shows_no_row(two):
    for model in OWNED:
        assert ask(f"SELECT count(*) FROM {model._meta.db_table}") == [(0,)], model


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_without_a_scope_the_manager_refuses(model):
    for manager in model._meta.managers:
        with pytest.raises(NoAssociationSelected):
            manager.count()


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_every_manager_of_an_owned_model_knows_the_scope(model):
    token = selected.set(7)
    try:
        for manager in model._meta.managers:
            assert '"association_id" = 7' in str(manager.all().query)
    finally:
        selected.reset(token)


def test_a_scope_shows_the_rows_of_its_association(two):
    for association in two:
        with acting_for(association.pk):
            for model in FILLED:
                found = ask(f"SELECT DISTINCT association_id FROM {model._meta.db_table}")
                assert found == [(association.pk,)], model
                assert set(model.objects.values_list("association_id", flat=True)) == {association.pk}


def test_without_the_manager_row_security_holds(two):
    with acting_for(two[0].pk):
        assert [row.pk for row in Institution._base_manager.all()] == [two[0].institution_id]
        assert Institution._base_manager.filter(pk=two[1].institution_id).update(name="改") == 0
        assert MembershipTerm._base_manager.filter(institution_id=two[1].institution_id).delete() == (0, {})


def test_writing_for_another_association_is_refused_by_python_and_by_the_database(two):
    with acting_for(two[0].pk):
        with pytest.raises(NoAssociationSelected):
            make_institution(association_id=two[1].pk)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            ask(FORMER_NAME, [two[1].pk, two[1].institution_id])
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Institution.objects.update(association_id=two[1].pk)


def test_a_key_into_another_association_is_refused(two):
    with acting_for(two[0].pk), pytest.raises(IntegrityError, match="_same"), transaction.atomic():
        ask(FORMER_NAME, [two[0].pk, two[1].institution_id])


@pytest.fixture
def unwalled(two, django_db_blocker):
    """The owner's view of the two associations with row security taken away; all of it is rolled back."""
    tables = [Institution._meta.db_table, FormerName._meta.db_table]
    with transaction.atomic("owner"):
        for number, table in enumerate(tables):
            ask(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; SELECT {number}", alias="owner")
            ask(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; SELECT {number}", alias="owner")
        yield two
        transaction.set_rollback(True, "owner")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_without_row_security_the_manager_holds(unwalled):
    first, second = unwalled
    assert ask("SELECT count(DISTINCT association_id) FROM members_institution", alias="owner") == [(2,)]
    token = selected.set(first.pk)
    try:
        rows = Institution.objects.using("owner")
        assert [row.pk for row in rows] == [first.institution_id]
        assert rows.filter(pk=second.institution_id).first() is None
    finally:
        selected.reset(token)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_without_row_security_the_composite_key_holds(unwalled):
    first, second = unwalled
    with pytest.raises(IntegrityError, match="_same"), transaction.atomic("owner"):
        ask(FORMER_NAME, [first.pk, second.institution_id], alias="owner")


# -- what is written once -------------------------------------------------------------------------------------

CHANGES = {
    "UPDATE": "UPDATE association_auditentry SET reason = 'x' RETURNING 1",
    "DELETE": "DELETE FROM association_auditentry RETURNING 1",
    "TRUNCATE": "TRUNCATE association_auditentry; SELECT 1",
}


@pytest.mark.parametrize("change", CHANGES)
def test_app_cannot_change_the_trail(two, change):
    with acting_for(two[0].pk):
        with pytest.raises(DatabaseFault, match=r"append-only|permission denied"), transaction.atomic():
            ask(CHANGES[change])
        assert AuditEntry.objects.filter(action="test").count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("change", CHANGES)
def test_owner_cannot_change_the_trail(two, change):
    with transaction.atomic("owner"):
        ask("SELECT set_config('portal.association', %s, true)", [str(two[0].pk)], alias="owner")
        assert ask("SELECT count(*) FROM association_auditentry WHERE action = 'test'", alias="owner") == [
            (1,)
        ]
        with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic("owner"):
            ask(CHANGES[change], alias="owner")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_owner_cannot_empty_what_is_written_once(table):
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic("owner"):
        ask(f"TRUNCATE {table} CASCADE; SELECT 1", alias="owner")


def test_scope_inside_a_larger_transaction_leaves_nothing_selected(two):
    assert connection.in_atomic_block
    with acting_for(two[0].pk), acting_for(two[1].pk):
        pass
    assert ask("SELECT count(*) FROM members_institution") == [(0,)]
