"""Texts made by chance from real plans, put through everything that looks at a plan before it runs."""
