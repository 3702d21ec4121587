from credit_rating.documents.past_results import export_past_results, past_results_template
from credit_rating.documents.standards import export_indicator_map, export_standard, export_standard_header

__all__ = [
    "export_indicator_map",
    "export_past_results",
    "export_standard",
    "export_standard_header",
    "past_results_template",
]
