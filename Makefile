# Two commands matter: `make run` and `make test`. They need Python 3.11 or newer, make and a POSIX shell.
# PORT (8000), BIND (127.0.0.1) and VAR (var) can be given here or in the environment; their defaults are the
# application's, so that `.env` and `manage.py` see the same. ARGS goes to pytest.

PYTHON := .venv/bin/python
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python3 python3.14
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
RUN := requirements.txt requirements-embedded.txt
DEV := $(RUN) requirements-dev.txt

# For commands that need the settings, but neither a database nor a broker.
OFFLINE := LOG_LEVEL=CRITICAL SECRET_KEY=for-commands-that-keep-no-secrets-at-all DATABASE_URL=postgresql:///none REDIS_URL=unix:///none

# Silent when all is installed. The first Python that can make virtual environments does it.
define install
@for p in $(PYTHONS); do \
	if $$p -c '$(USABLE)' >/dev/null 2>&1; then exec $$p -I -S availengine/embedded/install.py $(1); fi; \
done; \
echo 'No Python 3.11 or newer with venv and ensurepip was found. On Debian and Ubuntu: apt install python3-venv' >&2; \
exit 1
endef

.DEFAULT_GOAL := help
.PHONY: help run test lint format proof bench screenshots schema sdk lock clean

help: ## What there is
	@echo 'make TARGET [PORT=8000] [BIND=127.0.0.1] [VAR=var] [ARGS=…]'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' Makefile

run: ## Run everything with demo businesses, until Ctrl-C
	$(call install,$(RUN))
	@exec $(PYTHON) -m availengine.embedded --parent $$PPID

test: ## Run the tests (ARGS="tests/api/v1 -k booking")
	$(call install,$(DEV))
	@exec $(PYTHON) -m tests.run $(ARGS)

lint: ## Check style and types
	$(call install,$(DEV))
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

format: ## Bring the code into shape
	$(call install,$(DEV))
	@$(PYTHON) -m ruff check --fix --quiet . || true
	@$(PYTHON) -m ruff format .

proof: ## Run the tests with the sizes of a release: takes long
	$(call install,$(DEV))
	@PROOF=release exec $(PYTHON) -m pytest $(ARGS)

bench: ## Measure
	$(call install,$(DEV))
	@$(PYTHON) -m bench && $(PYTHON) -m bench.dialects && $(PYTHON) -m bench.events

screenshots: ## Take the pictures of the documentation anew
	$(call install,$(DEV))
	@exec $(PYTHON) -m tests.browser.screenshots

schema: ## Write the OpenAPI documents to schema/
	$(call install,$(DEV))
	@$(OFFLINE) $(PYTHON) manage.py schema schema

sdk: schema ## Make Python and TypeScript clients in sdk/ (SERVER= KEY= BUSINESS= tries them there)
	@exec $(PYTHON) tools/sdk/generate.py

lock: ## Pin the newest versions that requirements*.in allow
	$(call install,$(DEV))
	@for name in requirements requirements-embedded requirements-dev; do \
		$(PYTHON) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
			$$name.in --output-file $$name.txt || exit 1; \
	done
	@$(PYTHON) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header \
		tools/sdk/requirements.in --output-file tools/sdk/requirements.txt

clean: ## Remove caches and test databases; data (VAR) and .venv stay
	@rm -rf .run-test .pytest_cache .mypy_cache .ruff_cache .hypothesis staticfiles
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
