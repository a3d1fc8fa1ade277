"""What would be seen and paid in made-up worlds whose truth is known: how often a method pays for nothing, and misses something."""
