from credit_rating.documents.standards import export_standard, export_standard_header

__all__ = ["export_standard", "export_standard_header"]
