from credit_rating.models.corrections import ResultCorrection
from credit_rating.models.opinions import Evidence, Opinion, OpinionItem
from credit_rating.models.past_imports import ResultImport
from credit_rating.models.prior_notice import PriorNotice
from credit_rating.models.results import (
    Certificate,
    Computation,
    Determination,
    HistoricalResult,
    Objection,
    Publication,
)
from credit_rating.models.rounds import (
    Assessment,
    AssessmentPermission,
    Assignment,
    PublicNotice,
    Round,
    RoundStage,
    Supplement,
    SupplementItem,
)
from credit_rating.models.standards import AssessmentStandard, Band, ExpertOpinion, Indicator, IndicatorMap

__all__ = [
    "Assessment",
    "AssessmentPermission",
    "AssessmentStandard",
    "Assignment",
    "Band",
    "Certificate",
    "Computation",
    "Determination",
    "Evidence",
    "ExpertOpinion",
    "HistoricalResult",
    "Indicator",
    "IndicatorMap",
    "Objection",
    "Opinion",
    "OpinionItem",
    "PriorNotice",
    "PublicNotice",
    "Publication",
    "ResultCorrection",
    "ResultImport",
    "Round",
    "RoundStage",
    "Supplement",
    "SupplementItem",
]
