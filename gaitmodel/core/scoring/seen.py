"""What a table says of subjects on whom a system was trained."""


def seen_sentence(title: str, seen: int) -> str:
    """``seen`` of the subjects of a split: trained on, or the epoch chosen by them."""
    return (
        f"{title} was trained or chosen on {seen} of these subjects: its numbers are no "
        "estimate for others."
    )
