"""What a contract would pay before anybody signs it: its own rules on made-up results, with an effect that is known because it was put in."""
