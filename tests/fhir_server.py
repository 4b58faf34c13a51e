"""A FHIR server in memory: transactions with conditional updates, by the rules of R4's RESTful API
(http.html#trules, #cond-update), and nothing else.
"""

import copy
import json
from urllib.parse import parse_qs


class Refused(Exception):
    """The server takes nothing of a transaction, and why."""


class FhirServer:
    """Resources by what they are called (``Appointment/3``), as they were last stored."""

    def __init__(self):
        self.resources = {}
        self.versions = {}

    def post(self, bundle):
        """Take a transaction, all of it or nothing; the names of what was made or changed."""
        assert bundle["resourceType"] == "Bundle"
        assert bundle["type"] == "transaction"
        called = {}
        made = {}
        for entry in bundle["entry"]:
            assert entry["request"]["method"] == "PUT"
            name = self._meant(entry, made)
            if name in called.values():
                raise Refused(f"400: {name} twice")
            if entry["fullUrl"] in called:
                raise Refused(f"400: {entry['fullUrl']} twice")
            called[entry["fullUrl"]] = name
        stored = {
            called[entry["fullUrl"]]: self._resolved(entry["resource"], called)
            for entry in bundle["entry"]
        }
        changed = {name for name, said in stored.items() if self.resources.get(name) != said}
        self.resources |= stored
        for name in changed:
            self.versions[name] = self.versions.get(name, 0) + 1
        return changed

    def search(self):
        """All there is, as a bundle of search results: with ids and meta of the server's own."""
        entries = []
        for name, said in self.resources.items():
            meta = {
                "versionId": str(self.versions[name]),
                "lastUpdated": "2027-01-01T00:00:00.123Z",
            }
            resource = {**said, "id": name.partition("/")[2], "meta": meta}
            entries.append({"fullUrl": f"http://host/fhir/{name}", "resource": resource})
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(entries),
            "entry": entries,
        }

    def _meant(self, entry, made):
        """The resource that a conditional update means: none, then a new one; several, then none."""
        kind, _, query = entry["request"]["url"].partition("?")
        resource = entry["resource"]
        if kind != resource["resourceType"]:
            raise Refused(f"400: {kind} is no {resource['resourceType']}")
        ((key, (token,)),) = parse_qs(query, strict_parsing=True).items()
        assert key == "identifier"
        system, value = token.split("|")
        if {"system": system, "value": value} not in resource["identifier"]:
            raise Refused(f"400: the resource is not what {query} finds")
        there = [
            name
            for name, stored in self.resources.items()
            if name.startswith(f"{kind}/")
            and {"system": system, "value": value} in stored["identifier"]
        ]
        if len(there) > 1:
            raise Refused(f"412: {query} finds {len(there)}")
        if there:
            return there[0]
        name = f"{kind}/{len(self.resources) + len(made) + 1}"
        made[name] = True
        return name

    @staticmethod
    def _resolved(resource, called):
        text = json.dumps(resource)
        for url, name in called.items():
            text = text.replace(f'"{url}"', f'"{name}"')
        if "urn:uuid:" in text:
            raise Refused("400: a reference to nothing in the bundle")
        return copy.deepcopy(json.loads(text))
