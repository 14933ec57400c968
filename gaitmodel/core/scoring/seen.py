"""What a table says about subjects that a system was trained on."""


def seen_sentence(title: str, seen: int) -> str:
    """Says that ``seen`` subjects of a split were used to train or select it."""
    return (
        f"{title} was trained or chosen on {seen} of these subjects: its numbers are no "
        "estimate for others."
    )
