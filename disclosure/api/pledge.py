"""自律公约 for machines: the text with its hash, and the signatories. Institutions only, never who signed for them."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.reverse import reverse

from association.choices import PledgeState
from association.open_interface import AskedHere
from association.queries import pledge_in_force, pledge_versions
from common.errors import NotFound
from disclosure.api.views import CURSOR, Published, answers, next_page
from disclosure.models import RegisterCard
from disclosure.queries.register import signatories

STATES = [
    (state.value, state.label)
    for state in (PledgeState.ADOPTED, PledgeState.IN_FORCE, PledgeState.SUPERSEDED)
]
OWN = (
    "number", "title", "state", "sha256", "meeting", "met_on", "effective_on", "preamble", "entitled", "present",
    "votes_for", "votes_against", "abstentions",
)  # fmt: skip


class PledgeVersionOutput(serializers.Serializer[Any]):
    """One adopted version; its hash is the SHA-256 of title, preamble and clauses joined by U+001E."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    sha256 = serializers.CharField(help_text="名称、序言和各条以 U+001E 相连的 SHA-256")
    meeting = serializers.CharField()
    met_on = serializers.DateField()
    effective_on = serializers.DateField()


class SignatoryOutput(serializers.ModelSerializer[RegisterCard]):
    """签署单位: a member, and the last version that it signed."""

    key = serializers.CharField(help_text="统一社会信用代码；没有公布的为编号")
    url = serializers.SerializerMethodField()
    pledge_version = serializers.IntegerField()
    pledge_signed_on = serializers.DateField()

    class Meta:
        model = RegisterCard
        fields = ("key", "url", "name", "uscc", "is_demo", "pledge_version", "pledge_signed_on")

    def get_url(self, card: RegisterCard) -> str:
        return reverse("api_institution", args=[card.key], request=self.context.get("request"))


class PledgeOutput(PledgeVersionOutput):
    """The version in force with its text and the figures of the meeting, all versions, and a page of signatories."""

    preamble = serializers.CharField(allow_blank=True)
    clauses = serializers.ListField(child=serializers.CharField(), help_text="按条的次序")
    entitled = serializers.IntegerField(help_text="应到会员")
    present = serializers.IntegerField(help_text="到会会员")
    votes_for = serializers.IntegerField()
    votes_against = serializers.IntegerField()
    abstentions = serializers.IntegerField()
    versions = PledgeVersionOutput(many=True)
    next = serializers.URLField(allow_null=True)
    signatories = SignatoryOutput(many=True)


class Pledge(Published):
    @extend_schema(
        operation_id="pledge",
        summary="自律公约与签署单位",
        description="现行的一版；尚未生效的，为最新通过的一版。签署单位按名称，翻页用 next。",
        parameters=[CURSOR],
        responses=answers(PledgeOutput, 400, 404),
    )
    def get(self, request: AskedHere) -> Response:
        """The pledge in force and who has signed; 404 where none was adopted."""
        version = pledge_in_force()
        if version is None:
            raise NotFound(_("没有这个版本的自律公约。"))
        hits = signatories(request.association.pk, request.query_params.get("cursor", ""))
        shown = {name: getattr(version, name) for name in OWN} | {
            "clauses": [clause.text for clause in version.clauses.all()],
            "versions": pledge_versions(),
            "next": next_page(request, cursor=hits.next_cursor),
            "signatories": hits.cards,
        }
        return Response(PledgeOutput(shown, context={"request": request}).data)
