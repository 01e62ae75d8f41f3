"""From the text of a plan to its compiled form: reader, model, compiler, expressions."""
