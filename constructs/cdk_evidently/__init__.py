"""AWS CDK constructs for CloudWatch Evidently launches."""

from cdk_evidently._assets import models_path, signing_path
from cdk_evidently._endpoint import EvidentlyEndpoint
from cdk_evidently._grants import ServiceGrants
from cdk_evidently._metrics import ServiceMetrics
from cdk_evidently._provider import EvidentlyProvider
from cdk_evidently._quotas import Quotas
from cdk_evidently._service import EvidentlyService, IEvidentlyService
from cdk_evidently._start_launch import OnDelete, StartLaunch
from cdk_evidently._triggers import Triggers
from cdk_evidently.errors import (
    ConflictingSettingsError,
    DuplicateLaunchError,
    EvidentlyError,
    InvalidArgumentError,
)

__all__ = [
    "ConflictingSettingsError",
    "DuplicateLaunchError",
    "EvidentlyEndpoint",
    "EvidentlyError",
    "EvidentlyProvider",
    "EvidentlyService",
    "IEvidentlyService",
    "InvalidArgumentError",
    "OnDelete",
    "Quotas",
    "ServiceGrants",
    "ServiceMetrics",
    "StartLaunch",
    "Triggers",
    "models_path",
    "signing_path",
]
