-- One row of what a rule of a profile counted of a subject; none where it looked at nothing. The engine wants its batch named.
select counts, bound, numerator, denominator, observed, is_bad from {view} /* {batch} */ where subject = '{subject}'
