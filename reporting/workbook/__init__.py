"""Sheets and native charts of a workbook."""
