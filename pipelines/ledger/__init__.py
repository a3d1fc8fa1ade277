"""What was decided, sealed, taken and posted: hand-over, journal and their proof. No register data, no heavy imports."""
