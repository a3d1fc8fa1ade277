"""What people see: the board, the published tables, the validation report and the page. Reads decisions and the ledger; decides nothing."""
