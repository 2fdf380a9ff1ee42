"""What numerical code raises when a photograph defeats it, and how that is told.

A figure that cannot be computed must not cost what was found: who computes one for a photograph
catches `FAILURES` and goes on without the figure, with its reason.
"""

import cv2

from cracklens.errors import UsageError

FAILURES = (ArithmeticError, ValueError, IndexError, cv2.error, UsageError)
"""Singular matrices are ValueErrors, divisions by zero and overflows ArithmeticErrors. A UsageError
of a photograph's own figures says that one of them cannot be, such as a width that is not finite.
"""
_LONGEST = 200  # characters; OpenCV tells file and line of its source


def failure_text(error: BaseException) -> str:
    """Return what an error says, in one line.

    >>> failure_text(ZeroDivisionError("division by zero"))
    'division by zero'
    >>> failure_text(IndexError())
    'IndexError'
    """
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
