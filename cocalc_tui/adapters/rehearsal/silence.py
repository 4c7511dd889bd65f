"""What never answers."""


class Silent(Exception):
    """Nothing answers; the text says what was asked."""
