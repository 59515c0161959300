"""The areas that public functions are in, in the order of the plan."""

AREAS = {
    "knowledge": "what reviews happened and what they found",
    "telemetry": "what running the agent cost",
    "learning": "what the team taught it",
    "search": "how anything is found",
}
