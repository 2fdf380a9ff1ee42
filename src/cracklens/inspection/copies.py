"""Photographs that are there more than once: files with the same bytes.

The first in the order of the inputs stands for all of them. The others are neither searched nor
measured nor counted again. A picture that was saved again has other bytes, and is no copy here.
"""

from collections.abc import Mapping

from cracklens.errors import PhotoError
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.store import Copied, Finished, Stamp, Store
from cracklens.record.schema import CopyRecord, FailedRecord


class Copies:
    """Which photographs of a run are copies of others.

    Attributes:
        kept: photographs that an earlier run finished and that are no copies, by their index.
        known: copies, by their index.
    """

    def __init__(
        self, inputs: Inputs, store: Store | None, before: Mapping[int, Finished | Copied]
    ) -> None:
        """Begin with what an earlier run left.

        A copy whose photograph is not among it is not known: it has to be read again.

        Args:
            inputs: the photographs.
            store: where copies are kept.
            before: what an earlier run left, by the index of the photograph.
        """
        self._inputs = inputs
        self._store = store
        self._first: dict[str, int] = {}
        self.kept: dict[int, Finished] = {}
        self.known: dict[int, Copied] = {}
        for index in sorted(before):
            each = before[index]
            if isinstance(each, Finished):
                self.kept[index] = each
                self._add(index, each.record.sha256, each.stamp)
            elif each.sha256 in self._first:
                self._add(index, each.sha256, each.stamp)

    def is_copy(self, index: int, sha256: str, stamp: Stamp) -> bool:
        """Take in a photograph that was read, in the order of the inputs, and tell what it is."""
        first = self._first.get(sha256, index)
        if first > index:  # the file became the same as a later one that was finished before
            self._first[sha256] = index
            self._add(first, sha256, self.kept[first].stamp)
        self._add(index, sha256, stamp)
        return index in self.known

    def failed(self, errors: Mapping[int, PhotoError]) -> list[FailedRecord]:
        """Return what could not be inspected; a copy shares the fate of its photograph."""
        reasons = {index: error.reason for index, error in errors.items()}
        for index in self.known:
            if (original := self._original(index)) in errors:
                reasons[index] = errors[original].reason
        return [
            FailedRecord(path=self._inputs.name(index), reason=reasons[index])
            for index in sorted(reasons)
        ]

    def counted_once(self, errors: Mapping[int, PhotoError]) -> dict[int, CopyRecord]:
        """Return the record of each copy whose photograph was inspected, by its index."""
        return {
            index: CopyRecord(
                path=self._inputs.name(index), of=self._inputs.name(self._original(index))
            )
            for index in sorted(self.known)
            if self._original(index) not in errors
        }

    def _original(self, index: int) -> int:
        return self._first[self.known[index].sha256]

    def _add(self, index: int, sha256: str, stamp: Stamp) -> None:
        if self._first.setdefault(sha256, index) == index:
            return
        self.kept.pop(index, None)
        self.known[index] = Copied(sha256, stamp)
        if self._store:
            self._store.put_copy(self._inputs.identifier(index), self.known[index])
