"""The Evidently API itself for the provider to call: the service, on a real table, behind the scene's socket."""

from helpers.evidently_api import api_event, decoded, lambda_context
from helpers.provider_scene import Scene
from helpers.scripted_server import Received, Reply
from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table
from local_aws.server import LocalAws


def serve(scene: Scene, local_aws: LocalAws) -> Service:
    """Let a new, empty service answer what the scene's provider asks."""
    dynamodb = dynamodb_client(local_aws.url)
    service = Service(dynamodb, make_table(dynamodb))
    scene.api.respond = lambda request: answer(service, request)
    return service


def answer(service: Service, request: Received) -> Reply:
    """What the service answers a request."""
    path, _, query = request.path.partition("?")
    asked = api_event(request.method, decoded(path), query=query, headers=request.headers, body=request.body)
    found = service.handler(asked, lambda_context())
    return Reply(found["statusCode"], found["body"].encode(), found["headers"])
