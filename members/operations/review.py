"""审查入会申请 by the secretariat: taken up, supplemented once, put before the council."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import Owner, lapse, start_deadline
from common.errors import InvalidInput, Refused
from common.said import Said
from common.text import one_line
from members.access import MAY
from members.choices.membership import ApplicationState, EventKind
from members.models import MembershipApplication
from members.operations.moves import move_application
from members.operations.parts import (
    LONGEST_LINE,
    SUPPLEMENT,
    case_of,
    go_on_with_review,
    hold_review,
    lock_application,
    lock_for_review,
    tell_institution,
    tell_of,
    tell_staff,
)

MOST_ITEMS = 30


@transaction.atomic
def take_up_application(*, actor: Actor, application_id: int) -> MembershipApplication:
    """开始审查: somebody without a tie answers for it by name."""
    actor.require(MAY, "review_application")
    application = lock_for_review(actor, application_id)
    move_application(application, ApplicationState.UNDER_REVIEW, reviewer_id=actor.person_id)
    record(actor, "take_up_application", application)
    tell_of(actor, application.institution, EventKind.TAKEN_UP)
    return application


@transaction.atomic
def ask_supplement(*, actor: Actor, application_id: int, items: Sequence[str]) -> MembershipApplication:
    """一次性告知补正: once, with everything that is missing; meanwhile the clock of the review stands still."""
    actor.require(MAY, "review_application")
    application = lock_for_review(actor, application_id)
    wanted = [text for item in items if (text := one_line(item)[:LONGEST_LINE])]
    if not wanted:
        raise InvalidInput(_("请列出需要补正的全部内容。"), {"items": _("请列出需要补正的全部内容。")})
    if len(wanted) > MOST_ITEMS:
        sentence = _("补正的内容最多%(most)d项。") % {"most": MOST_ITEMS}
        raise InvalidInput(sentence, {"items": sentence})
    if application.supplement_asked_at is not None:
        raise Refused(_("补正只能告知一次，这件申请已经告知过。"))
    move_application(
        application,
        ApplicationState.SUPPLEMENT,
        supplement_items=wanted,
        supplement_asked_at=clock.now(),
    )
    hold_review(actor, application)
    term = start_deadline(
        actor=actor,
        code=SUPPLEMENT,
        case=case_of(application, for_institution=True),
        owner=Owner(Side.INSTITUTION, institution_id=application.institution_id),
        action=gettext_noop("按清单补正入会申请"),
    )
    record(actor, "ask_supplement", application, items=len(wanted))
    tell_of(actor, application.institution, EventKind.SUPPLEMENT_ASKED)
    tell_institution(
        f"application-{application.pk}-supplement",
        application.institution_id,
        gettext_noop("入会申请需要补正"),
        Said(
            gettext_noop("请在%(day)s之前一次补齐%(count)s项内容；期满未补正的，按现有材料审查。"),
            day=term.due_on.isoformat(),
            count=len(wanted),
        ),
        case_of(application, for_institution=True).path,
    )
    return application


@transaction.atomic
def end_supplement(*, actor: Actor, application_id: int) -> MembershipApplication | None:
    """补正期满: it is reviewed as it stands. Run again, or before the end, it does nothing."""
    actor.require(MAY, "keep_membership")
    application = lock_application(actor, application_id)
    if application.state != ApplicationState.SUPPLEMENT:
        return None
    if lapse(actor=actor, case=case_of(application), code=SUPPLEMENT) is None:
        return None
    move_application(application, ApplicationState.UNDER_REVIEW, supplement_ended_at=clock.now())
    go_on_with_review(actor, application)
    record(actor, "end_supplement", application)
    tell_of(actor, application.institution, EventKind.SUPPLEMENT_LAPSED)
    tell_staff(
        f"application-{application.pk}-unsupplemented",
        application.institution_id,
        gettext_noop("入会申请补正期满"),
        Said(gettext_noop("%(name)s没有在期限内补正，请按现有材料审查。"), name=application.institution.name),
        case_of(application).path,
    )
    return application
