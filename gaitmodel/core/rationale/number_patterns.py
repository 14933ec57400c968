"""Patterns of phrases around a number that give its side, kind and meaning."""

from __future__ import annotations

import re
from typing import Final

JOINED: Final = re.compile(
    r"\s*\(?(?:n\s*=?\s*\d+)?\)?\s*(?:,|/|and|,\s*and|vs\.?|versus|to|-|–|"
    r",?\s*compared\s+(?:to|with)|&)\s*",
    re.IGNORECASE,
)
AGAINST: Final = re.compile(r"vs|versus|compared", re.IGNORECASE)
SPAN: Final = re.compile(r"\s*(?:-|–|to)\s*", re.IGNORECASE)
SIDES_JOINED: Final = re.compile(
    r"\s*(?:(?:leg|foot|limb|side)s?\s*)?(?:and|,|/|or|&|vs\.?)\s*(?:the\s+)?",
    re.IGNORECASE,
)
SIDE_BEHIND: Final = re.compile(
    r"\s*(?:\(\s*|(?P<comma>,)?\s*(?:on|for|in|at|of|from|with)\s+(?:the\s+)?)(?P<side>left|right|[LR]\b)"
    # After a comma, a side with a number of its own begins the next part.
    r"(?(comma)(?!\s*(?:side|leg|foot|limb)?\s*(?:it\s+)?(?:is|was|at|with|[:=])?\s*(?:only|about|around|~)?\s*\d))",
    re.IGNORECASE,
)
BARE_SIDE_BEHIND: Final = re.compile(
    r"\s+(?P<side>left|right)(?=\s*(?:[,;.)/&]|(?:and|or|versus|vs|compared)\b|$))",
    re.IGNORECASE,
)
RESPECTIVELY: Final = re.compile(r"[^;.]{0,20}\brespectively\b", re.IGNORECASE)
TWO_SIDES_BEHIND: Final = re.compile(
    r"\s*,?\s*\(?(?:on|for|in|at|of)?\s*(?:the\s+)?(?P<first>left|right|[LR]\b)\s*(?:and|,|/|vs\.?)\s*"
    r"(?:the\s+)?(?P<second>left|right|[LR]\b)",
    re.IGNORECASE,
)
REFERENCE: Final = re.compile(
    r"\b(?:normal|typical|reference|expected|healthy|usual|normative|average\s+adult)\s+"
    r"(?:adult\s+|walking\s+|gait\s+)*(?:range|values?|limits?|cadence|swing|adults?|of|is|being|to\s+be|around|about|"
    r"approximately|percentage|population|walkers?)\b[^;.]{0,30}$|\b(?:norm|normal|typically|normally|usually)\s*"
    r"(?:is|of|about|around|:|~|\()?\s*(?:about|around|~)?\s*$",
    re.IGNORECASE,
)
OWN: Final = re.compile(
    r"\b(?:has|have|had|with(?!\s+\w+\s*$)|show(?:s|ed|ing)?|exhibit(?:s|ed|ing)?|demonstrat(?:es?|ed|ing)|"
    r"display(?:s|ed|ing)?|maintain(?:s|ed|ing)?|is|was|remain(?:s|ed)?)\s+(?:an?\s+)?(?:\w+ly\s+)?"
    r"(?:normal|typical|usual|healthy)\b(?!\s+(?:values?|being|is|of|about|around|approximately)\b)[^;.]{0,30}$",
    re.IGNORECASE,
)
"""Called normal, but about this person: "has a normal cadence of 110"."""
OTHERS: Final = re.compile(
    r"\b(?:adults?|people|persons|individuals|subjects|population|walkers|range|limits?|than|compared|what|"
    r"in\s+(?:normal|healthy|typical)\s+(?:gait|walking|locomotion)|(?:normal|healthy|typical)\s+"
    r"(?:gait|walking|walks?|walker|person|individual|subject)\s+(?:has|had|is|shows?|exhibits?|displays?))\b",
    re.IGNORECASE,
)
LOWER: Final = re.compile(
    r"(?:\b(?:over|above|more\s+than|greater\s+than|higher\s+than|longer\s+than|at\s+least|exceed\w*|beyond)|[>≥])\s*(?:only\s+)?$",
    re.IGNORECASE,
)
UPPER: Final = re.compile(
    r"(?:\b(?:under|below|less\s+than|lower\s+than|shorter\s+than|fewer\s+than|at\s+most|up\s+to|smaller\s+than)|[<≤])\s*(?:only\s+)?$",
    re.IGNORECASE,
)
ABOUT: Final = re.compile(
    r"(?:\b(?:about|approximately|around|roughly|nearly|almost|close\s+to|approx\.?)|~|≈)\s*$",
    re.IGNORECASE,
)
DIFFERENCE: Final = re.compile(
    r"\b(?:differences?|differ(?:s|ing|ed)?|asymmetry|discrepancy|gap)\b(?:(?:\s+\w+){0,4}?|\s+between(?:\s+\w+){1,7}?)\s*"
    r"(?:\(|of|by|is|was|:|=|,)?\s*(?:only|about|approximately|around|just|~)?\s*$",
    re.IGNORECASE,
)
DIFFERENCE_BEHIND: Final = re.compile(
    r"\s*(?:(?:step|stride|timing|time)\s+){0,2}(?:difference|asymmetry|longer|shorter|greater|smaller|higher|lower|more|less)\b(?!\s+than\s+\d)",
    re.IGNORECASE,
)
NOT_BEFORE: Final = re.compile(r"\b(?:no|not|never|nor|n['’]t)\s+$", re.IGNORECASE)
DENIED_VALUE: Final = re.compile(
    r"(?:\b(?:not|never)|n['’]t)\s+(?:(?:at|of|exactly|about|around|between)\s+)?$",
    re.IGNORECASE,
)
AT_EVENT: Final = re.compile(
    r"\bat\s+(?:the\s+)?(?:(?:moment|time|instant|point)\s+of\s+)?(?:(?:left|right|each|every)\s+)?"
    r"(?:initial\s+(?:foot\s+)?contact|(?:heel|foot)[-\s]*(?:strikes?|contacts?)|toe[-\s]*offs?|touch[-\s]*down)\b"
    r"|\b(?P<phase>(?:at|in|during|through(?:out)?)\s+(?:the\s+)?(?:(?:early|mid)[-\s]*stance|loading\s+response))\b",
    re.IGNORECASE,
)
"""An angle at one event, or in a part of stance; peaks and ranges do not cover it."""
PEAK: Final = re.compile(
    r"\b(?:peak(?:s|ed|ing)?|maxim(?:um|al(?:ly)?)|range|excursion)\b", re.IGNORECASE
)
BACKWARD: Final = re.compile(r"\b(?:backwards?|posterior(?:ly)?)\b", re.IGNORECASE)
PART_END: Final = re.compile(r"[,;.)]|\d|$")
BETWEEN: Final = re.compile(r"\b(?:between|from)\s*$", re.IGNORECASE)
FILLER: Final = re.compile(
    r"\s*(?:(?:of|in|for|the|a|an|left|right|mean|average|peak|maximum|total|gait|cycle|stride|each|time|spent|"
    r"both|phase|its|his|her|their|detected|recorded)\b\s*)*",
    re.IGNORECASE,
)
