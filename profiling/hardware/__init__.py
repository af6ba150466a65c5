"""Takes the accelerators of a family through the tools: RTL, simulation, synthesis, placement, and the host's part."""
