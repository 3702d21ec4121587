"""What the public sees without an account. Nothing here needs a script."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import get_script_prefix, reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from association import clock
from association.downloads import download
from association.frames import page_with_holes
from association.middleware import PortalRequest
from association.queries import open_associations, pledge_in_force, pledge_versions
from association.throttle import check_reading
from common.errors import NotFound
from common.numbers import whole_or_none
from credit_rating.queries.results import STATES
from disclosure.documents.feed import feed_of
from disclosure.documents.hits import hit_html, hits_html
from disclosure.documents.open_data import default_licence, meaning_of
from disclosure.documents.share import share_picture as share_png
from disclosure.documents.share import state_line
from disclosure.forms import VerifyForm
from disclosure.queries.board import published_results, running_notices
from disclosure.queries.certificates import standing_of
from disclosure.queries.export import newest_key
from disclosure.queries.open_data import chosen_licence, newest_files
from disclosure.queries.parts import Part
from disclosure.queries.register import all_cards, card_of, signatories, signatories_by_version
from disclosure.queries.rounds import (
    grade_counts,
    notices_of_year,
    open_notices,
    past_rounds,
    published_rounds,
    results_of_year,
    round_with_standard,
    state_label,
    timetable,
)
from disclosure.queries.search import search
from disclosure.rules.codes import code_of, may_be_ours
from disclosure.rules.wish import wish_of
from members.choices import Field
from members.queries.dues import published_resolutions
from members.queries.dues_account import published_accounts

if TYPE_CHECKING:
    from association.models import Association, PledgeVersion

ROWS = 50
LAST_PAGE = 10**6
LATEST = 4
HITS_ON_THE_PLATFORM = 10
LONGEST_SHOWN = 100


@require_safe
def platform_home(request: HttpRequest) -> HttpResponse:
    """The associations that have a site here, and a search over what all of them have published."""
    associations = list(open_associations())
    context: dict[str, Any] = {
        "associations": [(row, _site(row)) for row in associations],
        "typed": _typed(request),
    }
    if request.GET.get("q"):
        check_reading(request, "page")
        wish = wish_of(request.GET["q"])
        by_id = {association.pk: association for association in associations}
        hits = search(list(by_id), wish, request.GET.get("cursor", ""), HITS_ON_THE_PLATFORM)
        found = [
            hit_html(card, _site(owner, ""), owner.short_name, wish)
            for card in hits.cards
            if (owner := by_id[card.association_id])
        ]
        context |= {"wish": wish, "found": found, "next_url": _next_url(request, hits.next_cursor)}
    return render(request, "association/platform_home.html", context)


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """The association's first page: look somebody up, and what is being published."""
    rounds = list(published_rounds(request.association.pk)[:LATEST])
    context = {"typed": _typed(request), "rounds": [(row, state_label(row)) for row in rounds]}
    return render(request, "disclosure/home.html", context)


@require_safe
def register(request: PortalRequest) -> HttpResponse:
    """登记册: hits of a search, or everybody by name."""
    check_reading(request, "page")
    wish, cursor = wish_of(request.GET.get("q", "")), request.GET.get("cursor", "")
    searched = bool(request.GET.get("q", "").strip())
    association_id = request.association.pk
    hits = search([association_id], wish, cursor) if searched else all_cards(association_id, cursor)
    filled = {
        "typed": _typed(request),
        "hits": hits_html(hits.cards, get_script_prefix().rstrip("/"), wish if searched else None),
        "first_url": _first_url(request) if cursor else "",
        "next_url": _next_url(request, hits.next_cursor),
    }
    shown = {"searched": searched, "hint": wish.hint}
    return page_with_holes(request, "disclosure/register.html", shown, filled)


@require_safe
def institution(request: PortalRequest, key: str) -> HttpResponse:
    """登记卡: what the public may know of one institution."""
    check_reading(request, "page")
    card = card_of(request.association.pk, key)
    crumbs = [(_("机构查询"), reverse("register")), (card.name, "")]
    context = {"card": card, "field": Field(card.field).label, "crumbs": crumbs, "as_of": card.as_of}
    return render(request, "disclosure/institution.html", context)


@require_safe
def pay_check(request: PortalRequest, key: str) -> HttpResponse:
    """付款前体检: on one screen and one sheet of paper what is known of an institution, what is not, and what to do."""
    check_reading(request, "page")
    card = card_of(request.association.pk, key)
    crumbs = [
        (_("机构查询"), reverse("register")),
        (card.name, reverse("institution", args=[card.key])),
        (_("付款前体检"), ""),
    ]
    context = {
        "card": card,
        "crumbs": crumbs,
        "as_of": card.as_of,
        "printed_at": clock.now(),
        "state_line": state_line(card),
        "page_url": request.build_absolute_uri(),
        "picture_url": request.build_absolute_uri(reverse("share_picture", args=[card.key])),
    }
    return render(request, "disclosure/pay_check.html", context)


@require_safe
def share_picture(request: PortalRequest, key: str) -> HttpResponse:
    """分享图 of an institution's card as it stands now."""
    check_reading(request, "page")
    card = card_of(request.association.pk, key)
    return HttpResponse(share_png(card, request.association.short_name), content_type="image/png")


@require_safe
def rounds(request: PortalRequest) -> HttpResponse:
    """评估轮次, newest first; apart from them, what was held elsewhere or before."""
    page = Paginator(published_rounds(request.association.pk), ROWS).get_page(request.GET.get("page"))
    shown = [(row, state_label(row)) for row in page.object_list]
    context = {"page": page, "rounds": shown, "past": past_rounds(request.association.pk)}
    return render(request, "disclosure/rounds.html", context)


@require_safe
def round_results(request: PortalRequest, year: int) -> HttpResponse:
    """结果公布 of a year: timetable, what is open to objection, and the results; what was taken over apart from them."""
    check_reading(request, "page")
    held, past = results_of_year(request.association.pk, year, _part(request))
    context = {
        "held": [_round_shown(request, row) for row in held],
        "past": [(row, _page(request, row.shown, row.named)) for row in past],
        "year": year,
        "crumbs": [(_("评估结果"), reverse("rounds")), (_("%(year)s年度") % {"year": year}, "")],
        "as_of": (held or past)[0].as_of,
    }
    return render(request, "disclosure/round.html", context)


@require_safe
def public_notice(request: PortalRequest, year: int) -> HttpResponse:
    """公示: the proposed results of a year that are open to objection."""
    check_reading(request, "page")
    held = notices_of_year(request.association.pk, year, _part(request))
    boards = [
        (row, notice, _page(request, notice.rows, notice.number))
        for row in held
        for notice in open_notices(row)
    ]
    crumbs = [
        (_("评估结果"), reverse("rounds")),
        (_("%(year)s年度") % {"year": year}, reverse("round", args=[year])),
        (_("公示"), ""),
    ]
    context = {"boards": boards, "year": year, "crumbs": crumbs, "as_of": held[0].as_of}
    return render(request, "disclosure/public_notice.html", context)


@require_safe
def standard(request: PortalRequest, round_id: int) -> HttpResponse:
    """评估规范 of a round: bands, rounding and every indicator with its points."""
    held = round_with_standard(request.association.pk, round_id)
    crumbs = [
        (_("评估结果"), reverse("rounds")),
        (_("%(year)s年度") % {"year": held.year}, reverse("round", args=[held.year])),
        (_("评估规范"), ""),
    ]
    context = {"round": held, "rules": held.rules, "crumbs": crumbs}
    return render(request, "disclosure/standard.html", context)


@require_safe
def verify_form(request: PortalRequest) -> HttpResponse:
    """扫码验真 for those who have the certificate on paper and no camera."""
    form = VerifyForm(request.GET or None)
    if form.is_valid():
        code = code_of(form.cleaned_data["code"])
        if may_be_ours(code):
            return redirect("verify", code=code)
        return _standing(request, form.cleaned_data["code"])
    return render(request, "disclosure/verify_form.html", {"form": form})


@require_safe
def verify(request: PortalRequest, code: str) -> HttpResponse:
    """扫码验真: what this certificate is worth at this moment."""
    return _standing(request, code)


@require_safe
def notices(request: PortalRequest) -> HttpResponse:
    """公示公告: whose clock runs, and until when."""
    check_reading(request, "page")
    association_id = request.association.pk
    context = {
        "running": running_notices(association_id, clock.now()),
        "published": published_results(association_id),
        "as_of": clock.now(),
    }
    return render(request, "disclosure/notices.html", context)


@require_safe
def notices_feed(request: PortalRequest) -> HttpResponse:
    """The same for readers of feeds (Atom, RFC 4287)."""
    check_reading(request, "page")
    text = feed_of(
        request.association,
        running_notices(request.association.pk, clock.now()),
        published_results(request.association.pk),
        request.build_absolute_uri,
    )
    return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")


@require_safe
def pledge(request: PortalRequest) -> HttpResponse:
    """自律公约: the version in force, and who has signed."""
    found = pledge_in_force()
    if found is None:
        return render(request, "disclosure/pledge.html", {"version": None})
    return _pledge(request, found, [])


@require_safe
def pledge_version(request: PortalRequest, number: int) -> HttpResponse:
    """Any adopted version by its number, under an address that stays."""
    found = pledge_versions().filter(number=min(number, LAST_PAGE)).first()
    if found is None:
        raise NotFound(_("没有这个版本的自律公约。"))
    return _pledge(request, found, [(_("自律公约"), reverse("pledge")), (found.label, "")])


def _pledge(request: PortalRequest, version: "PledgeVersion", crumbs: list[tuple[str, str]]) -> HttpResponse:
    check_reading(request, "page")
    cursor = request.GET.get("cursor", "")
    hits = signatories(request.association.pk, cursor)
    counts = signatories_by_version(request.association.pk)
    context = {
        "version": version,
        "clauses": version.clauses.all(),
        "versions": pledge_versions(),
        "signatories": hits.cards,
        "signed": sum(counts.values()),
        "signed_this": counts.get(version.number or 0, 0),
        "crumbs": crumbs,
        "first_url": _first_url(request) if cursor else "",
        "next_url": _next_url(request, hits.next_cursor),
    }
    return render(request, "disclosure/pledge.html", context)


@require_safe
def dues(request: PortalRequest) -> HttpResponse:
    """会费标准 with the figures of the meeting, newest first."""
    check_reading(request, "page")
    return render(
        request,
        "disclosure/dues.html",
        {"resolutions": published_resolutions(), "accounts": published_accounts()},
    )


@require_safe
def open_data(request: PortalRequest) -> HttpResponse:
    """开放数据: the files of the night, deltas, and how to verify them."""
    check_reading(request, "page")
    files = newest_files()
    context = {
        "files": [(file, meaning_of(file.name)) for file in files],
        "made_on": files[0].created_at if files else None,
        "key": newest_key(request.association.pk),
        "licence": chosen_licence() or default_licence(request.association.name),
    }
    return render(request, "disclosure/open_data.html", context)


@require_safe
def open_data_file(request: PortalRequest, name: str) -> HttpResponse:
    """One file of the last night, under an address that stays."""
    check_reading(request, "page")
    found = next((file for file in newest_files() if file.name == name), None)
    if found is None:
        raise NotFound(_("没有这份文件。"))
    tag = f'"{found.sha256}"'
    same = get_conditional_response(request, etag=tag)
    response = same if same is not None else download(found)
    response["ETag"] = tag
    return response


def _part(request: PortalRequest) -> Part:
    """The rows of the page that is asked for, of every list on it."""
    return Part((_asked(request) - 1) * ROWS, ROWS, nearest=True)


def _page(request: PortalRequest, rows: Sequence[Any], number: int) -> "Page[Any]":
    """Rows of ``_part`` with what the pager wants to know; the others were never read."""
    pages: Paginator[Any] = Paginator(range(number), ROWS)
    page = pages.get_page(_asked(request))
    page.object_list = rows
    return page


def _asked(request: PortalRequest) -> int:
    return min(whole_or_none(request.GET.get("page", "")) or 1, LAST_PAGE)


def _round_shown(request: PortalRequest, row: Any) -> dict[str, Any]:
    return {
        "round": row,
        "state": state_label(row),
        "stages": timetable(row, clock.now()),
        "notices": open_notices(row),
        "counts": grade_counts(row),
        "page": _page(request, row.shown, row.named),
    }


def _standing(request: PortalRequest, code: str) -> HttpResponse:
    check_reading(request, "verify")
    standing = standing_of(code)
    context = {
        "standing": standing,
        "grade_state": STATES.get(standing.standing),
        "key": standing.uscc or standing.institution_id,
        "address": request.build_absolute_uri(request.path),
        "as_of": clock.now(),
    }
    return render(request, "disclosure/verify.html", context)


def _site(association: "Association", path: str = "/") -> str:
    """An address inside the association, from the platform's page: by path, on the shared host."""
    return f"{get_script_prefix()}{association.slug}{path}"


def _typed(request: HttpRequest) -> str:
    """What stands in the search box again."""
    return request.GET.get("q", "")[:LONGEST_SHOWN]


def _first_url(request: HttpRequest) -> str:
    others = {name: value for name, value in request.GET.items() if name != "cursor"}
    return f"?{urlencode(others)}"


def _next_url(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    return f"?{urlencode({**request.GET.dict(), 'cursor': cursor})}"
