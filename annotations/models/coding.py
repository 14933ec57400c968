"""Qualitative coding of comments, done blind between lock and unblinding."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from annotations.models.answers import Comment
from annotations.models.study import Study


class Codebook(models.Model):
    """The codes of one study, ``[{key, meaning}, ...]``, fixed once coding begins."""

    study = models.OneToOneField(Study, models.PROTECT, related_name="codebook")
    codes = models.JSONField()
    written_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"codebook of {self.study_id}"


class CommentCoding(models.Model):
    """What one coder found in one comment; an empty list: none of the codes."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="codings")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    keys = models.JSONField(default=list)
    coded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "coder"], name="coding_once_per_comment_and_coder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coder_id} on {self.comment_id}"
