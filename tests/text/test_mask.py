"""What is masked and what a person must be able to read."""

from __future__ import annotations

import pytest

from nebtui.text.mask import MASK, mask, mask_env


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD=hunter2",
        "  POSTGRES_PASSWORD: hunter2",
        '"api_key": "hunter2"',
        "postgres://me:hunter2@db/x",
        "--token=hunter2",
        'DB_PASSWORD: "hunter2${"',
        "OPENAI_KEY=hunter2",
        "SENTRY_DSN=hunter2",
        "PGPASSPHRASE: hunter2",
        'test: ["CMD", "redis-cli", "-a", "hunter2", "ping"]',
        "redis-cli -a hunter2 ping",
        "command: redis-server --requirepass hunter2",
        'command: ["redis-server", "--requirepass", "hunter2"]',
        "curl -H 'Authorization: Bearer hunter2hunter2' http://x",
        "- traefik.http.middlewares.a.basicauth.users=hunter2",
        "REDIS_AUTH=hunter2",
        "key: sk-hunter2hunter2hunter2",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    """Values of variables named like secrets, and passwords of URLs, do not appear."""
    assert "hunter2" not in mask(text)
    assert MASK in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "tokenizer: x",
        "command: mysqld --authentication-policy x",
        "test: curl -a http://x",
        "KEYS=a",
        "- ./m/secret:/run/secret:ro",
        "PASSWORD: ${PASSWORD:?}",
        "image: vault/secret-store:1",
    ],
)
def test_the_rest_stays_readable(text: str) -> None:
    """Mounts, images and references to variables are what a person approves: they are shown."""
    assert mask(text) == text


def test_env_files_show_ids_only() -> None:
    """Of an env file's values only user and group ids are shown."""
    assert mask_env("TAG=1.2") == f"TAG={MASK}"
    assert mask_env("HOST_UID=999") == "HOST_UID=999"
