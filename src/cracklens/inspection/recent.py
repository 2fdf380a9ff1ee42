"""The values that were used last."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by their key, of which the ones that were not used for longest are forgotten.

    It is for one thread at a time.
    """

    def __init__(self, most: int) -> None:
        """Begin without a value.

        Args:
            most: so many values are kept.
        """
        self._most = most
        self._known: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return a value, which is made if it is not known.

        >>> squares = Recent[int, int](2)
        >>> squares.get(3, lambda: 9), squares.get(3, lambda: 0)
        (9, 9)
        """
        if key not in self._known:
            self._known[key] = make()
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]
