"""The gate: expectations from contracts, run by Great Expectations in a child process, judged by one pure function."""
