"""``python -m tests.reliability.world``: a published round whose certificates and mails still wait in the outbox."""

import sys

import django

PUBLISHED = 5


def tell():
    from association.choices import Role
    from association.tenancy import acting_for
    from credit_rating import operations
    from credit_rating.models import Assessment
    from tests.factories.people import actor_with, make_association, make_institution
    from tests.factories.rating import reviewing_round
    from tests.factories.review import move_clock, proposed_now, review

    with acting_for(make_association("published").pk):
        round_ = reviewing_round(institutions=[make_institution() for _ in range(PUBLISHED)])
        clerk, chair = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE_CHAIR)
        member = actor_with(Role.COMMITTEE)
        reviewers = [actor_with(Role.ASSESSOR) for _ in range(3)]
        for assessment in Assessment.objects.filter(round=round_):
            actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
            for reviewer in reviewers:
                review(assessment, reviewer)
            operations.finish_review(actor=clerk, assessment_id=assessment.pk)
            operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
            operations.determine(actor=member, assessment_id=assessment.pk)
        operations.open_public_notice(actor=clerk, round_id=round_.pk)
        move_clock(15)
        operations.propose_publication(actor=clerk, round_id=round_.pk)
        operations.approve_publication(actor=chair, round_id=round_.pk, shown=proposed_now(round_.pk))


if __name__ == "__main__":
    django.setup()
    tell()
    sys.exit(0)
