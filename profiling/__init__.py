"""Runs variants under tools, keeps what the tools said, then parses it. Knows nothing of reports.

Imports: the standard library, bench, pyperf (one collector) and rich (the progress display).
"""
