"""Lays out block diagrams: layers from top to bottom, wires along the lines of a grid of letters. Draws nothing.

The usual four steps (Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures",
IEEE Transactions on Systems, Man, and Cybernetics 1981): layers.py makes the graph acyclic and puts it into layers,
order.py orders these so that few wires cross, places.py gives every box its place, routes.py every wire its way.
The same graph gives the same picture.
"""
