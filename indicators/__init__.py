"""What is measured: pure functions from tidy tables to unit rows, results and estimates.

Belongs here: windows, spells, indicators, aggregation, estimation, disclosure. Does not belong here: files, databases, clocks, Dagster.
"""
