"""A person's words about a study: read, checked against the evidence, and joined with it."""
