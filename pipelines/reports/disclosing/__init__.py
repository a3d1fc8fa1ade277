"""Disclosure control of the open tier: what anyone may read is told once it is frozen, in rounded or exact numbers, and only as far as no small
count of people follows from everything that is told together.

Belongs here: which rows of the open tables are suppressed and by which rule, proved; the register of what was ever told. Does not belong here:
what the rows say (`tables`), and the smallest count itself (`indicators.disclosure`).
"""
