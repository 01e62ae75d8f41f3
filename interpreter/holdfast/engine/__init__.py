"""Turns actions into calls and calls into observations. The only clock."""
