"""ketasched lays treatment protocols out as dated sessions and exports faithful calendars."""
