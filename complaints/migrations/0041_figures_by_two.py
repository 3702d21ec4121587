"""更正 of a year's fixed figures: asked for by one person, decided by another; every version follows the one before it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

PROPOSAL, FIGURES = "complaints_figuresproposal", "complaints_yearfigures"
KEPT = "ARRAY['state', 'decided_by_id', 'decided_at']"
FORWARD = f"""
CREATE FUNCTION portal_keep_figures_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'waiting' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a correction of figures begins as one that waits' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND NEW.state <> 'waiting'
     AND to_jsonb(NEW) - {KEPT} = to_jsonb(OLD) - {KEPT} THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_figures_proposal BEFORE INSERT OR UPDATE OR DELETE ON {PROPOSAL}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_figures_proposal();
CREATE TRIGGER keep_figures_proposals BEFORE TRUNCATE ON {PROPOSAL}
  FOR EACH STATEMENT EXECUTE FUNCTION portal_deny_change();
ALTER TABLE {PROPOSAL} ENABLE ALWAYS TRIGGER keep_figures_proposal;
ALTER TABLE {PROPOSAL} ENABLE ALWAYS TRIGGER keep_figures_proposals;

CREATE FUNCTION portal_figures_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  standing int;
BEGIN
  SELECT max(version) INTO standing FROM {FIGURES}
  WHERE association_id = NEW.association_id AND year = NEW.year;
  IF NEW.version <> coalesce(standing, 0) + 1 THEN
    RAISE EXCEPTION 'version % of the figures of % does not follow', NEW.version, NEW.year USING ERRCODE = '23514';
  END IF;
  IF NEW.proposal_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {PROPOSAL} decided
    WHERE decided.id = NEW.proposal_id AND decided.association_id = NEW.association_id
      AND decided.state = 'confirmed' AND decided.year = NEW.year AND decided.replaces = NEW.version - 1
      AND decided.cut_off = NEW.cut_off AND decided.query = NEW.query AND decided.reason = NEW.reason
      AND decided.counts = NEW.counts AND decided.figures = NEW.figures AND decided.untold = NEW.untold
      AND decided.proposed_by_id = NEW.proposed_by_id AND decided.decided_by_id = NEW.confirmed_by_id)
  THEN
    RAISE EXCEPTION 'the figures of % are not those that two people decided on', NEW.year USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END$$;
CREATE TRIGGER figures_follow BEFORE INSERT ON {FIGURES}
  FOR EACH ROW EXECUTE FUNCTION portal_figures_follow();
ALTER TABLE {FIGURES} ENABLE ALWAYS TRIGGER figures_follow;
"""
BACKWARD = f"""
DROP TRIGGER figures_follow ON {FIGURES};
DROP FUNCTION portal_figures_follow();
DROP TRIGGER keep_figures_proposals ON {PROPOSAL};
DROP TRIGGER keep_figures_proposal ON {PROPOSAL};
DROP FUNCTION portal_keep_figures_proposal();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0030_peoples_committee'),
        ('complaints', '0040_lead_anchors_confirmed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FiguresProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('cut_off', models.DateField(verbose_name='截止日')),
                ('query', models.CharField(max_length=60, verbose_name='统计口径')),
                ('counts', models.JSONField(verbose_name='原始计数')),
                ('figures', models.JSONField(verbose_name='公布的数字')),
                ('untold', models.JSONField(verbose_name='隐去的数字')),
                ('replaces', models.PositiveSmallIntegerField(verbose_name='所更正的版本')),
                ('reason', models.CharField(max_length=400, verbose_name='理由')),
                ('touched', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='涉及的机构')),
                ('state', models.CharField(choices=[('waiting', '待确认'), ('confirmed', '已公布'), ('declined', '不予公布'), ('withdrawn', '已撤回')], default='waiting', editable=False, max_length=10, verbose_name='状态')),
                ('proposed_at', models.DateTimeField(verbose_name='提出时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='确认时间')),
            ],
            options={
                'verbose_name': '年度统计的更正',
                'verbose_name_plural': '年度统计的更正',
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='yearfigures',
            name='year_figures_corrected_by_two',
        ),
        migrations.AddField(
            model_name='yearfigures',
            name='untold',
            field=models.JSONField(null=True, verbose_name='隐去的数字'),
        ),
        migrations.AddField(
            model_name='figuresproposal',
            name='association',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association'),
        ),
        migrations.AddField(
            model_name='figuresproposal',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人'),
        ),
        migrations.AddField(
            model_name='figuresproposal',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人'),
        ),
        migrations.AddField(
            model_name='yearfigures',
            name='proposal',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.figuresproposal', verbose_name='更正'),
        ),
        migrations.AddConstraint(
            model_name='yearfigures',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', True), ('proposal__isnull', True), ('proposed_by__isnull', True), ('reason', ''), ('version', 1)), models.Q(('confirmed_by__isnull', False), ('proposal__isnull', False), ('proposed_by__isnull', False), ('version__gte', 1), models.Q(('reason', ''), _negated=True), models.Q(('proposed_by', models.F('confirmed_by')), _negated=True)), _connector='OR'), name='year_figures_by_rule_or_two'),
        ),
        migrations.AddConstraint(
            model_name='figuresproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('association', 'year'), name='figures_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='figuresproposal',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'confirmed', 'declined', 'withdrawn'])), name='figures_proposal_state_known'),
        ),
        migrations.AddConstraint(
            model_name='figuresproposal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='figures_proposal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='figuresproposal',
            constraint=models.CheckConstraint(condition=models.Q(('cut_off__year__gt', models.F('year'))), name='figures_proposal_over'),
        ),
        migrations.AddConstraint(
            model_name='figuresproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='figures_proposal_decided'),
        ),
        migrations.AddConstraint(
            model_name='figuresproposal',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'waiting'), models.Q(('state__in', ['confirmed', 'declined']), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), models.Q(('state', 'withdrawn'), ('decided_by', models.F('proposed_by'))), _connector='OR'), name='figures_proposal_by_two'),
        ),
        isolate(PROPOSAL),
        keep_together(FIGURES, "proposal_id", PROPOSAL),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
