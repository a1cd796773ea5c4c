# 救助 Jiuzhu. `make` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
PORTS ?= default
VENV := .venv
BIN := $(VENV)/bin
JIUZHU := $(BIN)/jiuzhu
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

# Those that need no stores keep every core busy. Those that do wait as much as they work: each of three processes has a
# Kafka and a PostgreSQL of its own, and one of them the running product for all browser tests, which begin first.
PURE_TESTS := tests/contract tests/fraud tests/unit
STORE_TESTS := tests/browser tests/integration tests/chaos tests/bench tests/interop

.PHONY: help run test lint types docs bench chaos rebuild check down setup pins preflight

help: ## 列出目标 list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run preflight ## 安装、启动、播放示例月、打印小结 set up, start, play the sample month, print its summary
	@$(JIUZHU) up --sample --ports $(PORTS)
	@$(JIUZHU) feed

down: $(VENV)/.run ## 全部停止，保留数据 stop everything, keep the data
	@$(JIUZHU) down

check: $(VENV)/.run ## 核对整个日志 check the whole log
	@$(JIUZHU) check

rebuild: $(VENV)/.run ## 由日志在线重建各服务的读模型 rebuild every service's read models from the log, live
	@for service in intake casework payroll audit portal; do $(JIUZHU) rebuild $$service || exit 1; done

test: $(VENV)/.dev preflight lint types ## 全部测试 every test (under 20 minutes on 2 cores)
	@$(BIN)/python -m pytest -m "not slow" -n auto --maxprocesses 4 --dist loadfile $(PURE_TESTS)
	@$(BIN)/python -m pytest -m "not slow" -n 3 --dist loadfile $(STORE_TESTS)

chaos: $(VENV)/.dev preflight ## 全部混沌测试 every chaos run, the long ones too
	@$(BIN)/python -m pytest tests/chaos tests/integration/test_loss.py tests/integration/test_roads_equal.py \
		tests/integration/test_portal_figures.py tests/browser tests/fraud/test_whole_district.py \
		tests/interop tests/bench

bench: $(VENV)/.bench preflight ## 基准测试，写入 docs/BENCHMARKS.md benchmarks
	@$(BIN)/python -m tests.bench

lint: $(VENV)/.dev ## 代码规范与架构约定 ruff and the architecture contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/lint-imports --no-logo >/dev/null || { $(BIN)/ruff format --check .; $(BIN)/lint-imports; exit 1; }

types: $(VENV)/.dev ## 类型检查 mypy, strict
	@$(BIN)/mypy --no-error-summary

docs: $(VENV)/.dev ## 重新生成 EVENTS 与 AsyncAPI regenerate the pages that are generated
	@$(BIN)/python -m deploy.published

pins: ## 重新锁定依赖 compile the pins anew
	@for f in run dev bench; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make pins" requirements/$$f.in -o requirements/$$f.txt; done

setup: $(VENV)/.dev

preflight:
	@command -v java >/dev/null || { echo "缺少 Java 17+，请先安装（Debian: apt install openjdk-17-jre-headless）/ Java 17+ is missing: install it"; exit 1; }
	@command -v mvn >/dev/null || { echo "缺少 Maven，请先安装（Debian: apt install maven）/ Maven is missing: install it"; exit 1; }

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "缺少 Python 3.11（$(PYTHON)）/ Python 3.11 is missing"; exit 1; }
	@echo "创建虚拟环境 / making the virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "安装依赖 / installing the pinned requirements"
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "安装测试依赖 / installing what the tests need"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	@echo "安装基准测试的对照库 / installing the peers"
	@$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
