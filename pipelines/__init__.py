"""How it runs: deliveries in, gated decisions out.

Belongs here: intake, the warehouse, the gate, payments, the ledger, reports and the Dagster definitions that tie them together.
Does not belong here: how an indicator is measured (`indicators/`), how raw becomes tidy (`sql/`), what was agreed (`data_contracts/`).
"""

__version__ = "0.1.0"
