"""The provider: the function behind the custom resources, with its role, and which one a resource uses."""
