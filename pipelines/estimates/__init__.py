"""Estimates that an evaluator gives in a signed file: what such a file is, whether it holds with its contract, keeping it, and what a night takes
of it. Nothing here computes an estimate."""
