"""Logs of prompts, and templates that are filled with evidence."""
