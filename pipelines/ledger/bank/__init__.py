"""What a bank or a finance system says was paid: reading its files, and matching them with the ledger's payments."""
