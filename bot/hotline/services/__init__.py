"""The service plan of a case: services that the law names, appointments, ceilings."""
