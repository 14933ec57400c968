"""An index of the few events that a study's page lists, of a log of thousands."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotations', '0004_comment_coding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('kind__in', ('case_cannot_be_judged', 'case_reopened', 'case_unblinded', 'consent_withdrawn', 'seat_reissued'))), fields=['study', 'sequence'], name='event_unforeseen'),
        ),
    ]
