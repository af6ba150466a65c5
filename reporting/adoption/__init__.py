"""The report of a study that this suite did not measure."""
