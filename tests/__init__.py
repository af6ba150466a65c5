"""Tests. Small sizes, golden files, and every real tool driven end to end at least once."""
