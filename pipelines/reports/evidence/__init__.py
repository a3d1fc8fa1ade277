"""Evidence bundles: one folder a ledger entry about a decision, from which anybody can prove it again alone, and what proves one."""
