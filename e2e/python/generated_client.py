"""A selection through a client that a third-party generator made from the service's own description.

    python generated_client.py PACKAGE URL KEY    PACKAGE is on PYTHONPATH

Names of modules and classes are the generator's; an operation is found by what it requests.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import typing
import uuid


def main(name: str, url: str, key: str) -> None:
    package = importlib.import_module(name)
    client = package.AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True)
    asked = {"user_id": f"generated-{uuid.uuid4()}", "input_text": "build api"}
    shown = call(package, client, "/v1/hypothesize", asked)
    selection = {"interaction_id": shown["interaction_id"], "hypothesis_id": shown["hypotheses"][0]["id"]}
    executed = call(package, client, "/v1/execute", {**asked, **selection})
    print(executed["interaction_id"], executed["enriched_prompt"])


def call(package: typing.Any, client: typing.Any, path: str, body: object) -> typing.Any:
    operation = find_operation(package, path)
    kind = typing.get_type_hints(operation.sync_detailed)["body"]
    # A body that may be left out is of this or of no type.
    (model,) = [one for one in (typing.get_args(kind) or (kind,)) if hasattr(one, "from_dict")]
    response = operation.sync_detailed(client=client, body=model.from_dict(body))
    return response.parsed.to_dict()


def find_operation(package: typing.Any, path: str) -> typing.Any:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        found = importlib.import_module(module.name)
        if hasattr(found, "_get_kwargs") and f'"url": "{path}"' in inspect.getsource(found._get_kwargs):
            return found
    raise LookupError(f"The generated client has no operation for {path}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
