"""Consent, own diagnosis, attention, first values; audits and their signature."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from annotations.migrations import _triggers


def install(apps, schema_editor):
    _triggers.install(schema_editor)


def remove(apps, schema_editor):
    _triggers.remove(schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('annotations', '0002_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, install),
        migrations.CreateModel(
            name='Attention',
            fields=[
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='attention', serialize=False, to='annotations.assignment')),
                ('active_s', models.FloatField(default=0)),
                ('first_answer_s', models.FloatField(blank=True, null=True)),
                ('watched', models.JSONField(default=list)),
                ('coverage', models.FloatField(blank=True, null=True)),
                ('film_failures', models.PositiveIntegerField(default=0)),
                ('viewport', models.CharField(blank=True, max_length=40)),
                ('told_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'attention',
            },
        ),
        migrations.CreateModel(
            name='IdentifiabilityAudit',
            fields=[
                ('study', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='identifiability', serialize=False, to='annotations.study')),
                ('report', models.JSONField()),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='OwnDiagnosis',
            fields=[
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='own_diagnosis', serialize=False, to='annotations.assignment')),
                ('label', models.CharField(max_length=40)),
                ('confidence', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('given_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'own diagnoses',
            },
        ),
        migrations.CreateModel(
            name='PresentationReview',
            fields=[
                ('study', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='presentation', serialize=False, to='annotations.study')),
                ('rule', models.CharField(max_length=40)),
                ('raw_sha256', models.CharField(max_length=64)),
                ('shown_sha256', models.CharField(max_length=64)),
                ('n_changed', models.PositiveIntegerField()),
                ('signed_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='invitation',
            name='site',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='rating',
            name='first_value',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='rating',
            name='modality',
            field=models.CharField(blank=True, choices=[('keys', 'keyboard'), ('mouse', 'mouse'), ('touch', 'touch'), ('pen', 'pen'), ('form', 'the whole page at once')], max_length=5),
        ),
        migrations.AddField(
            model_name='seat',
            name='consent_version',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='seat',
            name='consented_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='seat',
            name='instructed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='seat',
            name='practised_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='seat',
            name='site',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('first_value__isnull', True), models.Q(('first_value__gte', 1), ('first_value__lte', 5)), _connector='OR'), name='rating_first_value_1_to_5'),
        ),
        migrations.AddConstraint(
            model_name='attention',
            constraint=models.CheckConstraint(condition=models.Q(('active_s__gte', 0)), name='attention_active_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='attention',
            constraint=models.CheckConstraint(condition=models.Q(('coverage__isnull', True), models.Q(('coverage__gte', 0), ('coverage__lte', 1)), _connector='OR'), name='attention_coverage_0_to_1'),
        ),
        migrations.AddConstraint(
            model_name='owndiagnosis',
            constraint=models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='own_diagnosis_names_a_class'),
        ),
        migrations.AddConstraint(
            model_name='owndiagnosis',
            constraint=models.CheckConstraint(condition=models.Q(('confidence__isnull', True), models.Q(('confidence__gte', 1), ('confidence__lte', 3)), _connector='OR'), name='own_diagnosis_confidence_1_to_3'),
        ),
        migrations.AddField(
            model_name='presentationreview',
            name='signed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(install, remove),
    ]
