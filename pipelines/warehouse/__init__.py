"""The one writer of DuckDB, staging, and the published copies. Everything here can be rebuilt from archive and ledger."""
