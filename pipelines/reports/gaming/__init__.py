"""Figures that show gaming, and prove none: what each party could do to be paid more or to pay less, counted, for whoever looks."""
