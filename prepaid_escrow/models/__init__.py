from prepaid_escrow.models.refunds import InterestRate, RefundCalculation, RefundRuleVersion

__all__ = ["InterestRate", "RefundCalculation", "RefundRuleVersion"]
