"""Dagster assets, thin: fetch, call one step of the night, record. No arithmetic, no SQL, no clock."""
