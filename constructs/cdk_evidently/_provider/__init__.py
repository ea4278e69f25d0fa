"""The provider: the function behind the custom resources, its role, and the choice of a resource's provider."""
