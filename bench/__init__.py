"""Benchmark families: what is measured, and the one command that measures it.

Importing this package needs only the standard library, because it runs inside every interpreter under test.
A sub-folder is a family; a module in it is a variant. Nothing here starts tools or writes reports.
"""
