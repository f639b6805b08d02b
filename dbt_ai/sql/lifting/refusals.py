"""What is refused at sight: nothing that is found here could be the same on each database alone."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.lifting.values import DATABASE, RESERVED, Refused, words

_RANDOM = words(
    """
    random random_normal uuid uuidv4 uuidv7 gen_random_uuid setseed nextval currval setval rand randn
    """
)
_SESSION = words(
    """
    now today get_current_time get_current_timestamp transaction_timestamp current_localtime current_localtimestamp
    current_date current_time current_timestamp localtime localtimestamp current_user session_user user current_role
    current_catalog current_database current_schema current_schemas current_query current_query_id
    current_connection_id current_transaction_id txid_current current_setting getvariable getenv in_search_path ago
    version sleep_ms pg_sleep write_log stats vector_type pg_conf_load_time pg_postmaster_start_time
    """
)
_APPROXIMATE = words("approx_quantile reservoir_quantile approx_top_k lttb")
_ORDER_DEPENDENT = words(
    """
    json_group_array json_group_object json_group_structure variant_group_array variant_group_object combine_aggr
    fill
    """
)
_RANDOM_NODES = (exp.Rand, exp.Randn, exp.Uuid)
_SESSION_NODES = (
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.CurrentDatetime,
    exp.Localtime,
    exp.Localtimestamp,
    exp.CurrentUser,
    exp.CurrentSchema,
    exp.CurrentSchemas,
    exp.CurrentDatabase,
    exp.CurrentCatalog,
    exp.CurrentRole,
    exp.SessionUser,
    exp.SessionParameter,
)
_TABLE_FUNCTIONS = words("range generate_series unnest repeat json_each json_tree")


def refuse(tree: exp.Expr) -> None:
    """Raises Refused for the first thing in `tree` that is not lifted."""
    for node in tree.walk():
        if isinstance(node, (exp.DDL, exp.DML, exp.Command, exp.Into)) and not isinstance(node, exp.Query):
            raise _refused("not-one-query", node)
        if isinstance(node, _RANDOM_NODES):
            raise _refused("non-deterministic", node)
        if isinstance(node, _SESSION_NODES):
            raise _refused("depends-on-session", node)
        if isinstance(node, (exp.ApproxQuantile, exp.ApproxTopK)):
            raise _refused("approximate", node)
        if isinstance(node, exp.Func):
            _refuse_function(node)
        elif isinstance(node, exp.TableSample):
            raise _refused("sampling", node)
        elif isinstance(node, (exp.Placeholder, exp.Parameter)):
            raise _refused("parameters", node)
        elif isinstance(node, exp.Identifier) and _is_reserved(node.name.casefold()):
            raise _refused("reserved-name", node)
        elif _depends_on_storage(node):
            raise _refused("storage-order", node)
        elif isinstance(node, exp.Table):
            _refuse_table_function(node)
        elif isinstance(node, exp.Pivot):
            _refuse_open_pivot(node)
        elif isinstance(node, (exp.Limit, exp.Fetch)):
            _refuse_computed_limit(node)
        elif isinstance(node, exp.Select):
            _refuse_comma_before_joins(node)
        elif isinstance(node, exp.CTE) and node.args.get("key_expressions"):
            raise _refused("recursion-by-key", node)


def _refuse_function(node: exp.Func) -> None:
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).casefold()
    if name in _RANDOM:
        raise _refused("non-deterministic", node)
    if name in _SESSION or (name == "age" and len(node.expressions) < 2):
        raise _refused("depends-on-session", node)
    if name in _APPROXIMATE:
        raise _refused("approximate", node)
    if name in _ORDER_DEPENDENT:
        raise _refused("order-dependent", node)


def _refuse_table_function(table: exp.Table) -> None:
    function = table.this
    if isinstance(function, (exp.Identifier, exp.GenerateSeries)):
        return
    name = function.name if isinstance(function, exp.Anonymous) else function.key
    if name.casefold() not in _TABLE_FUNCTIONS:
        raise _refused("unknown-table-function", table)


def _refuse_comma_before_joins(select: exp.Select) -> None:
    """sqlglot writes `a, unnest(...) LEFT JOIN b` as `a JOIN unnest(...) LEFT JOIN b`, where another side is joined."""
    joins = select.args.get("joins") or []
    commas = [place for place, join in enumerate(joins) if isinstance(join.this, exp.Unnest) and _is_comma(join)]
    after = joins[commas[0] + 1 :] if commas else []
    if any(join.side or join.method or join.kind in ("SEMI", "ANTI") for join in after):
        raise _refused("comma-before-joins", select)


def _is_comma(join: exp.Join) -> bool:
    return not (join.kind or join.side or join.method or join.args.get("on") or join.args.get("using"))


def _refuse_open_pivot(pivot: exp.Pivot) -> None:
    """A PIVOT is fixed where every column it turns has its values written out; an UNPIVOT always is."""
    if pivot.unpivot:
        return
    turned = [*(pivot.args.get("fields") or []), *(pivot.expressions if pivot.this is not None else [])]
    if not all(isinstance(part, exp.In) and part.expressions and not part.args.get("query") for part in turned):
        raise _refused("pivot-without-values", pivot)


def _refuse_computed_limit(limit: exp.Limit | exp.Fetch) -> None:
    options = limit.args.get("limit_options")
    number = limit.args.get("count") or limit.args.get("expression")
    special = options is not None and (options.args.get("percent") or options.args.get("with_ties"))
    if special or not isinstance(number, exp.Literal):
        raise _refused("computed-limit", limit)


def _refused(reason: str, node: exp.Expr) -> Refused:
    return Refused(reason, node.sql("duckdb"))


def _is_reserved(name: str) -> bool:
    return name == DATABASE or name.startswith(RESERVED)


def _depends_on_storage(node: exp.Expr) -> bool:
    if isinstance(node, exp.Join):
        return node.method == "POSITIONAL"
    return isinstance(node, exp.Column) and node.name.casefold() == "rowid"
