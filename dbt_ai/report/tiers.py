"""What each step of the cascade was asked, in words: what it tried, what the checks made of it, what it cost."""

from __future__ import annotations

from dbt_ai.values import TierTotals


def tier_name(tier: TierTotals) -> str:
    """Who was asked.

    >>> tier_name(TierTotals("reasoning", "gpt-6-luna"))
    'reasoning (gpt-6-luna)'
    """
    return tier.name if tier.model is None else f"{tier.name} ({tier.model})"


def tier_sentence(tier: TierTotals) -> str:
    """What became of its answers, and what they cost.

    >>> tier_sentence(TierTotals("derived", tried=57, accepted=57))
    '57 of 57 accepted'
    >>> tier_sentence(TierTotals("student", "qwen", (("low", 2),), 9, 6, 2, 1, 3, 1, 1, 4000, 300, 0, None))
    '6 of 9 accepted, 2 refuted, 1 silent; 3 questions (1 from the cache, 1 failed; low 2): 4,000 tokens in, 300 out'
    """
    parts = [f"{tier.accepted:,} of {tier.tried:,} accepted"]
    parts += [f"{count:,} {word}" for word, count in (("refuted", tier.refuted), ("silent", tier.silent)) if count]
    found = ", ".join(parts)
    if tier.model is None:
        return found
    told = [f"{tier.from_cache:,} from the cache"] if tier.from_cache else []
    told += [f"{tier.failed:,} failed"] if tier.failed else []
    efforts = ", ".join(f"{effort} {count:,}" for effort, count in tier.efforts)
    about = "; ".join(part for part in (", ".join(told), efforts) if part)
    found += f"; {tier.requests:,} {'question' if tier.requests == 1 else 'questions'}{f' ({about})' if about else ''}"
    if not tier.input_tokens and not tier.output_tokens:
        return found
    found += f": {tier.input_tokens:,} tokens in, {tier.output_tokens:,} out"
    found += f" ({tier.reasoning_tokens:,} of them thinking)" if tier.reasoning_tokens else ""
    return found + (f", {dollars(tier.usd)}" if tier.usd is not None else "")


def dollars(usd: float) -> str:
    """An amount as a person reads it: to the cent, and to two digits where there are less than ten.

    >>> dollars(12.3456), dollars(0.0423), dollars(0.000123), dollars(0.0)
    ('$12.35', '$0.042', '$0.00012', '$0')
    """
    if usd == 0:
        return "$0"
    return f"${usd:,.2f}" if usd >= 0.1 else f"${usd:.2g}" if usd >= 0.0001 else f"${usd:.5f}"
