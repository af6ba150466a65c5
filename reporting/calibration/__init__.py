"""Whether the machinery keeps its promises: trials and their report."""
