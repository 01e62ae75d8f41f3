"""Commands for an installation: set up, looked after, kept, cleared."""
