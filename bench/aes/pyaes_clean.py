"""Upstream, unmodified: the pyaes package as pyperformance's crypto_pyaes runs it.

Pure Python, four T-table look-ups per column and round, one block at a time. Not a copy: this is the installed
package. It is the baseline of the family.
"""

from __future__ import annotations

from pyaes import AESModeOfOperationCTR

__all__ = ["AESModeOfOperationCTR"]
