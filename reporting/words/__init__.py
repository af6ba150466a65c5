"""Blocks of a Document out of evidence: sections, tables and the words around them. No arithmetic."""
