"""cfn-custom-resource: a function per request, registered by decorators."""

from typing import Any

from cfn_custom_resource import create, delete, lambda_handler, update

from reliability.user_code import serve

handler = lambda_handler


@create()
def on_create(event: Any, _: Any) -> tuple[str, dict[str, Any]]:
    """Serve a Create."""
    return serve(event)


@update()
def on_update(event: Any, _: Any) -> tuple[str, dict[str, Any]]:
    """Serve an Update."""
    return serve(event)


@delete()
def on_delete(event: Any, _: Any) -> None:
    """Serve a Delete."""
    serve(event)
