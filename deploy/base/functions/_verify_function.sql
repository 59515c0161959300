-- Deploy kodiai:base/functions/_verify_function to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _verify_function(p_function text, p_contract text)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_function regproc := p_function;
  v_found text;
  v_flaw text;
begin
  select
    concat_ws(
      ' ',
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      'parallel',
      case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
      case when p.prosecdef then 'security definer' else 'security invoker' end,
      '(' || pg_get_function_arguments(p.oid) || ')',
      'returns',
      pg_get_function_result(p.oid),
      (
        select string_agg('set ' || c.setting, ' ' order by c.n)
        from unnest(p.proconfig) with ordinality as c (setting, n)
        where c.setting not like 'search_path=%'
      )
    ),
    case
      when p.proowner <> n.nspowner then 'does not belong to the owner of the schema'
      when
        p.prosqlbody is null
        and format('search_path=%I, public, pg_temp', n.nspname)
        <> all (coalesce(p.proconfig, '{}'))
        then 'has no pinned search_path'
      when
        exists (
          select
          from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
          where a.grantee = 0
        )
        then 'may be executed by everybody'
      when obj_description(p.oid, 'pg_proc') is null then 'has no comment'
    end
  into v_found, v_flaw
  from pg_proc as p
  inner join pg_namespace as n on n.oid = p.pronamespace
  where p.oid = v_function;

  if v_flaw is not null then
    raise exception '% %', p_function, v_flaw;
  end if;
  if v_found <> btrim(regexp_replace(p_contract, '\s+', ' ', 'g')) then
    raise exception e'% is\n%\nnot\n%', p_function, v_found, p_contract;
  end if;
end
$$;

comment on function _verify_function(text, text) is
'For verify scripts: fails unless the function keeps its contract and the rules that
hold for all: it belongs to the owner of the schema, pins search_path (or has a body
that was resolved when it was created), is not open to everybody, has a comment.
Arguments: p_function, its name; p_contract, in the words of the system catalog and
with any white space, such as "stable parallel safe security definer (p_id bigint)
returns boolean set jit=off".
Errors: P0001 with what is wrong; 42883 without the function, 42725 if it has overloads.';

commit;
