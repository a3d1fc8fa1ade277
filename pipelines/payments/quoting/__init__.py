"""A quote: what a contract would pay for results that are written down as aggregates. No person data, no gate, no ledger: nothing of it is a decision."""
