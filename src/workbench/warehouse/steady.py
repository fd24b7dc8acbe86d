"""Whether a query gives the same each time while its tables stay as they are, by its text: pure.

What isn't known to be steady counts as unsteady. Functions go by their names: Snowflake lets nobody define one that has
the name of one of its own, so a name in the list below is that function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.warehouse.reading import Name, name_of

# of Snowflake's functions, those that depend on their arguments and the session's parameters alone
_FUNCTIONS = """
    abs acos acosh add_months any_value approx_count_distinct approx_percentile approx_percentile_accumulate
    approx_percentile_combine approx_percentile_estimate approx_top_k approximate_jaccard_index approximate_similarity
    array_agg array_append array_cat array_compact array_construct array_construct_compact array_contains
    array_distinct array_except array_flatten array_generate_range array_insert array_intersection array_max array_min
    array_position array_prepend array_remove array_remove_at array_reverse array_size array_slice array_sort
    array_to_string array_union_agg array_unique_agg arrays_overlap arrays_to_object arrays_zip as_array as_binary
    as_boolean as_char as_date as_decimal as_double as_integer as_number as_object as_real as_time as_timestamp_ltz
    as_timestamp_ntz as_timestamp_tz as_varchar ascii asin asinh atan atan2 atanh avg base64_decode_binary
    base64_decode_string base64_encode bit_length bitand bitand_agg bitmap_bit_position bitmap_bucket_number
    bitmap_construct_agg bitmap_count bitmap_or_agg bitnot bitor bitor_agg bitshiftleft bitshiftright bitxor
    bitxor_agg booland booland_agg boolnot boolor boolor_agg boolxor boolxor_agg cast cbrt ceil ceiling char charindex
    check_json check_xml chr coalesce collate collation compress concat concat_ws conditional_change_event
    conditional_true_event contains convert_timezone corr cos cosh cot count count_if countif covar_pop covar_samp
    cume_dist date date_from_parts date_part date_trunc dateadd datediff datefromparts day dayname dayofmonth
    dayofweek dayofweek_iso dayofweekiso dayofyear decode decompress_binary decompress_string degrees dense_rank div0
    div0null editdistance endswith equal_null exp factorial filter first_value flatten floor generator get
    get_ignore_case get_path greatest greatest_ignore_nulls grouping grouping_id h3_cell_to_boundary h3_cell_to_parent
    h3_latlng_to_cell hash hash_agg haversine hex_decode_binary hex_decode_string hex_encode hll hour iff ifnull
    initcap insert is_array is_binary is_boolean is_char is_date is_date_value is_decimal is_double is_integer
    is_null_value is_object is_real is_time is_timestamp_ltz is_timestamp_ntz is_timestamp_tz is_varchar
    jarowinkler_similarity json_extract_path_text kurtosis lag last_day last_value lead least least_ignore_nulls left
    len length listagg ln log lower lpad ltrim map_cat map_contains_key map_delete map_insert map_keys map_pick
    map_size max max_by md5 md5_binary md5_hex md5_number_lower64 md5_number_upper64 median min min_by minhash
    minhash_combine minute mod mode month monthname months_between next_day nth_value ntile nullif nullifzero nvl nvl2
    object_agg object_construct object_construct_keep_null object_delete object_insert object_keys object_pick
    octet_length parse_ip parse_json parse_url parse_xml percent_rank percentile_cont percentile_disc pi position pow
    power previous_day quarter radians rank ratio_to_report reduce regexp_count regexp_instr regexp_like
    regexp_replace regexp_substr regexp_substr_all regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    regr_sxx regr_sxy regr_syy regr_valx regr_valy repeat replace reverse right rlike round row_number rpad rtrim
    rtrimmed_length second sha1 sha1_binary sha1_hex sha2 sha2_binary sha2_hex sign sin sinh skew soundex space split
    split_part split_to_table sqrt square st_area st_astext st_azimuth st_centroid st_contains st_distance st_dwithin
    st_geogfromtext st_geographyfromwkt st_intersects st_makepoint st_point st_within st_x st_y startswith stddev
    stddev_pop stddev_samp strip_null_value strtok strtok_split_to_table strtok_to_array strtol substr substring sum
    tan tanh time time_from_parts time_slice timeadd timediff timefromparts timestamp_from_parts
    timestamp_ltz_from_parts timestamp_ntz_from_parts timestamp_tz_from_parts timestampadd timestampdiff
    timestampfromparts to_array to_binary to_boolean to_char to_date to_decimal to_double to_geography to_geometry
    to_json to_number to_numeric to_object to_time to_timestamp to_timestamp_ltz to_timestamp_ntz to_timestamp_tz
    to_varchar to_variant to_xml transform translate trim trunc truncate try_base64_decode_binary
    try_base64_decode_string try_cast try_hex_decode_binary try_hex_decode_string try_parse_json try_to_binary
    try_to_boolean try_to_date try_to_decimal try_to_double try_to_number try_to_numeric try_to_time try_to_timestamp
    try_to_timestamp_ltz try_to_timestamp_ntz try_to_timestamp_tz typeof unicode upper url_decode url_encode var_pop
    var_samp variance variance_pop variance_samp week weekiso weekofyear width_bucket xmlget year yearofweek
    yearofweekiso zeroifnull classifier match_number match_sequence_number vector_cosine_similarity
    vector_inner_product vector_l2_distance
"""
# what else may stand before a bracket
_WORDS = """
    all and any array as asof between binary bigint block bernoulli boolean by case char character cross cube date
    decimal define distinct double else end except exclude exists extract fetch final first float following for from
    full group grouping having ilike in inner int integer intersect interval into is join last lateral left like limit
    map match_condition match_recognize matched measures minus natural not nullable number numeric object offset on
    only or order outer over partition pattern per permute pivot preceding prior qualify range real recursive rename
    repeatable replace right rollup row rows running sample seed select sets some string subset system table
    tablesample text then time timestamp timestamp_ltz timestamp_ntz timestamp_tz top union unpivot using values
    varbinary varchar variant vector when where with within
"""
# words that stand for something else each time, also where no bracket follows; `timelimit` is GENERATOR's
_UNSTEADY = frozenset(
    """
    current_account current_account_name current_available_roles current_catalog current_client current_database
    current_date current_ip_address current_organization_name current_organization_user current_region current_role
    current_role_type current_schema current_schemas current_secondary_roles current_session current_statement
    current_time current_timestamp current_transaction current_user current_user_id current_version current_warehouse
    getdate localtime localtimestamp nextval session_user sysdate systimestamp timelimit
    """.split()
)
# of the local warehouse's own functions, by which its views are written
_LOCAL = """
    _wb_array_flatten _wb_array_insert _wb_array_max _wb_array_min _wb_array_slice _wb_array_to_string _wb_boolean
    _wb_date _wb_divisor _wb_flatten_outer _wb_float_text _wb_list _wb_ltz _wb_map _wb_object_insert _wb_outer
    _wb_sorted _wb_split_to_table _wb_text _wb_to_array _wb_typeof _wb_tz _wb_width_bucket list_value struct_pack
    to_days to_hours to_minutes to_months to_seconds to_years to_json try_strptime strptime strftime json_extract
    json_extract_string json_array_length len json_type len regexp_extract regexp_matches string_split list_contains
    unnest generate_series datepart date_diff date_add
"""
KNOWN = frozenset(f"{_FUNCTIONS} {_WORDS}".split())
KNOWN_LOCALLY = KNOWN | frozenset(_LOCAL.split())


@dataclass(frozen=True, slots=True)
class Steady:
    """A query that gives the same while its tables stay as they are. tables: all that may be names of tables in it, as
    they are written, as the warehouse keeps them; made: those that a WITH makes, which may hide a table or not.
    """

    tables: tuple[Name, ...]
    made: frozenset[str]


def steady(text: str, *, view: bool = False) -> Steady | str:
    """What the query reads, or why it may give something else each time, in words that follow `not cached: `.

    view: the text is a view's, as the catalogue has it: with `CREATE VIEW … AS`.
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    from workbench.warehouse.reading import parsed

    try:
        tokens, trees = parsed(text)
    except (SqlglotError, RecursionError):
        return "its text can't be read"
    tree = trees[0] if len(trees) == 1 else None
    if view and isinstance(tree, exp.Create):
        tree = tree.expression
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Values):
        return "it is not a SELECT"
    if tree.find(exp.Into, exp.DML, exp.DDL, exp.Command) not in (None, tree):
        return "it changes something"
    aliases = {one.name.upper() for one in trees[0].find_all(exp.TableAlias) if one.name}
    why = next(_moving(tree), None) or next(_unsteady(tokens, aliases, KNOWN_LOCALLY if view else KNOWN), None)
    if why is not None:
        return why
    tables = [name_of(table) for table in tree.find_all(exp.Table)]
    return Steady(tuple(dict.fromkeys(tables)), frozenset(cte.alias_or_name.upper() for cte in tree.find_all(exp.CTE)))


def _unsteady(tokens: list[Any], aliases: set[str], known: frozenset[str]) -> Iterator[str]:
    """Why a word of the text makes it unsteady. aliases: names that a list of columns may follow."""
    from sqlglot.tokens import TokenType

    texts = {TokenType.STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING, TokenType.NUMBER}
    for place, token in enumerate(tokens):
        if token.token_type in texts or not (token.text[:1].isalpha() or token.text[:1] == "_"):
            continue
        word = token.text.lower()
        is_quoted = token.token_type == TokenType.IDENTIFIER
        after = tokens[place + 1].token_type if place + 1 < len(tokens) else None
        before = tokens[place - 1].token_type if place else None
        if not is_quoted and word in _UNSTEADY:
            yield f"{word.upper()} stands for something else each time"
        elif after == TokenType.L_PAREN and (
            before == TokenType.DOT or ((is_quoted or word not in known) and token.text.upper() not in aliases)
        ):
            yield f"it calls {token.text if is_quoted else word.upper()}(), which may give something else each time"


def _moving(tree: Any) -> Iterator[str]:
    """Why what the query reads isn't a table as it is now."""
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(node, exp.HistoricalData | exp.Changes):
            yield "it reads a table as it was at another time"
        elif isinstance(node, exp.TableSample) and not node.args.get("seed"):
            yield "it takes a sample"
        elif isinstance(node, exp.SessionParameter | exp.DynamicIdentifier) or (
            isinstance(node, exp.Parameter) and not node.name.isdigit()
        ):
            yield "it depends on a variable of the session"
        elif (isinstance(node, exp.Table) and not all(isinstance(part, exp.Identifier) for part in node.parts)) or (
            isinstance(node, exp.TableFromRows) and not isinstance(node.this, exp.Func)
        ):
            yield f"{node.sql(dialect='snowflake')} is no table whose changes can be told"
