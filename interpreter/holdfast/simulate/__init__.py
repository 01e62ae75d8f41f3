"""Invented worlds: the real interpreter in virtual time, against all that may happen, with laws that have to hold."""
