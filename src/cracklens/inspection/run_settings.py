"""The settings and photographs of a run, and whether those of an earlier run are the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cracklens.errors import OutputError
from cracklens.inspection.config import REGRADABLE
from cracklens.inspection.inputs import Inputs, readable
from cracklens.models.folder import NETWORK
from cracklens.record.schema import Inspection, ModelRecord

_DECIDES_NOTHING = {"workers", "model"}
"""The number of threads; and the model's name or path, since the hash of its network stands for it.
"""


def run_of(
    version: str, configuration: Mapping[str, Any], model: ModelRecord, inputs: Inputs
) -> dict[str, Any]:
    """Return all that decides what an inspection finds, as JSON values.

    Args:
        version: of cracklens; first, since `cracklens.files.is_inspection` looks for it there.
        configuration: every setting of the run.
        model: the model.
        inputs: the photographs.
    """
    names = [inputs.name(index) for index in range(len(inputs.paths))]
    return _run(version, configuration, model, readable(str(inputs.root)), names)


def finished_run(inspection: Inspection) -> dict[str, Any]:
    """Return the same of an inspection that is finished; the order of its photographs is lost."""
    names = [photo.path for photo in inspection.photographs if photo.gone is None]
    names += [failed.path for failed in inspection.failed]
    names += [copy.path for copy in inspection.copies]
    return _run(
        inspection.cracklens_version,
        inspection.configuration,
        inspection.model,
        inspection.root,
        names,
    )


def require_same(output: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to continue an inspection that has other settings or photographs.

    Raises:
        OutputError: names what differs.
    """
    require_same_settings(output, before, now)
    if (before["root"], before["photographs"]) != (now["root"], now["photographs"]):
        gone = len(set(before["photographs"]) - set(now["photographs"]))
        added = len(set(now["photographs"]) - set(before["photographs"]))
        raise OutputError(
            f"the inspection in {output} was begun with other photographs, below {before['root']} "
            f"({added:,} are new, {gone:,} are gone): name the same photographs in the same order, "
            "use --add to take in new ones, or begin anew with --overwrite"
        )


def require_same_settings(output: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to continue an inspection that has other settings.

    Raises:
        OutputError: names what differs.
    """
    old, new = before["settings"], now["settings"]
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    if changed:
        shown = "; ".join(f"{key} was {old.get(key)}, now {new.get(key)}" for key in changed)
        again = set(changed) <= {*REGRADABLE, *(f"{name}_sha256" for name in REGRADABLE)}
        way = (
            "give the same settings, change the inspection first with cracklens regrade"
            if again
            else "give the same settings"
        )
        raise OutputError(
            f"the inspection in {output} was begun with other settings ({shown}): {way}, or begin "
            "anew with --overwrite"
        )


def _run(
    version: str, configuration: Mapping[str, Any], model: ModelRecord, root: str, names: list[str]
) -> dict[str, Any]:
    chosen = {key: value for key, value in configuration.items() if key not in _DECIDES_NOTHING}
    return {
        "cracklens_version": version,
        "settings": {
            "cracklens_version": version,
            **chosen,
            "network": model.network_sha256,
            **_other_networks(model),
            "engine": model.engine,
            "precision": model.precision,
        },
        "root": root,
        "photographs": names,
    }


def _other_networks(model: ModelRecord) -> dict[str, str]:
    """Return the hashes of the networks beside the first one, such as that of a verifier."""
    files: Mapping[str, str] = model.card.get("files", {})
    return {
        name: digest for name, digest in files.items()
        if name.endswith(".onnx") and name != NETWORK
    }  # fmt: skip
