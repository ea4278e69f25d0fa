# The commands of the house. `make demo` and `make test` need Python 3.11+, git and make, nothing else.
.PHONY: lock
lock: ## Resolve the dev group into requirements-dev.txt, with hashes
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --group dev --output-file requirements-dev.txt
