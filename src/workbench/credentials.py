"""What of a connection is secret: the names of the arguments and settings whose values nobody may read."""

from __future__ import annotations

SECRETS = frozenset(
    "password passcode token private_key private_key_passphrase private_key_file_pwd oauth_client_secret "
    "session_token master_token id_token mfa_token".split()
)
