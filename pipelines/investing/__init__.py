"""What an effect is worth, to whom and when: exact sums over the terms of a contract's investment case. Pure: no files, no clock, no ledger; what was
measured and what was paid come in as plain numbers. It decides nothing and moves no payment.
"""
