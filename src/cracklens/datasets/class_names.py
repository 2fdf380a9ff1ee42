"""The meaning of class names: cracked or not. The order of the names is never used for it."""

import re
import unicodedata
from collections.abc import Iterable

from cracklens.errors import DataError, UsageError, did_you_mean

CRACKED = frozenset(
    """
    positive positives pos crack cracks cracked cracking damage damages damaged defect defects
    defective faulty riss risse rissig gerissen schaden schaeden schadhaft beschaedigt defekt
    fissure fissures fissuree fissurees endommage endommagee defaut defauts grieta grietas agrietado
    agrietada agrietados danado danada dano fisura fisuras fisurado defecto defectos crepa crepe
    fessura fessure fessurato danneggiato difetto scheur scheuren gescheurd beschadigd schade
    rachadura rachaduras trinca trincas fissura fissuras danificado defeito pekniecie pekniecia
    pekniety rysa rysy uszkodzony trhlina trhliny poskozeny cd cw cp nok ng bad
    裂缝 裂纹 开裂 ひび割れ ひび 亀裂 균열 трещина трещины
    """.split()  # noqa: SIM905
)
UNCRACKED = frozenset(
    """
    negative negatives neg uncracked undamaged intact intakt intacte intacto intatto sound healthy
    unbeschaedigt unversehrt sain saine sano sana integro gezond onbeschadigd ud uw up ok good
    gut normal nominal 无裂缝 無裂縫 ひび割れなし ひびなし 亀裂なし 정상
    """.split()  # noqa: SIM905
)
"""Words, and the names in published sets (METU; SDNET2018: D decks, W walls, P pavements)."""
_BINARY = {
    "1": "cracked", "true": "cracked", "yes": "cracked", "ja": "cracked", "oui": "cracked",
    "si": "cracked", "0": "uncracked", "false": "uncracked", "no": "uncracked",
    "nein": "uncracked", "non": "uncracked",
}  # fmt: skip
"""Answers to "is there a crack?"; they count only as the whole name."""
_NEGATIONS = frozenset(
    """
    no non not without free wo kein keine keinen ohne nicht frei freie sans pas aucun
    aucune sin ningun ninguna senza nessun nessuna geen zonder niet sem nao bez brak zero none nil
    null 无 無 非 没有 なし 無し 없음 нет без
    """.split()  # noqa: SIM905
)
_PREFIXES = _NEGATIONS | {"un", "in"}
"""Negations before a word; "un" and "in" count only as prefixes."""
_WITH = ("with", "mit", "avec", "con", "有", "あり")
_FILLERS = frozenset(
    """
    class classe klasse clase label image images img imgs picture pictures photo photos tile tiles
    patch patches bild bilder sample samples with mit avec con com met z s the a an of de d la le
    del any visible concrete beton hormigon surface present presence detected has have is area
    areas region regions wall walls deck decks pavement pavements bridge folder data set
    """.split()  # noqa: SIM905
)


def meaning(name: str) -> str | None:
    """Return "cracked" or "uncracked" if a class name is known to mean that, else None.

    >>> meaning("Positive"), meaning("Non-cracked"), meaning("spalling")
    ('cracked', 'uncracked', None)
    """
    words = _words(name)
    joined = "".join(words)
    if joined in _BINARY:
        return _BINARY[joined]
    if words and words[0].isdigit():  # a number in front orders the folders
        words = words[1:]
    words = [word for word in words if word not in _FILLERS]
    if not words:
        return None
    meanings = [_word_meaning(word) for word in words]
    if None in meanings:
        whole = _word_meaning("".join(words))
        return whole if whole in {"cracked", "uncracked"} else None
    negations, others = meanings.count("not"), [each for each in meanings if each != "not"]
    if len(set(others)) != 1 or negations > 1:
        return None
    if negations:
        return "uncracked" if others[0] == "cracked" else None
    return others[0]


def is_binary(name: str) -> bool:
    """Tell whether a name has a meaning only together with its opposite: 0 and 1, yes and no.

    >>> is_binary("1"), is_binary("No"), is_binary("cracked")
    (True, True, False)
    """
    return "".join(_words(name)) in _BINARY


def _word_meaning(word: str) -> str | None:
    """Return the meaning of one word: "cracked", "uncracked", "not" for a negation, else None."""
    if word in _NEGATIONS:
        return "not"
    if word in CRACKED:
        return "cracked"
    if word in UNCRACKED:
        return "uncracked"
    for negation in _PREFIXES:  # written as one word: nocrack, crackfree, rissfrei
        for rest in (word.removeprefix(negation), word.removesuffix(negation)):
            if rest != word and rest in CRACKED and len(rest) > 2:  # noqa: PLR2004
                return "uncracked"
    stems = [word.removeprefix(each).removesuffix(each) for each in _WITH]
    return "cracked" if any(stem != word and stem in CRACKED for stem in stems) else None


def _words(name: str) -> list[str]:
    """Split a name into words: at other characters than letters and digits, and at capitals.

    >>> _words("withoutCrack"), _words("Beschädigt_1")
    (['without', 'crack'], ['beschaedigt', '1'])
    """
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = unicodedata.normalize("NFC", name)
        name = name.replace(letter, plain).replace(letter.upper(), plain)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not "\u0300" <= c <= "\u036f")
    text = unicodedata.normalize("NFC", bare).casefold()
    return [word for word in re.split(r"[\W_]+|(?<=[^\W\d])(?=\d)", text) if word]


def positive_class(classes: tuple[str, ...], chosen: str | None = None) -> str | None:
    """Return the class that means a crack: `chosen`, or the one of two with such a name.

    Returns None for more than two classes if `chosen` is None.

    Raises:
        DataError: `chosen` is not among the classes.
        UsageError: the names of two classes do not show which of them means a crack.
    """
    if chosen is not None:
        if chosen not in classes:
            raise DataError(f"--positive {chosen!r} is no class: {did_you_mean(chosen, classes)}")
        return chosen
    if len(classes) != 2:  # noqa: PLR2004
        return None
    cracked = [name for name in classes if meaning(name) == "cracked"]
    if len(cracked) == 1:
        return cracked[0]
    why = "both names do" if cracked else "neither name does"
    raise UsageError(
        f"which of the classes {classes[0]!r} and {classes[1]!r} means a crack? As far as is known "
        f"{why}: name it, such as --positive {_quoted(classes[-1])}"
    )


def _quoted(name: str) -> str:
    return f"'{name}'" if re.search(r"[^\w.-]", name) else name


def match_classes(
    ours: tuple[str, ...], theirs: tuple[str, ...], positive: str | None = None
) -> dict[str, str]:
    """Map class names of a data set to those of a model, for names of known meaning.

    Args:
        ours: classes of the data set.
        theirs: classes of the model.
        positive: the class of the model that means a crack, if its card states it.

    >>> match_classes(("CD", "UD"), ("Negative", "Positive"))
    {'CD': 'Positive', 'UD': 'Negative'}
    """
    known = _unique(theirs)
    if positive is not None and len(theirs) == 2:  # noqa: PLR2004
        other = next(name for name in theirs if name != positive)
        known = {"cracked": positive, "uncracked": other}
    return {
        name: known[found]
        for name in ours
        if name not in theirs and (found := meaning(name)) is not None and found in known
    }


def _unique(names: Iterable[str]) -> dict[str, str]:
    """Return the name for each meaning; meanings of several names are left out."""
    by_meaning: dict[str, list[str]] = {}
    for name in names:
        if found := meaning(name):
            by_meaning.setdefault(found, []).append(name)
    return {found: each[0] for found, each in by_meaning.items() if len(each) == 1}
