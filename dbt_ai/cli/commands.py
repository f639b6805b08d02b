"""The group of all commands: one file a command, loaded when it is called."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from dbt_ai.errors import DbtAiError

# name of the command: (module, one line of help that is shown without loading the module)
COMMANDS = {
    "document": "Write the descriptions a project lacks, each checked before it is written.",
    "test": "Write the data tests a project lacks, each run before it is written.",
    "unit-test": "Write the unit tests that models lack: the smallest fixtures on which faults in the SQL show.",
    "refactor": "Make the SQL of models shorter or cheaper, where the rows are shown to stay the same.",
    "review": "Say what a branch does to models, with the smallest example where a result changes.",
    "mutate": "Show how many faults in a model's SQL its tests would notice.",
    "equivalent": "Say whether two queries give the same rows on every database.",
    "lineage": "Show where a column comes from and what depends on it.",
    "profile": "Show what the data of a node says, and what only the data shows.",
    "student": "Install and choose the small model that answers first, on this machine.",
    "distill": "Teach the student what people and reasoning models wrote in this project.",
    "eval": "Compare engines: what each answers, how much of it is good, how long it takes, what it costs.",
    "hook": "Look at what a commit touches, from its files alone: docs, tests, refs. For pre-commit.",
    "ledger": "Show what was sent to models, and what it cost.",
    "batch": "Have questions answered within a day at half the price: submit, status, collect.",
    "doctor": "Look at this environment and project, and say what works and what is missing.",
    "demo": "Build a small dbt project on DuckDB and document it, to see what happens.",
}


class Commands(click.Group):
    """Loads a command's module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"dbt_ai.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="dbtai", prog_name="dbtai")
def dbtai(debug: bool) -> None:
    """Documents, tests and refactors a dbt project, and proves what it writes before it writes it."""


def run(arguments: Sequence[str]) -> int:
    """Runs `dbtai` with `arguments` and returns its exit code. Whatever ends the run is one line on standard error;
    with --debug the traceback comes first."""
    try:
        code = dbtai.main(list(arguments), prog_name="dbtai", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "dbtai"
        sentence, code = f"{error.format_message().rstrip('.')}. `{command} --help` lists what there is.", 2
    except click.Abort:
        sentence, code = "Interrupted; no file is half-written. Run again to go on.", 3
    except DbtAiError as error:
        _trace(arguments)
        sentence, code = str(error), error.exit_code
    except Exception as error:
        _trace(arguments)
        name = f"{type(error).__name__}: {' '.join(str(error).split())}"
        sentence, code = f"dbtai failed in a way it does not know ({name}); report what `dbtai --debug` says of it.", 2
    click.echo(f"Error: {sentence}", err=True)
    return code


def _trace(arguments: Sequence[str]) -> None:
    if "--debug" in arguments:
        traceback.print_exc()
