"""Two studies side by side: facts, ratios, words, record."""
