"""The two providers of the pictures, on loopback: each answers with what it is told to say next."""

from __future__ import annotations

from screenshots import profile, stories

from tests.fixtures.provider_server import ProviderServer, Reply

PACE_S = 0.008
SLOW_S = 0.25  # an answer that is still being written when the picture is taken
WRONG_SECRET = "sk-proj-0000000000000000000000no"


class Stage:
    """`tell` puts the next answers in; each server repeats its last one."""

    def __init__(self) -> None:
        self._openai, self._anthropic = ProviderServer(), ProviderServer()
        self._openai.models = list(profile.OPENAI_MODELS)
        self._anthropic.models = list(profile.ANTHROPIC_MODELS)
        self._openai.keys = {profile.OPENAI_SECRET}
        self._anthropic.keys = {profile.ANTHROPIC_SECRET}
        for server in (self._openai, self._anthropic):
            server.replies = [stories.refusal(500, "Nothing was told to be said.")]
            server.start()

    @property
    def openai_url(self) -> str:
        return f"{self._openai.url}/v1"

    @property
    def anthropic_url(self) -> str:
        return self._anthropic.url

    def tell(self, openai: Reply, anthropic: Reply | None = None) -> None:
        """What is said to the next question."""
        self._openai.replies = [openai]
        self._anthropic.replies = [anthropic or openai]

    def tell_locks(self) -> None:
        self.tell(
            stories.openai_reply(
                stories.LOCKS_GPT, input_tokens=312, output_tokens=105, pace_s=PACE_S
            ),
            stories.anthropic_reply(
                stories.LOCKS_CLAUDE, thinking=stories.LOCKS_THINKING,
                input_tokens=318, output_tokens=310, pace_s=PACE_S,
            ),
        )  # fmt: skip

    def tell_skip_locked(self, pace_s: float = SLOW_S) -> None:
        self.tell(
            stories.openai_reply(
                stories.SKIP_GPT, input_tokens=452, output_tokens=31, pace_s=pace_s
            ),
            stories.anthropic_reply(
                stories.SKIP_CLAUDE, input_tokens=460, output_tokens=40, pace_s=pace_s
            ),
        )

    def stop(self) -> None:
        self._openai.stop()
        self._anthropic.stop()
