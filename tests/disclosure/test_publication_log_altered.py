"""Altering any published row by hand is found, and named; deeds at once make one chain. Real commits, real threads."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from association.choices import Role
from association.models import OutboxJob
from association.tenancy import acting_for
from credit_rating.models import HistoricalResult
from credit_rating.operations import Corrected, confirm_correction, propose_correction
from credit_rating.operations.historical import HistoricalRow
from disclosure.operations import catch_up_log, log_changes, rebuild_register, sign_log
from disclosure.queries import verification
from disclosure.queries.log import checkpoints, entries
from members.operations import register_institution, rename_institution
from tests.factories.corrections import taken_over
from tests.factories.figures import year_of_figures
from tests.factories.people import NUMBERS, actor_with, make_association, valid_uscc
from tests.factories.review import on_notice, published, suspend

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def association():
    return make_association()


def clerk():
    return actor_with(Role.SECRETARIAT)


def registered():
    number = next(NUMBERS)
    return register_institution(actor=clerk(), name=f"演示培训学校{number}", uscc=valid_uscc(number))


@contextmanager
def by_hand(association_id, *tables):
    """Whoever owns the tables, with every trigger off: what no rule of the database stops."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('portal.association', %s, true)", [str(association_id)])
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def verified(association):
    out, wrong = StringIO(), StringIO()
    try:
        call_command("verify_publications", association.slug, stdout=out, stderr=wrong)
    except CommandError:
        return [line.removeprefix(f"{association.slug}: ") for line in wrong.getvalue().splitlines()]
    return []


@pytest.fixture
def season(association):
    """One of every kind of what is published, in log, copies and checkpoints."""
    with acting_for(association.pk):
        registered()
        published()
        on_notice()
        row = HistoricalRow("演示旧校", 2023, "专技类诚信等级评估", "A", "演示培委会", "演示日报2024-01-30")
        taken_over([row])
        right = Corrected("C", row.issuing_body, row.source_title)
        result_id = HistoricalResult.objects.get().pk
        asked = propose_correction(
            actor=clerk(), result_id=result_id, corrected=right, reason="录错", basis="原文"
        )
        confirm_correction(actor=clerk(), correction_id=asked.pk)
    with acting_for(association.pk):
        year_of_figures()
        catch_up_log()
        rebuild_register()
        sign_log()
        OutboxJob.objects.all().delete()
    assert verified(association) == []
    return association


# Each published table, one change, and the beginning of the sentence that names it.
ALTERATIONS = [
    ("credit_rating_publication", "grade = 'A甲'", ["grade ", "register card", "published round"]),
    ("credit_rating_publication", "valid_until = valid_until + 365", ["grade "]),
    ("credit_rating_publication", "profile = '[]'", ["grade "]),
    ("credit_rating_certificate", "code = reverse(code)", ["certificate "]),
    ("credit_rating_historicalresult", "grade = 'B'", ["result_taken_over ", "past round"]),
    ("credit_rating_resultcorrection", "grade = 'D'", ["result_taken_over ", "past round", "register card"]),
    (
        "complaints_yearfigures",
        "figures = jsonb_set(figures, '{claimed_fen}', '\"1\"')",
        ["complaint_figures "],
    ),
    ("complaints_yearfigures", "cut_off = cut_off + 1", ["complaint_figures "]),
    ("complaints_yearfigures", "query = query || '-x'", ["complaint_figures "]),
    ("members_institution", "name = '演示' || name", ["institution ", "register card", "grade "]),
    ("credit_rating_assessment", "grade = 'A甲'", ["proposed_result "]),
    ("credit_rating_publicnotice", "closes_at = closes_at - interval '1 day'", ["public_notice "]),
    ("credit_rating_round", "title = title || '。'", ["round "]),
    ("credit_rating_band", "lower = lower - 1", ["round "]),
    ("credit_rating_indicator", "title = title || '。'", ["round "]),
    ("credit_rating_roundstage", "closes_at = closes_at + interval '1 day'", ["round "]),
    ("disclosure_registercard", "grade = 'A甲'", ["register card"]),
    ("disclosure_cardgram", "length = length + 1", ["search keys"]),
    ("disclosure_publishedround", "title = '演示'", ["published round"]),
    ("disclosure_pastround", "results = '[]'", ["past round"]),
    ("disclosure_publicationlog", "kind = 'other'", ["entry 1: its columns"]),
    ("disclosure_publicationlog", "header = replace(header, 'put', 'set')", ["entry 1: its header"]),
    ("disclosure_publicationpayload", "text = replace(text, '演示', '演试')", ["entry "]),
    ("disclosure_publicationcheckpoint", "seq = seq - 1", ["checkpoint "]),
    ("disclosure_publicationcheckpoint", "signature = reverse(signature)", ["checkpoint "]),
    ("disclosure_publicationkey", "public_key = reverse(public_key)", ["key "]),
]


def test_altering_one_of_every_kind_is_found_and_named(season):
    tables = sorted({table for table, _change, _said in ALTERATIONS})
    for table, change, wanted in ALTERATIONS:
        with by_hand(season.pk, *tables) as cursor:
            cursor.execute(f"CREATE TABLE before_hand AS SELECT * FROM {table}")
            cursor.execute(f"UPDATE {table} SET {change}")
            assert cursor.rowcount, table
        found = verified(season)
        for beginning in wanted:
            assert any(fault.startswith(beginning) for fault in found), (table, change, found)
        with by_hand(season.pk, *tables) as cursor:
            column = change.split(" = ")[0]
            cursor.execute(
                f"UPDATE {table} now SET {column} = before_hand.{column} FROM before_hand WHERE now.id = before_hand.id"
            )
            cursor.execute("DROP TABLE before_hand")
        assert verified(season) == [], table


def test_rows_that_are_gone_or_were_never_told_are_named(season):
    with by_hand(season.pk, "credit_rating_historicalresult", "credit_rating_resultcorrection") as cursor:
        cursor.execute("DELETE FROM credit_rating_resultcorrection")
        cursor.execute("DELETE FROM credit_rating_historicalresult")
    assert [fault for fault in verified(season) if fault.startswith("result_taken_over")]
    with by_hand(season.pk, "members_institution") as cursor:
        cursor.execute(
            "INSERT INTO members_institution (association_id, name, short_name, uscc, licence_number, field, address,"
            " source, is_demo, created_at) SELECT association_id, '演示偷入学校', '', NULL, '', field, '', '演示', true,"
            " created_at FROM members_institution LIMIT 1"
        )
    assert any(fault.endswith("is not in the log") for fault in verified(season))


def test_a_log_cut_short_or_written_anew_is_found(season, tmp_path):
    with acting_for(season.pk):
        kept = tmp_path / "checkpoint.txt"
        kept.write_text(checkpoints().last().text)
    tables = (
        "disclosure_publicationlog",
        "disclosure_publicationpayload",
        "disclosure_publicationcheckpoint",
    )
    with by_hand(season.pk, *tables) as cursor:
        cursor.execute(
            "DELETE FROM disclosure_publicationpayload p USING disclosure_publicationlog l "
            "WHERE p.entry_id = l.id AND l.seq > 3; DELETE FROM disclosure_publicationlog WHERE seq > 3"
        )
    found = verified(season)
    assert any("the log is another one than was signed" in fault for fault in found)
    assert any(fault.endswith("is not in the log") for fault in found)
    with by_hand(season.pk, *tables) as cursor:
        cursor.execute(
            "DELETE FROM disclosure_publicationcheckpoint; DELETE FROM disclosure_publicationpayload;"
            "DELETE FROM disclosure_publicationlog"
        )
    with acting_for(season.pk):
        catch_up_log()
    assert verified(season) == []  # from inside a log written wholly anew looks right: an outside copy tells
    with pytest.raises(CommandError):
        call_command("verify_publications", season.slug, kept=kept, stdout=StringIO(), stderr=StringIO())


def test_catching_up_says_what_deeds_have_said(association):
    with acting_for(association.pk):
        institution = registered()
        publication = published()
    with acting_for(association.pk):
        suspend(publication)
    with acting_for(association.pk):
        catch_up_log()  # what the tests' own rows have not told
    with acting_for(association.pk):
        by_deed = comparable()
    with by_hand(association.pk, "disclosure_publicationlog", "disclosure_publicationpayload") as cursor:
        cursor.execute("DELETE FROM disclosure_publicationpayload; DELETE FROM disclosure_publicationlog")
    with acting_for(association.pk):
        assert catch_up_log() > 0
        assert comparable() == by_deed
        assert catch_up_log() == 0
        assert verification.faults_of_chain() == []
        assert [row for row in by_deed if row[:2] == ("institution", institution.pk)]


def comparable():
    """Every step of what rows remember the steps of; of a round the last word."""
    rows = list(entries().select_related("payload"))
    steps = [row for row in rows if row.kind in {"grade", "certificate", "institution"}]
    last = {row.subject: row for row in rows if row.kind == "round"}
    return sorted(
        (row.kind, row.subject, row.about, row.action, row.payload.text, str(row.effective_at))
        if row.kind != "round"
        else (row.kind, row.subject, row.about, row.action, row.payload.text, "")
        for row in [*steps, *last.values()]
    )


# -- at once --------------------------------------------------------------------------------------------------


def at_once(association, *calls):
    gate = Barrier(len(calls))

    def run(call):
        try:
            gate.wait(timeout=20)
            with acting_for(association.pk):
                return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_deeds_at_once_make_one_chain_without_a_gap(association):
    with acting_for(association.pk):
        institutions = [registered() for _ in range(6)]

    def rename(institution, turn):
        return lambda: rename_institution(
            actor=clerk(), institution_id=institution.pk, name=f"{institution.name}{turn}"
        )

    def broken():
        registered()
        raise ZeroDivisionError

    def abandoned():
        with pytest.raises(ZeroDivisionError), acting_for(association.pk):
            broken()

    for turn in range(3):
        at_once(association, *(rename(one, turn) for one in institutions), abandoned)
    with acting_for(association.pk):
        sequence = list(entries().values_list("seq", flat=True))
        assert sequence == list(range(1, 6 + 18 + 1))
        assert verification.faults_of_chain() == []
        assert verification.altered_rows() == []


def test_the_same_told_twice_at_once_is_written_once(association):
    with acting_for(association.pk):
        institution = registered()
    with by_hand(association.pk, "members_institution") as cursor:
        cursor.execute("UPDATE members_institution SET short_name = '演示'")
    told = [("institution", institution.pk)]
    written = at_once(association, *(lambda: log_changes(told) for _ in range(4)))
    assert sorted(written) == [0, 0, 0, 1]
