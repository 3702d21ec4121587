"""进度条 of one assessment: which steps its round has, and where it stands."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from association import clock
from association.moments import last_day
from association.rules.clock import beijing
from credit_rating.choices import WITHOUT_RESULT, Stage, StageKind
from credit_rating.queries.desk import Dossier
from credit_rating.queries.windows import is_open

OVER = frozenset({Stage.PUBLISHED, Stage.SUSPENDED, Stage.EXPIRED})
REVIEWS = (StageKind.DISTRICT_REVIEW, StageKind.REVIEW)
NOTICE, PUBLICATION = "notice", "publication"
STEP_OF = {
    Stage.DISTRICT_REVIEWED: StageKind.REVIEW,
    Stage.REVIEWED: StageKind.DETERMINATION,
    Stage.DETERMINED: StageKind.DETERMINATION,
    Stage.NOTICED: StageKind.DETERMINATION,
    Stage.PUBLIC_NOTICE: NOTICE,
    Stage.OBJECTION: NOTICE,
}


def stage_bar(dossier: Dossier) -> list[dict[str, str]]:
    """The steps for ``components/stage_bar.html``."""
    steps = list(_steps(dossier))
    stage, names = Stage(dossier.assessment.stage), [name for name, _label, _when in steps]
    if stage in WITHOUT_RESULT:
        states = ["late" if stage == Stage.NOT_FILED else "skipped", *["skipped"] * (len(steps) - 1)]
    else:
        place = len(steps) if stage in OVER else names.index(_step(stage, names))
        if stage == Stage.PUBLIC_NOTICE and not _may_object(dossier):
            place = names.index(PUBLICATION)
        now = "todo" if place < len(dossier.stages) and _still_closed(dossier.stages[place]) else "current"
        states = ["done"] * place + [now] + ["todo"] * len(steps)
    return [
        {"label": label, "state": state, "when": when}
        for (_name, label, when), state in zip(steps, states, strict=False)
    ]


def _still_closed(window: Any) -> bool:
    """Its turn has come, its time has not: nobody works on it yet."""
    return clock.now() < window.opens_at


def _may_object(dossier: Dossier) -> bool:
    notice = dossier.assessment.public_notice
    return notice is not None and is_open(notice)


def _step(stage: Stage, names: list[str]) -> str:
    if stage in {Stage.INVITED, Stage.SELF_ASSESSING}:
        return StageKind.SELF_ASSESSMENT
    if stage in {Stage.SUBMITTED, Stage.SUPPLEMENT}:
        return next(kind for kind in (*REVIEWS, StageKind.DETERMINATION) if kind in names)
    return STEP_OF[stage]


def _steps(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    """Name, label, and until when, or from when on."""
    for window in dossier.stages:
        when = _from(window.opens_at) if _still_closed(window) else _until(window.closes_at)
        yield window.kind, str(window.get_kind_display()), when
    notice = dossier.assessment.public_notice
    yield NOTICE, _("公示"), _until(notice.closes_at) if notice is not None else ""
    published = dossier.publication.published_at if dossier.publication is not None else None
    yield PUBLICATION, _("公布"), f"{beijing(published):%Y-%m-%d}" if published is not None else ""


def _from(moment: datetime) -> str:
    return _("%(day)s 起") % {"day": f"{beijing(moment):%Y-%m-%d}"}


def _until(moment: datetime) -> str:
    return _("至 %(day)s") % {"day": last_day(moment).isoformat()}
