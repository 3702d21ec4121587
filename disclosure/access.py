"""Who may do what with what is published. An empty set: nobody by choice, only the portal by rule or its operator by command."""

from association.choices import Role

MAY: dict[str, frozenset[Role]] = {
    "retract_payload": frozenset(),
    "publish_open_data": frozenset(),
    "choose_licence": frozenset(),
}
