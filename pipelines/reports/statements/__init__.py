"""Payment statements: what each claim period brought each party, from the ledger alone, as a table, a page, a PDF, CSV and JSON."""
