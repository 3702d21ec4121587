"""听取意见: an institution is heard before a finding under the pledge; an upheld objection sets the finding aside."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import append_only, isolate, keep_together

HEARING, ASIDE = "complaints_leadhearing", "complaints_leadfindingsetaside"
STEPS = (
    "serving>open",
    "serving>dropped",
    "open>silent",
    "open>heard",
    "open>dropped",
    "heard>proposed",
    "heard>rejected",
    "proposed>upheld",
    "proposed>rejected",
)
FORWARD = f"""
CREATE FUNCTION portal_keep_hearing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps text[] := ARRAY[{", ".join(f"'{step}'" for step in STEPS)}];
  fixed text[] := ARRAY['lead_id', 'institution_id', 'stage', 'words', 'asked_by_id', 'asked_at'];
  served text[] := ARRAY['served_on', 'served_by_id', 'way'];
  said text[] := ARRAY['stated_at', 'received_on', 'method', 'stated_by_id'];
  kept text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what an institution was told is kept' USING ERRCODE = '23514';
  END IF;
  IF OLD.state <> NEW.state AND NOT OLD.state || '>' || NEW.state = ANY(steps) THEN
    RAISE EXCEPTION 'no step from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF OLD.state <> 'serving' THEN fixed := fixed || served || ARRAY['letter_id']; END IF;
  IF NOT (OLD.state = 'open' AND NEW.state = 'heard') THEN
    fixed := fixed || said;
    IF NOT (NEW.statement = '' AND NEW.paper_id IS NULL AND EXISTS (
         SELECT 1 FROM complaints_lead WHERE id = OLD.lead_id AND retired_on IS NOT NULL)) THEN
      fixed := fixed || ARRAY['statement', 'paper_id'];
    END IF;
  END IF;
  IF OLD.state = NEW.state THEN
    fixed := fixed || ARRAY['proposed_by_id', 'proposed_at', 'decided_by_id', 'decided_at', 'decision'];
  END IF;
  IF OLD.state = 'proposed' THEN fixed := fixed || ARRAY['proposed_by_id', 'proposed_at']; END IF;
  FOREACH kept IN ARRAY fixed LOOP
    IF to_jsonb(NEW) -> kept IS DISTINCT FROM to_jsonb(OLD) -> kept THEN
      RAISE EXCEPTION '{HEARING}.% is settled', kept USING ERRCODE = '23514';
    END IF;
  END LOOP;
  IF NEW.state = 'heard' AND OLD.state = 'open' AND NEW.method = 'paper' AND NEW.paper_id IS NULL THEN
    RAISE EXCEPTION 'what staff write down stands on a paper' USING ERRCODE = '23514';
  END IF;
  IF OLD.state = 'heard' AND NEW.state <> 'heard' AND (NEW.stage <> 'after' OR EXISTS (
       SELECT 1 FROM complaints_leadfinding WHERE lead_id = NEW.lead_id
         AND found_by_id = coalesce(NEW.proposed_by_id, NEW.decided_by_id))) THEN
    RAISE EXCEPTION 'an objection is reviewed by another than who found it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER keep_hearing BEFORE UPDATE OR DELETE ON {HEARING}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_hearing();

CREATE FUNCTION portal_hearing_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'serving' AND NEW.institution_id = (
       SELECT institution_id FROM complaints_lead WHERE id = NEW.lead_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a hearing begins with telling the institution of the lead' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER hearing_begins BEFORE INSERT ON {HEARING}
  FOR EACH ROW EXECUTE FUNCTION portal_hearing_begins();

CREATE FUNCTION portal_heard_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM {HEARING} WHERE lead_id = NEW.lead_id AND stage = 'before'
             AND state IN ('silent', 'heard')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the institution is heard before the finding' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER heard_before BEFORE INSERT ON complaints_leadfinding FOR EACH ROW
  WHEN (NEW.basis = 'pledge') EXECUTE FUNCTION portal_heard_before();

CREATE FUNCTION portal_finding_set_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM {HEARING} h JOIN complaints_leadfinding f ON f.lead_id = h.lead_id
             WHERE h.id = NEW.hearing_id AND f.id = NEW.finding_id AND h.stage = 'after' AND h.state = 'upheld'
               AND h.proposed_by_id = NEW.proposed_by_id AND h.decided_by_id = NEW.by_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a finding is set aside by an objection that two people upheld' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER finding_set_aside BEFORE INSERT ON {ASIDE}
  FOR EACH ROW EXECUTE FUNCTION portal_finding_set_aside();
ALTER TABLE {HEARING} ENABLE ALWAYS TRIGGER keep_hearing;
ALTER TABLE {HEARING} ENABLE ALWAYS TRIGGER hearing_begins;
ALTER TABLE complaints_leadfinding ENABLE ALWAYS TRIGGER heard_before;
ALTER TABLE {ASIDE} ENABLE ALWAYS TRIGGER finding_set_aside;
"""
MADE = (
    (ASIDE, "finding_set_aside"),
    ("complaints_leadfinding", "heard_before"),
    (HEARING, "hearing_begins"),
    (HEARING, "keep_hearing"),
)
BACKWARD = "".join(
    f"DROP TRIGGER {name} ON {table}; DROP FUNCTION portal_{name}();" for table, name in MADE
)
LINKS = (
    (HEARING, "lead_id", "complaints_lead"),
    (HEARING, "institution_id", "members_institution"),
    (HEARING, "letter_id", "association_attachment"),
    (HEARING, "paper_id", "association_attachment"),
    (ASIDE, "finding_id", "complaints_leadfinding"),
    (ASIDE, "hearing_id", HEARING),
)


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0023_appointments_confirmed'),
        ('complaints', '0024_representatives_by_rule'),
        ('members', '0005_membership_walls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LeadHearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('before', '处理前的陈述'), ('after', '处理后的异议')], max_length=6, verbose_name='阶段')),
                ('state', models.CharField(choices=[('serving', '待送达'), ('open', '等待机构'), ('silent', '期满没有提出'), ('heard', '机构已提出'), ('dropped', '不再需要'), ('proposed', '拟支持，待另一位同事确认'), ('upheld', '支持，认定不再作数'), ('rejected', '不支持，认定仍然作数')], default='serving', max_length=8, verbose_name='状态')),
                ('words', models.TextField(verbose_name='告知的内容')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('served_on', models.DateField(null=True, verbose_name='送达日期')),
                ('way', models.CharField(blank=True, choices=[('letter', '邮寄信函'), ('handed', '当面送达'), ('phone', '电话告知'), ('own', '本人已知悉'), ('notice', '账号开通后以站内通知送达')], max_length=10, verbose_name='方式')),
                ('statement', models.TextField(blank=True, verbose_name='机构的意见')),
                ('stated_at', models.DateTimeField(null=True, verbose_name='意见登记时间')),
                ('received_on', models.DateField(null=True, verbose_name='收到的日期')),
                ('method', models.CharField(blank=True, choices=[('account', '登录账号'), ('receipt_code', '查询码'), ('paper', '纸质或当面，由工作人员登记')], max_length=12, verbose_name='提出的方式')),
                ('proposed_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='决定时间')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='决定的理由')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='告知人')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='决定人')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.institution', verbose_name='机构')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hearings', to='complaints.lead', verbose_name='线索')),
                ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='告知书')),
                ('paper', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.attachment', verbose_name='书面意见')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                ('served_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='送达人')),
                ('stated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人或者登记人')),
            ],
            options={
                'verbose_name': '听取机构的意见',
                'verbose_name_plural': '听取机构的意见',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='LeadFindingSetAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('association', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='决定人')),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='set_aside', to='complaints.leadfinding', verbose_name='查实的线索')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                ('hearing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.leadhearing', verbose_name='听取机构的意见')),
            ],
            options={
                'verbose_name': '不再作数的认定',
                'verbose_name_plural': '不再作数的认定',
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='leadhearing',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'serving'])), fields=('association', 'lead'), name='lead_hearing_one_open'),
        ),
        migrations.AddConstraint(
            model_name='leadhearing',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='lead_hearing_words'),
        ),
        migrations.AddConstraint(
            model_name='leadhearing',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['serving', 'dropped']), models.Q(('served_on__isnull', False), models.Q(('way', ''), _negated=True)), _connector='OR'), name='lead_hearing_served'),
        ),
        migrations.AddConstraint(
            model_name='leadhearing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', ''), ('stated_at__isnull', True), ('stated_by__isnull', True)), models.Q(('method__in', ['account', 'paper']), ('stated_at__isnull', False), ('stated_by__isnull', False)), _connector='OR'), name='lead_hearing_stated'),
        ),
        migrations.AddConstraint(
            model_name='leadhearing',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_by__isnull', True), ('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='lead_hearing_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='leadhearing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['upheld', 'rejected']), models.Q(('decision', ''), _negated=True)), models.Q(models.Q(('state__in', ['upheld', 'rejected']), _negated=True), ('decided_by__isnull', True)), _connector='OR'), name='lead_hearing_decided'),
        ),
        migrations.AddConstraint(
            model_name='leadfindingsetaside',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='lead_set_aside_reason'),
        ),
        migrations.AddConstraint(
            model_name='leadfindingsetaside',
            constraint=models.CheckConstraint(condition=models.Q(('by', models.F('proposed_by')), _negated=True), name='lead_set_aside_by_two'),
        ),
        isolate(HEARING),
        isolate(ASIDE),
        *[keep_together(*link) for link in LINKS],
        append_only(ASIDE),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
