"""The group of all commands: one file a command, loaded when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from dbt_ai.errors import DbtAiError

# name of the command: (module, one line of help that is shown without loading the module)
COMMANDS = {
    "document": "Write the descriptions a project lacks, each checked before it is written.",
    "lineage": "Show where a column comes from and what depends on it.",
    "profile": "Show what the data of a node says, and what only the data shows.",
    "doctor": "Look at this environment and project, and say what works and what is missing.",
    "demo": "Build a small dbt project on DuckDB and document it, to see what happens.",
}


class Commands(click.Group):
    """Loads a command's module when it is needed, and turns our errors into one sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"dbt_ai.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DbtAiError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"Error: {error}", err=True)
            sys.exit(error.exit_code)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            kind = type(error).__name__
            click.echo(
                f"Error: dbtai failed in a way it does not know ({kind}: {error}); nothing is half-written.", err=True
            )
            click.echo("Run `dbtai --debug ...` for the traceback, and report it.", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("Interrupted; nothing is half-written. Run again to go on.", err=True)
            sys.exit(3)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="dbtai", prog_name="dbtai")
def dbtai(debug: bool) -> None:
    """Documents, tests and refactors a dbt project, and proves what it writes before it writes it."""
