"""What a page shows, and how plotly draws it."""
