"""Suppression of messages that decoders print on the terminal.

libtiff in Pillow writes its errors to the standard error of the process, and Python has no setting
for it. So standard error is redirected to a file while a TIFF file is decoded. Output of other
threads is written to standard error afterwards.
"""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDERR = 2
_OF_LIBTIFF = re.compile(rb"^(?:_?TIFF|LZW|ZIP|JPEG|OJPEG|PackBits|Fax|PixarLog|LogLuv|Thunder|"
                         rb"LZMA|ZSTD|WebP|LERC|tempfile\.tif|[^\s:]*(?:Decode|Setup|Read|Fill)\w*)"
                         rb"[\w.]*: ")  # fmt: skip
_one_at_a_time = threading.Lock()


@contextmanager
def suppressed_messages(kept: list[str]) -> Iterator[None]:
    """Suppress what libtiff prints in the block.

    Args:
        kept: receives the lines.
    """
    with _one_at_a_time, tempfile.TemporaryFile() as aside:
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()
        try:
            before = os.dup(_STDERR)
        except OSError:  # closed, as with pythonw: there is no terminal
            yield
            return
        try:
            os.dup2(aside.fileno(), _STDERR)
            yield
        finally:
            with suppress(OSError, ValueError, AttributeError):
                sys.stderr.flush()
            os.dup2(before, _STDERR)
            os.close(before)
            aside.seek(0)
            for line in aside.read().splitlines(keepends=True):
                if _OF_LIBTIFF.match(line):
                    kept.append(line.decode("utf-8", "replace").strip())
                else:
                    with suppress(OSError):
                        os.write(_STDERR, line)
