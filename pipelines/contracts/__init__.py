"""Strict, typed models of the two kinds of YAML and the catalogue that finds them.

Belongs here: reading, positions, validation, what a contract depends on. Does not belong here: data, arithmetic, Dagster.
"""
