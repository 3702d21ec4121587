"""评估规则: pure functions and frozen values; every number here can be checked with pen and paper."""
