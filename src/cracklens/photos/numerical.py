"""Exceptions of numerical code, and their text.

If a value cannot be computed, the other results of the photograph are kept: the caller catches
`FAILURES` and continues without the value, with the reason.
"""

import cv2

from cracklens.errors import UsageError

FAILURES = (ArithmeticError, ValueError, IndexError, cv2.error, UsageError)
"""Singular matrices are ValueErrors, divisions by zero and overflows ArithmeticErrors. A UsageError
here means an impossible value, such as a width that is not finite."""
_LONGEST = 200  # characters; messages of OpenCV contain file and line of its source


def failure_text(error: BaseException) -> str:
    """Return the message of an exception in one line.

    >>> failure_text(ZeroDivisionError("division by zero"))
    'division by zero'
    >>> failure_text(IndexError())
    'IndexError'
    """
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
