# The commands of this repository. They need Python 3.11+, git and make, nothing else; `make setup` fetches the rest.
.DEFAULT_GOAL := help

# node, npm and the tools come from the virtual environment, whatever else the PATH has.
IN_VENV := PATH="$(CURDIR)/.venv/bin:$$PATH"
# In the shell's place, so that a signal to make reaches it.
LOCAL_AWS := PYTHONPATH="$(CURDIR)/tools" exec "$(CURDIR)/.venv/bin/python" -m local_aws
BENCH := PATH="$(CURDIR)/.venv/bin:$$PATH" PYTHONPATH="$(CURDIR)/lambda:$(CURDIR)/tools:$(CURDIR)/tests:$(CURDIR)/benchmarks" python

.PHONY: setup
setup: ## Virtual environment, locked tools, CDK CLI; PYTHON= names another interpreter
	@sh tools/setup.sh

.PHONY: demo
demo: setup ## A real `cdk deploy` on a local AWS: create a launch, start it, see 1000 users split, destroy everything
	@$(LOCAL_AWS).demo

.PHONY: up
up: setup ## A local Evidently that keeps running; `. .local/env` lets a shell use it, PORT= sets its port
	@$(LOCAL_AWS).local_instance up .local

.PHONY: down
down: setup ## Stop what `make up` started
	@$(LOCAL_AWS).local_instance down .local

# A worker for each core, each with its own local AWS, ports and folders; an idle worker takes over work of the others.
PARALLEL := python -m pytest -n auto --dist worksteal

.PHONY: test
test: lint unit synth integration ## Before a push: lint, types, unit, synth and integration tests, a deploy for each promise
	$(IN_VENV) $(PARALLEL) tests/deploy -m promise

.PHONY: test-all
test-all: test test-rest ## Everything: `make test`, then every other deploy, longer explorations, peers

.PHONY: test-rest
test-rest: setup
	$(IN_VENV) $(PARALLEL) tests/unit -m long
	$(IN_VENV) $(PARALLEL) tests/deploy -m "not promise"
	@$(BENCH) -m reliability

.PHONY: unit
unit: setup ## While you write: no process but Python's own, no server
	$(IN_VENV) $(PARALLEL) tests/unit -m "not long"

.PHONY: synth
synth: setup ## Templates
	$(IN_VENV) $(PARALLEL) tests/synth

.PHONY: integration
integration: setup ## Parts on a local AWS, the Lambda runtime client, sockets, installs
	$(IN_VENV) $(PARALLEL) tests/integration

.PHONY: lint
lint: setup ## Ruff, mypy, spelling, and the words of CONTRIBUTING.md
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) mypy
	$(IN_VENV) codespell $$(git ls-files '*.py' '*.md' '*.toml' '*.sh' Makefile)
	$(IN_VENV) PYTHONPATH=tools python -m words

.PHONY: bench
bench: setup ## Evaluations beside two flag SDKs, the longest ones, what each operation costs, cold start, 100 launches in a stack
	@$(BENCH) benchmarks/evaluation.py
	@$(BENCH) benchmarks/worst_evaluations.py
	@$(BENCH) benchmarks/api_cost.py
	@$(BENCH) benchmarks/cold_start.py
	@$(BENCH) benchmarks/many_launches.py

.PHONY: reliability
reliability: setup ## How custom-resource tools behave when something fails, ours beside six others
	@$(BENCH) -m reliability

.PHONY: soak
soak: setup ## The ownership rules in larger bounds, then random walks; SECONDS= how long, SEED= from where
	$(IN_VENV) PYTHONPATH="$(CURDIR)/lambda:$(CURDIR)/tests" python -m model.soak $(or $(SECONDS),600) $(SEED)

.PHONY: audit
audit: setup ## Known vulnerabilities of what is pinned, where the package indexes have advisories
	@# Each exits with 1 for a vulnerability and for an index that it can't read alike; only the first fails here.
	$(IN_VENV) pip-audit --disable-pip --require-hashes -r requirements-dev.txt -r tools/lambda-runtime/requirements.txt \
		2>build/pip-audit.log || { tail -n 1 build/pip-audit.log; ! grep -q "Found [0-9]* known" build/pip-audit.log; }
	$(IN_VENV) npm audit 2>build/npm-audit.log || { cat build/npm-audit.log; grep -q "audit endpoint" build/npm-audit.log; }

.PHONY: lock
lock: ## Resolve the dev group into requirements-dev.txt, with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --group dev --output-file requirements-dev.txt

.PHONY: clean
clean: ## Remove everything that the other targets made
	@[ ! -e .local/state.json ] || $(LOCAL_AWS).local_instance down .local
	rm -rf .venv node_modules build dist cdk.out .local .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find app.py benchmarks constructs examples lambda tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
