"""会费的收款: the walls; money comes in once, belongs to one institution at a time, and no more of it goes out than came in."""

from django.db import migrations

from association.migration_ops import append_only, isolate, keep_together

TABLES = ["members_duesstatement", "members_duesstatementfault", "members_duesreceipt"]
LINKS = [
    ("members_duesstatementfault", "statement_id", "members_duesstatement"),
    ("members_duesreceipt", "statement_id", "members_duesstatement"),
    ("members_duesreceipt", "slip_id", "members_duesslip"),
    ("members_duesreceipt", "institution_id", "members_institution"),
    ("members_duesslip", "institution_id", "members_institution"),
    ("members_duesslip", "receipt_id", "members_duesreceipt"),
    ("members_duesslip", "paper_id", "association_attachment"),
    ("members_duesentry", "receipt_id", "members_duesreceipt"),
    ("members_duesentry", "reverses_id", "members_duesentry"),
]
ENTERED = """
CREATE OR REPLACE FUNCTION portal_dues_entered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bill record; held record; slip record; undone record; rest bigint;
BEGIN
  IF NEW.receipt_id IS NOT NULL THEN
    SELECT amount_fen, institution_id INTO held FROM members_duesreceipt WHERE id = NEW.receipt_id FOR UPDATE;
    SELECT held.amount_fen - coalesce(sum(amount_fen), 0) - NEW.amount_fen INTO rest
      FROM members_duesentry WHERE receipt_id = NEW.receipt_id;
    IF rest IS NULL OR rest < 0 OR rest > held.amount_fen THEN
      RAISE EXCEPTION 'no more goes out than came in' USING ERRCODE = '23514';
    END IF;
  END IF;
  IF NEW.invoice_id IS NOT NULL THEN
    SELECT amount_fen, institution_id INTO bill FROM members_duesinvoice WHERE id = NEW.invoice_id FOR UPDATE;
    SELECT bill.amount_fen - coalesce(sum(amount_fen), 0) - NEW.amount_fen INTO rest
      FROM members_duesentry WHERE invoice_id = NEW.invoice_id;
    IF rest IS NULL OR rest < 0 OR rest > bill.amount_fen THEN
      RAISE EXCEPTION 'a bill does not fall below nothing' USING ERRCODE = '23514';
    END IF;
    IF NEW.receipt_id IS NOT NULL THEN
      IF held.institution_id IS DISTINCT FROM bill.institution_id THEN
        RAISE EXCEPTION 'money of one institution pays no bill of another' USING ERRCODE = '23514';
      END IF;
    END IF;
  END IF;
  IF NEW.slip_id IS NULL THEN RETURN NEW; END IF;
  SELECT state, kind, invoice_id, receipt_id, amount_fen INTO slip FROM members_duesslip WHERE id = NEW.slip_id;
  IF NEW.reverses_id IS NOT NULL THEN
    SELECT kind, invoice_id, receipt_id, amount_fen INTO undone FROM members_duesentry WHERE id = NEW.reverses_id;
    IF (undone.kind, undone.invoice_id, undone.receipt_id, undone.amount_fen)
          IS DISTINCT FROM (NEW.kind, NEW.invoice_id, NEW.receipt_id, -NEW.amount_fen)
        OR (slip.state, slip.kind, slip.receipt_id) IS DISTINCT FROM ('confirmed', 'undo', NEW.receipt_id) THEN
      RAISE EXCEPTION 'nothing of the kind was to be reversed' USING ERRCODE = '23514';
    END IF;
  ELSIF (slip.state, slip.kind, slip.invoice_id, slip.receipt_id, slip.amount_fen)
      IS DISTINCT FROM ('confirmed', NEW.kind, NEW.invoice_id, NEW.receipt_id, NEW.amount_fen) THEN
    RAISE EXCEPTION 'nothing of the kind was confirmed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
"""
FORWARD = """
CREATE FUNCTION portal_keep_dues_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY['checked>checked', 'checked>loaded', 'checked>discarded', 'loaded>loaded', 'discarded>discarded'];
  may text[] := ARRAY['state', 'good', 'bad', 'matched', 'total_fen', 'box', 'decided_by_id', 'decided_at'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'checked' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a file of the bank is looked at first' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a file of the bank is kept' USING ERRCODE = '23514'; END IF;
  IF NOT OLD.state || '>' || NEW.state = ANY(steps) OR to_jsonb(NEW) - may <> to_jsonb(OLD) - may
      OR OLD.decided_at IS NOT NULL AND to_jsonb(NEW) - 'box' <> to_jsonb(OLD) - 'box' THEN
    RAISE EXCEPTION 'a file of the bank stays as it was' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_dues_statement BEFORE INSERT OR UPDATE OR DELETE ON members_duesstatement
  FOR EACH ROW EXECUTE FUNCTION portal_keep_dues_statement();

CREATE FUNCTION portal_keep_dues_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may text[] := ARRAY['institution_id', 'basis', 'matched_by_id', 'matched_at'];
  slip record;
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'money that came in is kept' USING ERRCODE = '23514'; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.slip_id IS NULL THEN RETURN NEW; END IF;
    SELECT state, kind, institution_id, amount_fen, way, received_on INTO slip FROM members_duesslip WHERE id = NEW.slip_id;
    IF (slip.state, slip.kind, slip.institution_id, slip.amount_fen, slip.way, slip.received_on)
        IS DISTINCT FROM ('confirmed', 'payment', NEW.institution_id, NEW.amount_fen, NEW.way, NEW.received_on) THEN
      RAISE EXCEPTION 'no such payment was confirmed' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - may <> to_jsonb(OLD) - may THEN
    RAISE EXCEPTION 'money that came in stays as it was told' USING ERRCODE = '23514';
  END IF;
  IF OLD.institution_id IS NOT NULL AND (NEW.institution_id IS NOT NULL OR
      (SELECT coalesce(sum(amount_fen), 0) FROM members_duesentry WHERE receipt_id = NEW.id AND kind = 'payment') <> 0) THEN
    RAISE EXCEPTION 'what it paid is reversed first' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_dues_receipt BEFORE INSERT OR UPDATE OR DELETE ON members_duesreceipt
  FOR EACH ROW EXECUTE FUNCTION portal_keep_dues_receipt();
ALTER TABLE members_duesstatement ENABLE ALWAYS TRIGGER keep_dues_statement;
ALTER TABLE members_duesreceipt ENABLE ALWAYS TRIGGER keep_dues_receipt;
"""
BACKWARD = """
DROP TRIGGER keep_dues_receipt ON members_duesreceipt;
DROP TRIGGER keep_dues_statement ON members_duesstatement;
DROP FUNCTION portal_keep_dues_receipt();
DROP FUNCTION portal_keep_dues_statement();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0014_dues_money")]
    operations = [
        *[isolate(table) for table in TABLES],
        *[keep_together(*link) for link in LINKS],
        append_only("members_duesstatementfault"),
        migrations.RunSQL(FORWARD + ENTERED, BACKWARD),
    ]
