"""What values an expression can have, before anything has run.

`shape` says what a type is, `schema` makes types of JSON Schemas and constants, `relate` compares them, `members`
follows fields, `filters` knows what filters and functions give, `infer` goes through an expression, `names` knows what
the names in it stand for, `typing` does all of it for a plan. A type holds every value that may come, and often more:
what is found wrong with it is wrong for all of them. What is not known is UNKNOWN, and nothing is said about it.
"""
