"""两个人同时办会籍: of two who write at once one wins, the other reads why. Real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from association import clock
from association.actors import system
from association.models import OutboxJob
from association.tenancy import acting_for
from common.errors import DomainError
from members import operations
from members.models import (
    CouncilBallot,
    CouncilVote,
    Institution,
    MemberBook,
    MembershipApplication,
    MembershipTerm,
    OfficeTerm,
)
from members.operations.books import TASK
from tests.factories.people import make_association
from tests.members import books
from tests.members.joining import asked, draft, reviewed, submitted, voted, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("home")


@pytest.fixture
def here(home):
    with acting_for(home.pk):
        return world()


def both(home, *deeds):
    """Each in a thread and a scope of its own, let go together; a refusal is its sentence, anything else None."""
    gate = Barrier(len(deeds))

    def run(deed):
        try:
            gate.wait(20)
            with acting_for(home.pk):
                deed()
        except DomainError as error:
            return str(error.sentence)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds), key=lambda said: said or "")


def made(home, make):
    with acting_for(home.pk):
        return make()


def count(home, model, **values):
    return made(home, lambda: model.objects.filter(**values).count())


def test_two_windows_cast_one_ballot(home, here):
    vote = made(home, lambda: asked(here))
    said = both(
        home,
        *[
            lambda choice=choice: operations.cast_ballot(
                actor=here.council[0], vote_id=vote.pk, choice=choice
            )
            for choice in ("for", "against")
        ],
    )
    assert said == [None, "您在这项表决中已经表态，不能更改。"]
    assert count(home, CouncilBallot) == 1


def test_two_count_the_votes_once(home, here):
    vote = made(home, lambda: voted(here, "for", "for", "for"))
    deed = lambda: operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)
    assert both(home, deed, deed) == [None, "这项表决已经计票。"]
    assert count(home, MembershipTerm) == 1


def test_a_ballot_and_the_count_at_once(home, here):
    """Either the ballot is counted, or it came too late; never a vote whose numbers leave one out."""
    vote = made(home, lambda: voted(here, "for", "for"))
    both(
        home,
        lambda: operations.cast_ballot(actor=here.council[2], vote_id=vote.pk, choice="against"),
        lambda: operations.close_council_vote(actor=here.clerk, vote_id=vote.pk),
    )
    closed = made(home, lambda: CouncilVote.objects.get(pk=vote.pk))
    assert closed.votes_for + closed.votes_against == count(home, CouncilBallot)


def test_two_put_one_application_to_the_vote(home, here):
    application = made(home, lambda: reviewed(here))
    deed = lambda: operations.open_council_vote(
        actor=here.clerk, application_id=application.pk, opinion="同意"
    )
    said = both(home, deed, deed)
    assert said[0] is None
    assert "不能变为" in said[1]
    assert count(home, CouncilVote) == 1


def test_two_begin_one_draft(home, here):
    deed = lambda: operations.save_application(
        actor=here.admin, institution_id=here.institution.pk, field="other", licence_number="", statement=""
    )
    assert both(home, deed, deed) == [None, None]
    assert count(home, MembershipApplication) == 1


def test_handed_in_twice_at_once(home, here):
    application = made(home, lambda: draft(here))
    deed = lambda: operations.submit_application(actor=here.admin, application_id=application.pk)
    said = both(home, deed, deed)
    assert (said[0], bool(said[1])) == (None, True)


def test_two_admit_one_institution(home, here):
    deed = lambda: operations.admit_member(
        actor=here.clerk, institution_id=here.institution.pk, from_on=clock.today()
    )
    said = both(home, deed, deed)
    assert said[0] is None
    assert "不能重叠" in said[1]
    assert count(home, MembershipTerm) == 1


def test_two_presidents_at_once(home, here):
    other = made(home, lambda: world(seats=0))
    for one in (here, other):
        made(home, lambda one=one: operations.admit_member(actor=here.clerk, institution_id=one.institution.pk, from_on=clock.today()))  # fmt: skip
    deeds = [
        lambda one=one: operations.give_office(
            actor=here.clerk, institution_id=one.institution.pk, office="president", from_on=clock.today(), basis="决议"
        )
        for one in (here, other)
    ]  # fmt: skip
    said = both(home, *deeds)
    assert said[0] is None
    assert "已有任职" in said[1]
    assert count(home, OfficeTerm) == 1


def test_recalled_and_taken_up_at_once(home, here):
    application = made(home, lambda: submitted(here))
    both(
        home,
        lambda: operations.recall_application(actor=here.admin, application_id=application.pk),
        lambda: operations.take_up_application(actor=here.clerk, application_id=application.pk),
    )
    state = made(home, lambda: MembershipApplication.objects.get().state)
    assert state in {"recalled", "under_review"}


def test_two_decide_about_a_workbook_once(home, here):
    book = made(home, lambda: books.look(here.clerk, books.book_of(institutions=[books.school(1)])))
    load = lambda: operations.begin_loading_book(actor=here.clerk, book_id=book.pk)
    drop = lambda: operations.discard_book(actor=here.clerk, book_id=book.pk)
    assert both(home, load, drop) == [None, "这次导入已经决定过。"]
    other = made(home, lambda: books.look(here.clerk, books.book_of(institutions=[books.school(2)])))
    again = lambda: operations.begin_loading_book(actor=here.clerk, book_id=other.pk)
    assert both(home, again, again) == [None, None]
    assert count(home, OutboxJob, task=TASK, payload__book_id=other.pk) == 1


def test_two_books_that_say_the_same_are_taken_once(home, here):
    """The second finds the lines of the first in the books and passes over them."""

    def begun():
        lines = {"institutions": [books.school(1)], "terms": [books.term(1)]}
        book = books.look(here.clerk, books.book_of(**lines))
        return book, operations.begin_loading_book(actor=here.clerk, book_id=book.pk)

    pairs = made(home, lambda: [begun(), begun()])
    worker = system(home.pk)
    both(
        home,
        *[
            lambda book=book, job=job: operations.load_book_part(
                actor=worker, book_id=book.pk, job_id=job.pk, first=0
            )
            for book, job in pairs
        ],
    )
    assert (count(home, MembershipTerm), count(home, Institution, name=books.school(1)["name"])) == (1, 1)
    assert sorted(made(home, lambda: list(MemberBook.objects.values_list("loaded", flat=True)))) == [0, 2]
