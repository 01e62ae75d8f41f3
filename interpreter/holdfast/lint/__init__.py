"""Does a plan do what its author means? Findings with their place, before anything runs."""
