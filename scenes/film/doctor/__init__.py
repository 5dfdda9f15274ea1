"""Whether this machine can make the film: ``python -m scenes doctor``."""
