"""公布日志 for machines: deltas with tombstones, checkpoints and keys. Texts are those that are hashed, character for character."""

from typing import Any, cast

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from association.open_interface import AskedHere
from common.errors import InvalidInput
from common.numbers import LARGEST
from disclosure.api.views import Published, answers
from disclosure.queries.export import PAGE, changes, last_number, signed

AFTER = OpenApiParameter(
    "after",
    {"type": "integer", "minimum": 0, "maximum": LARGEST, "default": 0},
    description="已有的最后一条的编号；从头读起为 0",
)
UNCHANGED = {304: OpenApiResponse(description="与上次相同（If-None-Match）")}


class EntryOutput(serializers.Serializer[Any]):
    """One entry; ``hash`` is the SHA-256 of ``header``, ``payload_sha256`` in it that of ``salt``, a newline, ``payload``."""

    seq = serializers.IntegerField()
    header = serializers.CharField(
        help_text="规范化 JSON：编号、前一条的哈希、种类、对象、put 或 tombstone、时间、内容的哈希"
    )
    hash = serializers.CharField()
    salt = serializers.CharField(allow_null=True)
    payload = serializers.CharField(allow_null=True, help_text="规范化 JSON；依法删除的为空")


class ChangesOutput(serializers.Serializer[Any]):
    """A page of the log."""

    association = serializers.CharField()
    last = serializers.IntegerField(help_text="日志最后一条的编号")
    next = serializers.URLField(allow_null=True)
    entries = EntryOutput(many=True)


class KeyOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    public_key = serializers.CharField(help_text="Ed25519，32 字节，十六进制")
    first_used_at = serializers.DateTimeField()
    endorsed_by = serializers.CharField(allow_blank=True)
    endorsement = serializers.CharField(allow_blank=True)


class CheckpointOutput(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    hash = serializers.CharField()
    signed_at = serializers.DateTimeField()
    key_name = serializers.CharField()
    text = serializers.CharField(help_text="签名的原文")
    signature = serializers.CharField()


class CheckpointsOutput(serializers.Serializer[Any]):
    """Every key that has signed, and every checkpoint."""

    keys = KeyOutput(many=True)
    checkpoints = CheckpointOutput(many=True)


class Changes(Published):
    @extend_schema(
        operation_id="changes",
        summary="公布日志：某一条之后的变化",
        description="每次公布、更正、撤下各一条；tombstone 表示从名单撤下。逐页读到 next 为空即与本站一致。核对方法见 open-data/。",
        parameters=[AFTER],
        responses=answers(ChangesOutput, 400) | UNCHANGED,
    )
    def get(self, request: AskedHere) -> HttpResponseBase:
        """What has been published, corrected and taken down since an entry."""
        association, after = request.association, _after(request.query_params.get("after", "0"))
        last = last_number(association.pk)
        if same := _same(request, f'"{association.pk}-{after}-{last}"'):
            return same
        entries = changes(association.pk, after)
        address = request.build_absolute_uri(request.path)
        onward = f"{address}?after={entries[-1]['seq']}" if len(entries) == PAGE else None
        page = {"association": association.slug, "last": last, "next": onward, "entries": entries}
        return _tagged(request, Response(ChangesOutput(page).data), f'"{association.pk}-{after}-{last}"')


class Checkpoints(Published):
    @extend_schema(
        operation_id="checkpoints",
        summary="公布日志：检查点与公钥",
        description="Ed25519 签名的检查点。请保存一份：以后可以证明日志没有被改写。",
        responses=answers(CheckpointsOutput) | UNCHANGED,
    )
    def get(self, request: AskedHere) -> HttpResponseBase:
        """Signed lengths and hashes of the log, and the keys that they were signed with."""
        found = signed(request.association.pk)
        tag = f'"{request.association.pk}-{len(found["keys"])}-{len(found["checkpoints"])}"'
        return _same(request, tag) or _tagged(request, Response(CheckpointsOutput(found).data), tag)


def _after(typed: str) -> int:
    if typed.isascii() and typed.isdigit() and len(typed) <= len(str(LARGEST)) and int(typed) <= LARGEST:
        return int(typed)
    raise InvalidInput(_("after 应为已有的最后一条的编号。"), {"after": _("应为不小于 0 的整数。")})


def _same(request: AskedHere, tag: str) -> HttpResponseBase | None:
    """304 where the reader has this already."""
    answer = cast("HttpResponseBase | None", get_conditional_response(cast("Any", request), etag=tag))
    if answer is not None:
        answer["ETag"] = tag
    return answer


def _tagged(request: AskedHere, answer: Response, tag: str) -> Response:
    answer["ETag"] = tag
    return answer
