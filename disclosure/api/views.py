"""API v1: what is published, for machines; read-only, open, limited by address."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import get_script_prefix
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from association.open_interface import AskedHere, OpenView, refusals
from disclosure.api import serializers as output
from disclosure.api.schema import openapi, operations
from disclosure.documents.hits import with_reason
from disclosure.queries.certificates import standing_of
from disclosure.queries.parts import Part
from disclosure.queries.register import all_cards, card_of
from disclosure.queries.rounds import goes_on, past_rounds, published_rounds, results_of_year
from disclosure.queries.search import WHOLE, search
from disclosure.rules import cursor as cursors
from disclosure.rules.wish import wish_of

ROWS = 100
FARTHEST = 10**6
PROBLEMS = {
    400: "翻页标记不是由本接口给出的",
    404: "没有公布",
    405: "只能读取",
    406: "只返回 JSON",
    429: "同一地址请求过于频繁",
}
KEY = OpenApiParameter(
    "key", str, OpenApiParameter.PATH, description="统一社会信用代码；没有公布代码的机构用其编号"
)
YEAR = OpenApiParameter("year", int, OpenApiParameter.PATH, description="年度")
CODE = OpenApiParameter(
    "code", str, OpenApiParameter.PATH, description="证书上印的验证码；空格、大小写、全角均可"
)
QUERY = OpenApiParameter(
    "q",
    str,
    description="统一社会信用代码或其中一段（四位起），或名称、曾用名、简称中含有的词（空格分开），或拼音、拼音首字母；繁简、全角半角均可，错一个字也能查到",
)
CURSOR = OpenApiParameter("cursor", str, description="上一页的 next 中给出的翻页标记")


def answers(shape: Any, *problems: int) -> dict[Any, Any]:
    """The one good answer, and every way of being refused."""
    refused = refusals({status: PROBLEMS[status] for status in (*problems, 405, 406, 429)})
    return {200: OpenApiResponse(shape, "已公布的内容"), **refused}


class Published(OpenView):
    """Read-only."""

    http_method_names = ("get", "head")


class Register(Published):
    @extend_schema(
        operation_id="register",
        summary="机构查询：按名称、曾用名或统一社会信用代码",
        description="最相符的在前；不带 q 时按名称列出全部机构。翻页用 next，顺序不变。",
        parameters=[QUERY, CURSOR],
        responses=answers(output.HitsOutput, 400),
    )
    def get(self, request: AskedHere) -> Response:
        """Hits, the most exact first; without ``q`` every institution by name. The order is kept by the cursor."""
        typed, cursor = request.query_params.get("q", ""), request.query_params.get("cursor", "")
        association_id, wish = request.association.pk, wish_of(typed)
        searched = bool(typed.strip())
        hits = (
            search([association_id], wish, cursor, columns=WHOLE)
            if searched
            else all_cards(association_id, cursor)
        )
        onward = next_page(request, cursor=hits.next_cursor, **({"q": typed} if typed else {}))
        cards = [with_reason(card, wish) for card in hits.cards] if searched else hits.cards
        page = {"next": onward, "hint": wish.hint, "results": cards}
        return Response(output.HitsOutput(page, context={"request": request}).data)


class Institution(Published):
    @extend_schema(
        operation_id="institution",
        summary="登记卡：一家机构",
        description="等级、分项情况与历次结果。等级为空不是差的结果，见 state。",
        parameters=[KEY],
        responses=answers(output.CardOutput, 404),
    )
    def get(self, request: AskedHere, key: str) -> Response:
        """One institution with its grade, aspects, and all results so far."""
        card = card_of(request.association.pk, key)
        return Response(output.CardOutput(card, context={"request": request}).data)


class Rounds(Published):
    @extend_schema(
        operation_id="rounds",
        summary="评估轮次",
        description="已经开始的各轮，新的在前。past 是其他单位或本平台启用之前公布的结果，各有出处。",
        responses=answers(output.RoundsOutput),
    )
    def get(self, request: AskedHere) -> Response:
        """Every round that was opened, newest first; apart from them, what was taken over from elsewhere."""
        association_id = request.association.pk
        lists = {"results": published_rounds(association_id), "past": past_rounds(association_id)}
        return Response(output.RoundsOutput(lists).data)


class RoundsOfYear(Published):
    @extend_schema(
        operation_id="round",
        summary="公示与结果：一个年度",
        description="一年内公示的拟定结果与已公布的结果；公示的 open 说明此刻能否提出异议。每个名单一页最多一百行，翻页用 next。"
        "past 照录出处，不由本平台计算。",
        parameters=[YEAR, CURSOR],
        responses=answers(output.RoundsOfYearOutput, 400, 404),
    )
    def get(self, request: AskedHere, year: int) -> Response:
        """What is open to objection and what was published in this year."""
        part = Part(_first(request.query_params.get("cursor", "")), ROWS)
        held, past = results_of_year(request.association.pk, year, part)
        onward = cursors.written(part.first + part.most) if goes_on(held, past, part) else ""
        lists = {"next": next_page(request, cursor=onward), "results": held, "past": past}
        return Response(output.RoundsOfYearOutput(lists).data)


def _first(cursor: str) -> int:
    """The row with which the page begins."""
    (first,) = cursors.read(cursor, int) if cursor else (0,)
    if not 0 <= first <= FARTHEST:
        raise cursors.foreign()
    return int(first)


def next_page(request: AskedHere, *, cursor: str, **asked: str) -> str | None:
    """The address of the following page; none behind the last."""
    onward = QueryDict(mutable=True)
    onward.update({**asked, "cursor": cursor})
    return f"{request.build_absolute_uri(request.path)}?{onward.urlencode()}" if cursor else None


class Verify(Published):
    limited_as = "verify"

    @extend_schema(
        operation_id="verify",
        summary="证书验真",
        description="此刻的状态；不是本会的证书也回答 200，standing 为 not_ours。",
        parameters=[CODE],
        responses=answers(output.StandingOutput),
    )
    def get(self, request: AskedHere, code: str) -> Response:
        """What the certificate is worth at this moment; a code that is not ours is an answer, not an error."""
        return Response(output.StandingOutput(standing_of(code)).data)


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, with this association as its server."""
    document = {**openapi(), "servers": [{"url": get_script_prefix().rstrip("/") or "/"}]}
    return JsonResponse(document, content_type="application/vnd.oai.openapi+json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people, without a script."""
    return render(request, "disclosure/api_docs.html", {"operations": operations()})
