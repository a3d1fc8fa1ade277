"""Before anything is applied: which claims, people and amounts another text of the contracts would change. Nothing here writes to a home."""
