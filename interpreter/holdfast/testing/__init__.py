"""Runs plans in invented worlds: scripted tools and people, time that passes at once, death at any moment."""
