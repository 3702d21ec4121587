"""公示公告 as an Atom feed: an entry for each 公示, for each of its ends where that has moved, and for each 公布."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from association.models import Association
from disclosure.queries.board import PublishedResults, RunningNotice, told


def feed_of(
    association: Association,
    running: Sequence[RunningNotice],
    published: Sequence[PublishedResults],
    absolute: Callable[[str], str],
) -> str:
    """Newest first. The number of an entry stays, so that a reader sees each once."""
    home = absolute(reverse("notice_board"))
    feed = Atom1Feed(
        title=_("%(name)s · 公示与公布") % {"name": association.name},
        link=home,
        description=_("正在公示的和已经公布的"),
        language=get_language(),
        feed_url=absolute(reverse("notice_feed")),
        author_name=association.name,
    )
    entries = [_notice(one, home, absolute) for one in running] + [
        _results(one, home, absolute) for one in published
    ]
    for moment, entry in sorted(entries, key=lambda pair: pair[0], reverse=True):
        feed.add_item(updateddate=moment, pubdate=moment, **entry)
    return feed.writeString("utf-8")


def _notice(one: RunningNotice, home: str, absolute: Callable[[str], str]) -> tuple[datetime, dict[str, Any]]:
    return one.opens_at, {
        "title": _("公示：%(title)s（%(number)s家机构的拟定结果）")
        % {"title": one.title, "number": one.number},
        "link": absolute(reverse("public_notice", args=[one.year])),
        "description": "\n".join(told(turn) for turn in one.turns),
        "unique_id": f"{home}#notice-{one.notice}-{one.closes_at.astimezone(UTC):%Y%m%dT%H%M}",
    }


def _results(
    one: PublishedResults, home: str, absolute: Callable[[str], str]
) -> tuple[datetime, dict[str, Any]]:
    return one.published_at, {
        "title": _("公布：%(title)s（%(number)s家机构的结果）") % {"title": one.title, "number": one.number},
        "link": absolute(reverse("round", args=[one.year])),
        "description": one.term,
        "unique_id": f"{home}#published-{one.round_id}-{one.published_on:%Y%m%d}",
    }
