"""From a result to a decision: payment rules and the one function that decides a trigger. Pure: no files, no database, no clock."""
