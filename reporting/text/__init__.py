"""Tables and charts as lines of text, and their colours in a terminal."""
