"""The one family of errors that glassnet raises on purpose.

Each message is one line for a person: what is wrong, and what to do about it.
The command lines print it and exit with the error's `exit_code`; no traceback.
"""


class GlassnetError(Exception):
    """Something a user can understand and mend; `str(error)` is one line."""

    exit_code = 1


class SettingsError(GlassnetError):
    """An unknown name or a value out of range, given by the user."""

    exit_code = 2


class DatasetError(GlassnetError):
    """A dataset file that is missing, damaged or not what it claims to be."""


class DivergenceError(GlassnetError):
    """Training produced NaN or infinity; the message says at which step."""


class TraceError(GlassnetError):
    """A trace that cannot be read, written or resumed."""


class PathError(TraceError, KeyError):
    """A path such as ``delta2[3]`` that names nothing in a step."""

    # KeyError would show the message in quotes.
    __str__ = Exception.__str__
