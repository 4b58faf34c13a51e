"""FHIR R4: courses as a transaction, protocols as PlanDefinitions, both as plain dictionaries."""
