"""One file a payment rule, with all its versions. A new file here is found by itself; a test fails it until it has cases."""
