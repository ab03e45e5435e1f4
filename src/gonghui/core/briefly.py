"""What anybody may ask for and costs something to make: made by one thread at a time and kept for a few seconds.

So a crowd at the door costs one process as much as one visitor.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Briefly(Generic[Kept]):
    """The last things made, each for so many seconds."""

    def __init__(self, *, seconds: float, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.most, self.now = seconds, most, now
        self._kept: OrderedDict[Hashable, tuple[float, Kept]] = OrderedDict()
        self._making = Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What was made for the key a moment ago, or is made now; what fails is not kept."""
        with self._making:
            found = self._kept.get(key)
            if found is not None and self.now() < found[0]:
                return found[1]
            made = make()
            self._kept[key] = (self.now() + self.seconds, made)
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
            return made

    def forget(self) -> None:
        """Nothing is kept."""
        self._kept.clear()
