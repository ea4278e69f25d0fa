"""AWS CDK constructs for CloudWatch Evidently launches.

_start_launch/    StartLaunch, and when an update calls it again
_managed/         Project, Feature, Segment, Launch, and the values that they are made of
_provider/        the function behind these, its role and policy; which one a resource uses
_service/         EvidentlyService: the API in the user's own account; grants, connect, quotas
_common/          endpoint, references, API model, contract, assets, metrics
_cdk/             what CDK itself could have: nothing of Evidently
errors.py         every error that is raised at synth
"""

from cdk_evidently._common.assets import models_path, signing_path
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.metrics import EvaluationMetrics, ProviderMetrics, ServiceMetrics
from cdk_evidently._managed.feature import EvaluationStrategy, Feature, IFeature
from cdk_evidently._managed.launch import ILaunch, Launch
from cdk_evidently._managed.project import IProject, Project
from cdk_evidently._managed.segment import ISegment, Segment
from cdk_evidently._managed.values import Group, MetricMonitor, SegmentOverride, Step, Variation, percent
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently._service.grants import ServiceGrants
from cdk_evidently._service.imported import IEvidentlyService
from cdk_evidently._service.quotas import Quotas
from cdk_evidently._service.service import EvidentlyService
from cdk_evidently._start_launch.start_launch import OnDelete, StartLaunch
from cdk_evidently._start_launch.triggers import Triggers
from cdk_evidently.errors import (
    ConflictingSettingsError,
    DuplicateLaunchError,
    EvidentlyError,
    InvalidArgumentError,
    InvalidDefinitionError,
)

__all__ = [
    "ConflictingSettingsError",
    "DuplicateLaunchError",
    "EvaluationMetrics",
    "EvaluationStrategy",
    "EvidentlyEndpoint",
    "EvidentlyError",
    "EvidentlyProvider",
    "EvidentlyService",
    "Feature",
    "Group",
    "IEvidentlyService",
    "IFeature",
    "ILaunch",
    "IProject",
    "ISegment",
    "InvalidArgumentError",
    "InvalidDefinitionError",
    "Launch",
    "MetricMonitor",
    "OnDelete",
    "Project",
    "ProviderMetrics",
    "Quotas",
    "Segment",
    "SegmentOverride",
    "ServiceGrants",
    "ServiceMetrics",
    "StartLaunch",
    "Step",
    "Triggers",
    "Variation",
    "models_path",
    "percent",
    "signing_path",
]
