"""Turns archived runs into reports. Knows results, never how they were obtained."""
