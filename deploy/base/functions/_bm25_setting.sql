-- Deploy kodiai:base/functions/_bm25_setting to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _bm25_setting(p_name text, p_default double precision, p_domain text)
returns double precision
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_value constant text := nullif(current_setting('kodiai.' || p_name, true), '');
begin
  if v_value is null then
    return p_default;
  end if;
  perform _check_argument('the setting kodiai.' || p_name, v_value, p_domain);
  return v_value;
end
$$;

comment on function _bm25_setting(text, double precision, text) is
'A parameter of BM25, as the setting kodiai.<name> says: of the session, the user or the
database (alter database ... set kodiai.bm25_b = 0.5).
Arguments: p_name, bm25_k1 or bm25_b; p_default, where nothing is set; p_domain, what it may
be. Result: the value. Errors: 22023 where the setting is outside the domain.';

commit;
