"""The search gives with each card whether its grade was 改判 and which pledge it signed, as the interface says it of every hit."""

from django.db import migrations

REPLACE = """
DO $do$
DECLARE one text; body text;
BEGIN
  FOREACH one IN ARRAY ARRAY['portal_search', 'portal_search_way'] LOOP
    body := pg_get_functiondef(one::regproc);
    EXECUTE format('DROP FUNCTION %%s', one::regproc::oid::regprocedure);
    body := replace(replace(body, '{before}', '{after}'), 'card.{told}', 'card.{tells}');
    EXECUTE body;
    EXECUTE format('GRANT EXECUTE ON FUNCTION %%s TO portal_public', one::regproc::oid::regprocedure);
  END LOOP;
END$do$;
"""
PLAIN = {"column": "official boolean,", "read": "official,"}
WITH_MARK = {
    "column": "official boolean, overruled boolean, pledge_version smallint, pledge_signed_on date,",
    "read": "official, card.overruled, card.pledge_version, card.pledge_signed_on,",
}


def replaced(old, new):
    return REPLACE.replace("%%", "%").format(
        before=old["column"], after=new["column"], told=old["read"], tells=new["read"]
    )


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0016_overruled")]
    operations = [migrations.RunSQL(replaced(PLAIN, WITH_MARK), replaced(WITH_MARK, PLAIN))]
