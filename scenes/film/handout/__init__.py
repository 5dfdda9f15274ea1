"""The film as a typeset PDF: ``python -m scenes handout``."""
