"""Values as both sides of the comparison write them. Needs only the standard library."""
import math


def plain(value):
    """A value for json.dumps; numbers that JSON has no words for are null, as assay writes them."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value
