"""投诉 and 线索 for machines: the progress of one for whoever holds its code, and what is published of all complaints."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from association.open_interface import AskedHere, OpenView, refusals
from association.throttle import allow_code, check_secret, found, too_often
from common.errors import NotFound
from common.numbers import whole_or_none
from complaints.api.serializers import (
    LeadTrackInput,
    LeadTrackOutput,
    PublishedOutput,
    TrackInput,
    TrackOutput,
)
from complaints.operations.lead_reports import not_found_sentence
from complaints.queries.lead_pages import tracked
from complaints.queries.published import published_statistics, published_years, version_asked, years_over
from complaints.queries.road import deeds_of_complainant, events_of
from complaints.queries.tracking import track

REFUSED = {
    400: "没有查询码，或者不是文字",
    404: "没有这个查询码对应的投诉；写错、未提交过和已经删除的，回答相同",
    405: "只接受 POST",
    406: "只返回 JSON",
    415: "只接受 JSON",
    429: "同一地址查询过于频繁，或者暂时不能计数",
}
REFUSED_LEAD = REFUSED | {
    400: "没有回执码，或者不是文字",
    404: "没有这个回执码对应的线索；写错、还没有提交和过了保存期的，回答相同",
}
REFUSED_YEAR = {
    400: "网址中有不能读取的字符",
    404: "没有公布：年度还没有结束或者尚未截止，或者还没有投诉",
    405: "只能读取",
    406: "只返回 JSON",
    429: "同一地址请求过于频繁",
}
YEAR = OpenApiParameter("year", str, description="已经公布的年度，缺省为最近一个公布的年度")
VERSION = OpenApiParameter("version", str, description="这一年度的第几版，缺省为现行的一版")


class TrackComplaint(OpenView):
    """Wrong codes are as few as on the page: both count together, and nothing is answered while nothing can count."""

    http_method_names = ("post",)

    @extend_schema(
        operation_id="track_complaint",
        summary="投诉进度查询",
        description="凭查询码查询进度、期限及其算法、双方的说明和现在可以办理的事项。查询码只放在正文里，不进网址。",
        request=TrackInput,
        responses={200: OpenApiResponse(TrackOutput, "投诉的进度"), **refusals(REFUSED)},
    )
    def post(self, request: AskedHere) -> Response:
        """As the holder of the code sees it on the page; nobody's name, phone or address."""
        given = TrackInput(data=request.data)
        given.is_valid(raise_exception=True)
        allowance = allow_code(request, "receipt")
        if not allowance.allowed:
            raise too_often(allowance)
        seen = track(given.validated_data["receipt_code"])
        if seen is None:
            raise NotFound(_("没有找到这个查询码对应的投诉，请核对后再试。"))
        found(request, "receipt")
        shown = {"seen": seen, "events": events_of(seen), "deeds": deeds_of_complainant(seen)}
        answer = Response(TrackOutput(shown).data)
        answer["Cache-Control"] = "no-store"
        return answer


class TrackLead(OpenView):
    """As on the page of leads: who asks is counted under a keyed hash alone, so that nobody is traced by an address."""

    http_method_names = ("post",)

    @extend_schema(
        operation_id="track_lead",
        summary="线索办理情况查询",
        description="凭回执码查询办理到哪一步、轮到谁、期限及其算法、到期仍未办理的后果和往来。回执码只放在正文里，不进网址。",
        request=LeadTrackInput,
        responses={200: OpenApiResponse(LeadTrackOutput, "线索的办理情况"), **refusals(REFUSED_LEAD)},
    )
    def post(self, request: AskedHere) -> Response:
        """What the informant said, and what the association answered; nobody's name, phone or address."""
        given = LeadTrackInput(data=request.data)
        given.is_valid(raise_exception=True)
        page = tracked(given.validated_data["receipt_code"])
        if page is None:
            raise NotFound(not_found_sentence())
        answer = Response(LeadTrackOutput(page).data)
        answer["Cache-Control"] = "private, no-store"
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The limit of the open interface counts by the address as it is; this one does not."""
        APIView.initial(self, request, *args, **kwargs)
        check_secret(request, "lead_code")


class ComplaintStatistics(OpenView):
    """Figures that were fixed on the cut-off day of their year, whatever became of the complaints afterwards."""

    http_method_names = ("get", "head")
    limited_as = "statistics"

    @extend_schema(
        operation_id="complaint_statistics",
        summary="投诉统计：已经结束的年度",
        description=(
            "按收到日期的年度，全部合计和分机构。少于起报数的数字不公布，比率附95%区间；"
            "投诉人未答复的单列，不算已解决。只公布整年，在截止日统计一次，以后不再变动，"
            "以免用两个时段或者两次查询相减推出个案；更正由两人办理，另立新版，写明理由；被取代的版本仍可用 version 读取。"
        ),
        parameters=[YEAR, VERSION],
        responses={200: OpenApiResponse(PublishedOutput, "已公布的内容"), **refusals(REFUSED_YEAR)},
    )
    def get(self, request: AskedHere) -> Response:
        """One whole year; numbers that are too small are null, and so is all while no year was published."""
        years = published_years()
        asked = request.query_params.get("year", "")
        year = whole_or_none(asked) if asked else max(years, default=None)
        if asked and year not in years:
            raise NotFound(_why_not(year))
        version = version_asked(request.query_params.get("version", ""))
        told = published_statistics(year, version)
        if version and told["version"] is None:
            raise NotFound(_("这一年度没有这一版。"))
        return Response(PublishedOutput(told).data)


def _why_not(year: int | None) -> str:
    """Why a year that was asked for has no figures."""
    over = years_over()
    if day := over.days_told().get(year or 0):
        return _("该年度的统计尚未截止，截止日为%(day)s。") % {"day": day}
    return _("当年没有在本平台受理投诉，不公布该年度的统计。") if year in over.not_kept else _("没有公布。")
