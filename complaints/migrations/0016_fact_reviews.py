"""某项事实不再作数 by two people; a lead that staff find in a complaint."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from association.migration_ops import isolate, keep_together

TABLE = "complaints_factreview"
CHANGES = "'m:state', 'm:decided_by_id', 'm:decided_at', 'm:decision'"
# A decision is made once, and what a lead was found in is settled with its submission.
FORWARD = f"""
CREATE FUNCTION portal_fact_review_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a review is decided once' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER keep_factreview BEFORE UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION portal_keep_of_complaint({CHANGES});
CREATE TRIGGER fact_review_decided BEFORE UPDATE ON {TABLE}
  FOR EACH ROW WHEN (OLD.state <> 'asked') EXECUTE FUNCTION portal_fact_review_decided();
CREATE FUNCTION portal_lead_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'where a lead was found is settled' USING ERRCODE = '23514';
END$$;
CREATE TRIGGER lead_source BEFORE UPDATE ON complaints_lead FOR EACH ROW
  WHEN (OLD.state <> 'draft' AND OLD.from_complaint_id IS DISTINCT FROM NEW.from_complaint_id)
  EXECUTE FUNCTION portal_lead_source();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER keep_factreview;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER fact_review_decided;
ALTER TABLE complaints_lead ENABLE ALWAYS TRIGGER lead_source;
"""
BACKWARD = f"""
DROP TRIGGER lead_source ON complaints_lead;
DROP FUNCTION portal_lead_source();
DROP TRIGGER fact_review_decided ON {TABLE};
DROP TRIGGER keep_factreview ON {TABLE};
DROP FUNCTION portal_fact_review_decided();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('association', '0019_names_here'),
        ('complaints', '0015_earlier_payments'),
        ('members', '0003_by_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FactReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('asked_at', models.DateTimeField(verbose_name='提议时间')),
                ('state', models.CharField(choices=[('asked', '待复核'), ('granted', '同意，不再作数'), ('refused', '不同意，仍然作数')], default='asked', max_length=8, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='复核意见')),
            ],
            options={
                'verbose_name': '事实的复核',
                'verbose_name_plural': '事实的复核',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='lead',
            name='from_complaint',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.complaint', verbose_name='来自投诉'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['screened', 'submitted', 'verifying'])), fields=('association', 'from_complaint'), name='lead_open_of_complaint_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('from_complaint__isnull', True), models.Q(('is_anonymous', True), ('receipt_key__isnull', True)), _connector='OR'), name='lead_of_complaint_is_nameless'),
        ),
        migrations.AddField(
            model_name='factreview',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提议人'),
        ),
        migrations.AddField(
            model_name='factreview',
            name='association',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='association.association'),
        ),
        migrations.AddField(
            model_name='factreview',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.complaint', verbose_name='投诉'),
        ),
        migrations.AddField(
            model_name='factreview',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人'),
        ),
        migrations.AddField(
            model_name='factreview',
            name='fact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='complaints.fact', verbose_name='事实'),
        ),
        migrations.AddConstraint(
            model_name='factreview',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('association', 'fact'), name='fact_review_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='factreview',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='fact_review_reason'),
        ),
        migrations.AddConstraint(
            model_name='factreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'asked')), models.Q(('state__in', ['granted', 'refused']), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='fact_review_decided'),
        ),
        migrations.AddConstraint(
            model_name='factreview',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='fact_review_by_another'),
        ),
        isolate(TABLE),
        keep_together(TABLE, "complaint_id", "complaints_complaint"),
        keep_together(TABLE, "fact_id", "complaints_fact"),
        keep_together("complaints_lead", "from_complaint_id", "complaints_complaint"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
