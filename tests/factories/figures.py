"""年度统计的更正, as rows."""

from association import clock
from association.choices import Role
from complaints.models import FiguresProposal, YearFigures
from complaints.queries.published import QUERY, counts_of, figures_of
from complaints.queries.statistics import LIMITS, NO_RATE, Counts, Line, Statistics
from complaints.rules.statistics import PerThousand
from tests.factories.people import actor_with

NO_ENROLMENTS = PerThousand(None, None, None)
NOBODY = Line(None, Counts(), NO_RATE, NO_RATE, NO_RATE, NO_ENROLMENTS, None)
NOTHING_TOLD = {
    "least_cases": 20,
    "least_cell": 5,
    "least_enrolments": 100,
    "claimed_fen": None,
    "returned_fen": None,
    "unconfirmed_fen": None,
    "total": None,
    "institutions": [],
}


def waiting(by=None):
    """One of last year, about no institution, that somebody else has yet to confirm."""
    return FiguresProposal.objects.create(
        year=clock.today().year - 1,
        replaces=0,
        cut_off=clock.today(),
        query=QUERY,
        counts={"total": {}},
        figures=NOTHING_TOLD,
        untold=[],
        reason="补录完毕",
        touched=[],
        proposed_by_id=(by or actor_with(Role.SECRETARIAT)).person_id,
        proposed_at=clock.now(),
    )


def year_of_figures():
    """The first version of last year, as the cut-off day writes it; nobody complained."""
    nothing = Statistics(clock.today(), clock.today(), LIMITS, NOBODY, [], frozenset())
    return YearFigures.objects.create(
        year=clock.today().year - 1,
        version=1,
        cut_off=clock.today(),
        query=QUERY,
        counts=counts_of(nothing),
        figures=figures_of(nothing),
        untold=[],
        made_at=clock.now(),
    )
