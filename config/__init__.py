"""Settings, addresses and the processes that make the portal one running thing."""
