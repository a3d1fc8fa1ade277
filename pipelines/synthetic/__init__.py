"""Sample deliveries: published data turned into extracts like any other, and defects planted by name."""
