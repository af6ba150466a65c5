"""The page over all studies."""
