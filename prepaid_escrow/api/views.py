"""退费计算 for machines: the same function as the page. Nothing is stored."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from association.open_interface import AskedHere, OpenView, refusals
from prepaid_escrow.api.serializers import CalculationInput, CalculationOutput
from prepaid_escrow.queries import calculate

REFUSED = {
    400: "输入有误，errors 中逐项说明",
    405: "只接受 POST",
    406: "只返回 JSON",
    415: "只接受 JSON",
    429: "同一地址请求过于频繁",
}


class RefundCalculation(OpenView):
    http_method_names = ("post",)

    @extend_schema(
        operation_id="refund_calculation",
        summary="退费计算",
        description="逐一计算可以适用的算法，取对学员最有利的一种；每一步附依据，读法另列。不保存输入。",
        request=CalculationInput,
        responses={200: OpenApiResponse(CalculationOutput, "计算结果"), **refusals(REFUSED)},
    )
    def post(self, request: AskedHere) -> Response:
        """The sum with its steps, everything that was compared, and when it is due."""
        given = CalculationInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(CalculationOutput(calculate(input=given.validated_data["asked"])).data)
