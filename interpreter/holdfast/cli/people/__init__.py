"""Commands for who is asked, and about how people decide."""
