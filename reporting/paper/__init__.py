"""What is printed: the PDF and the talk."""
