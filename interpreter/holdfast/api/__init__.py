"""The Python interface: sessions, runs, answers, corrections."""
