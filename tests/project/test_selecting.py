"""dbt's selection grammar, on a live dbt and on artifacts alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.errors import UsageError
from dbt_ai.project.artifacts import ArtifactReader
from dbt_ai.project.live import LiveReader
from dbt_ai.project.values import ProjectReader, Selection

EVERYTHING = ("model", "source", "seed", "snapshot")


@pytest.fixture(scope="session")
def artifacts(built: Path) -> ArtifactReader:
    return ArtifactReader(built, built / "target")


@pytest.fixture(params=["live", "artifacts"])
def reader(request: pytest.FixtureRequest, live: LiveReader, artifacts: ArtifactReader) -> ProjectReader:
    return live if request.param == "live" else artifacts


def names(reader: ProjectReader, selection: Selection, types: tuple[str, ...] = EVERYTHING) -> str:
    return " ".join(uid.split(".", 2)[2] for uid in reader.select(selection, types))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(("stg_customers",)), "stg_customers"),
        (Selection(("+customers",)), "customers stg_customers stg_orders raw_customers till.raw_orders"),
        (Selection(("customers+1",)), "customers daily scores"),
        (
            Selection(("@daily",), ("resource_type:source", "resource_type:seed")),
            "customers daily stg_customers stg_orders",
        ),
        (Selection(("tag:finance", "orders")), "customers orders.v1 orders.v2"),
        (Selection(("tag:finance orders",)), "customers orders.v1 orders.v2"),
        (Selection(("marts,config.materialized:incremental",)), "daily"),
        (Selection(("path:models/staging",), ("stg_orders",)), "stg_customers till.raw_orders till.raw_refunds"),
        (Selection(("source:till",)), "till.raw_orders till.raw_refunds"),
        (Selection(("package:toolbox",)), "calendar"),
        (Selection(("+exposure:weekly_sales",), ("staging", "source:*", "resource_type:seed")), "customers"),
        (Selection(("shop.staging.stg_*",)), "stg_customers stg_orders"),
        (Selection(("tag:nobody_has_it",)), ""),
        (Selection(("orders.v2",)), "orders.v2"),
        (Selection(selector="finance"), "customers"),
    ],
)
def test_grammar(reader: ProjectReader, selection: Selection, expected: str) -> None:
    assert sorted(names(reader, selection).split()) == sorted(expected.split())


def test_an_empty_selection_is_all_of_the_project_without_its_packages(reader: ProjectReader) -> None:
    selected = reader.select(Selection(), EVERYTHING)
    assert selected == tuple(sorted(uid for uid in reader.project.nodes if ".shop." in uid))
    without = reader.select(Selection(exclude=("marts",)), ("model",))
    assert without == ("model.shop.stg_customers", "model.shop.stg_orders")


def test_resource_types_restrict(reader: ProjectReader) -> None:
    assert names(reader, Selection(("+customers",)), ("source",)) == "till.raw_orders"


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(("nosuch",)), 'Nothing in this project is called "nosuch"'),
        (Selection(("customers", "source:nosuch")), '"nosuch"'),
        (Selection(("models/nosuch.sql",)), '"models/nosuch.sql"'),
        (Selection(("foo:bar",)), "'foo' is not a valid method name"),
        (Selection(selector="nosuch"), 'There is no selector called "nosuch" in selectors.yml; it has finance.'),
        (Selection(("customers",), selector="finance"), "either a selector or select"),
        (Selection(("state:modified",), state="nosuch"), 'The state folder "nosuch" holds no manifest.json'),
    ],
)
def test_what_does_not_exist_is_said(reader: ProjectReader, selection: Selection, words: str) -> None:
    with pytest.raises(UsageError) as error:
        reader.select(selection, EVERYTHING)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
