"""Benchmarks: each prints its figure, a floor measured in the same run, their ratio and the target."""
