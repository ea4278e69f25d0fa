"""The split: an entity's group in a launch, by a stable hash over 100 000 buckets.

    bucket = first 8 bytes, big-endian, of SHA-256("evidently-split:LENGTH:SALT:MET:ENTITY"), modulo 100 000

in UTF-8. LENGTH is the salt's in bytes, so that no two inputs have one text. MET is the number of splits of the launch
that the entity has met before this one: so the next rule splits the entities that an override leaves unassigned
independently, and nothing that people edit is in the hash, such as a segment's name. Groups take consecutive ranges of
buckets in the launch's order of groups; the buckets beyond are unassigned.

If one group's share grows, and neither another group's share nor the unassigned one does, no entity leaves that group:
its range starts no later and ends no earlier than before. docs/evaluation.md has the proof, the reason why no split can
promise more, and a few lines to reproduce an assignment. Users keep assignments in their data: the hash never changes.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Final

BUCKETS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Split:
    """The shares of a launch's groups under one rule.

    Args:
        seed: the hash's input before the number of splits met.
        groups: names of the groups, in the launch's order.
        ends: the end of each group's range of buckets, exclusive. An end beyond 100 000 is legal: no entity has such
            a bucket.

    """

    seed: bytes
    groups: tuple[str, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, salt: str, weights: Iterable[tuple[str, int]]) -> "Split":
        """Return the split of a rule.

        Args:
            salt: the launch's randomizationSalt.
            weights: every group of the launch in its order, with its weight in thousandths of a percent.

        """
        pairs = tuple(weights)
        seed = b"evidently-split:%d:%b:" % (len(_bytes(salt)), _bytes(salt))
        return cls(seed, tuple(group for group, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))

    def bucket_of(self, entity_id: str, met: int) -> int:
        """Return the entity's bucket under this rule, 0 to 99 999, as `group_of`."""
        digest = sha256(self.seed + _bytes(f"{met}:{entity_id}")).digest()
        return int.from_bytes(digest[:8], "big") % BUCKETS

    def group_of(self, entity_id: str, met: int) -> str | None:
        """Return the group that has the entity's bucket, None for an unassigned entity.

        Args:
            entity_id: any string.
            met: the number of splits of the launch that the entity has met before this one.

        """
        index = bisect_right(self.ends, self.bucket_of(entity_id, met))
        return self.groups[index] if index < len(self.groups) else None


def _bytes(text: str) -> bytes:
    # A JSON string may have half a surrogate pair, which strict UTF-8 refuses.
    return text.encode("utf-8", "surrogatepass")
