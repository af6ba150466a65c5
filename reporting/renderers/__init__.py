"""One module per format: SUFFIX, and render(Document) -> bytes. They know formats, never metrics."""
