"""ARNs: how the API names what it keeps, and how a name or an ARN becomes a name."""

import re
from dataclasses import dataclass

from evidently_service.domain.errors import NotFoundError
from evidently_service.domain.resources import Kind

_ARN = re.compile(
    r"arn:([^:]*):evidently:([^:]*):([^:]*):(?:project/([^/]+)(?:/(feature|launch)/([^/]+))?|segment/([^/]+))"
)
_REFERENCE = re.compile(r"arn:([^:]*):evidently:([^:]*):([^:]*):(project|segment)/([-a-zA-Z0-9._]+)")


@dataclass(frozen=True, slots=True)
class Arns:
    """Where this API runs: the part that all its ARNs have in common."""

    partition: str
    region: str
    account: str

    def project(self, name: str) -> str:
        """ARN of a project."""
        return self._arn(f"project/{name}")

    def feature(self, project: str, name: str) -> str:
        """ARN of a project's feature."""
        return self._arn(f"project/{project}/feature/{name}")

    def launch(self, project: str, name: str) -> str:
        """ARN of a project's launch."""
        return self._arn(f"project/{project}/launch/{name}")

    def segment(self, name: str) -> str:
        """ARN of a segment: segments belong to the account and Region, not to a project."""
        return self._arn(f"segment/{name}")

    def arn_of(self, named: "ResourceRef") -> str:
        """ARN of any resource."""
        match named.kind:
            case Kind.PROJECT:
                return self.project(named.name)
            case Kind.FEATURE:
                return self.feature(named.project, named.name)
            case Kind.LAUNCH:
                return self.launch(named.project, named.name)
            case Kind.SEGMENT:
                return self.segment(named.name)

    def _arn(self, resource: str) -> str:
        return f"arn:{self.partition}:evidently:{self.region}:{self.account}:{resource}"

    def name_of(self, kind: str, reference: str) -> str:
        """Return the plain name behind a name or an ARN.

        Args:
            kind: `project` or `segment`, the two that the API takes by ARN.
            reference: What the request says, already matched against the model's pattern.

        Raises:
            NotFoundError: an ARN of another account, Region, partition or kind. Nothing of theirs is here.

        """
        if not reference.startswith("arn:"):
            return reference
        match = _REFERENCE.fullmatch(reference)
        if match is None or match.group(4) != kind or Arns(*match.group(1, 2, 3)) != self:
            raise NotFoundError.missing(kind, reference)
        return match.group(5)

    def parse(self, arn: str) -> "ResourceRef | None":
        """Return what an ARN names, None if that can't be here: another account or Region, or an experiment."""
        match = _ARN.fullmatch(arn)
        if match is None or Arns(*match.group(1, 2, 3)) != self:
            return None
        project, kind, name, segment = match.group(4, 5, 6, 7)
        if segment is not None:
            return ResourceRef(Kind.SEGMENT, segment)
        return ResourceRef(Kind(kind), name, project) if kind else ResourceRef(Kind.PROJECT, project)


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """What an ARN names.

    Args:
        kind: Of what kind it is.
        name: Its name.
        project: The project that it is in; a project and a segment are in none.

    """

    kind: Kind
    name: str
    project: str = ""
