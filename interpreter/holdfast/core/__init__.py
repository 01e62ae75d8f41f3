"""The pure interpreter: what came in, what is concluded from it, and the state that is the fold of both."""
