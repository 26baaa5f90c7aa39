"""`haven upgrade` and `haven migrate`."""
