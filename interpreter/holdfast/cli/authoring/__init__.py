"""Commands for who writes plans: before anything runs."""
