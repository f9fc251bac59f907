"""What the service answers, and what it takes beside plain texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional, TypedDict


class _CandidateText(TypedDict):
    text: str


class Candidate(_CandidateText, total=False):
    """A hypothesis of your own, where more than its text is known.

    ``text`` is shown and ranked, ``description`` is shown below it and helps the ranking, and ``value`` is yours: any
    JSON of at most 4 KiB, which comes back with the hypothesis.
    """

    description: str
    value: Any


@dataclass(frozen=True)
class Hypothesis:
    """One guess of what the user means."""

    id: str
    #: The text to show.
    question: str
    rationale: str
    #: The chance that the user selects it, from 0 to 1.
    confidence: float
    #: As the candidate had it.
    description: Optional[str] = None
    #: As the candidate had it.
    value: Any = None


@dataclass(frozen=True)
class UserContext:
    """What was known of the user when the hypotheses were made."""

    persona_facets: dict[str, float]
    interaction_count: int
    recent_goals: list[str]
    #: What the user likes and uses.
    preferences: list[str]
    #: What the user avoids.
    dislikes: Optional[list[str]] = None


@dataclass(frozen=True)
class HypothesizeResponse:
    interaction_id: str
    #: Best first.
    hypotheses: list[Hypothesis]
    #: The chance that the user selects none of these; adds up to 1 with the confidences.
    none_confidence: float
    #: Whether the recommended hypothesis is sure enough to go on without asking the user.
    auto_advance: bool
    recommended_id: str
    #: Who wrote the hypotheses: a model, ``rules`` or ``candidates``.
    model_id: str
    context: UserContext


@dataclass(frozen=True)
class ExecuteResponse:
    interaction_id: str
    #: The same for every repetition of the call.
    event_id: str
    #: For your model: the request, what the user meant, and what of the user's memories matters.
    enriched_prompt: str
    tokens_estimate: int
    #: Tokens of the prompt by kind of memory: ``goal``, ``pref``, ``history``.
    context_breakdown: dict[str, int]


@dataclass(frozen=True)
class FeedbackResponse:
    event_id: str


@dataclass(frozen=True)
class ShownHypothesis:
    """A hypothesis as it was shown, with how it was ranked."""

    id: str
    question: str
    rationale: str
    confidence: float
    raw_confidence: float
    #: From 1.
    position: int
    #: Only differences within one interaction mean something.
    score: float
    #: The probability that it got this position.
    propensity: float
    #: By name; the score is their weighted sum.
    features: dict[str, float]
    reasons: Optional[list[str]] = None
    description: Optional[str] = None
    value: Any = None


@dataclass(frozen=True)
class LearnedMemory:
    memory_id: str
    #: ``goal``, ``preference`` or ``history``.
    type: str
    content: str
    confidence: float


@dataclass(frozen=True)
class TrainingLogLearning:
    #: ``pending``, ``learned`` or ``dead_lettered``; the same for the others.
    status: str
    error: Optional[str] = None


@dataclass(frozen=True)
class MemoryLearning:
    status: str
    memories: list[LearnedMemory]
    error: Optional[str] = None


@dataclass(frozen=True)
class PersonaLearning:
    status: str
    error: Optional[str] = None
    facet_deltas: Optional[dict[str, float]] = None
    new_facets: Optional[dict[str, float]] = None
    #: A model, or ``rules``.
    decided_by: Optional[str] = None
    reason: Optional[str] = None


@dataclass(frozen=True)
class Learning:
    """What each consumer has learned from a selection."""

    training_log: TrainingLogLearning = field(metadata={"json": "training-log"})
    memory: MemoryLearning
    persona: PersonaLearning


@dataclass(frozen=True)
class Interaction:
    interaction_id: str
    user_id: str
    #: ``open`` or ``selected``.
    status: str
    input_text: str
    media_type: str
    created_at: datetime
    model_id: str
    hypotheses: list[ShownHypothesis]
    none_confidence: float
    auto_advance: bool
    event_id: Optional[str]
    #: None before the selection, and for none of these.
    selected_id: Optional[str]
    selected_at: Optional[datetime]
    auto_advanced: Optional[bool]
    #: Whether every consumer has learned from the selection.
    learned: bool
    learning: Optional[Learning]
    multiple: bool = False
    selected_ids: Optional[list[str]] = None
    own_words: Optional[str] = None


@dataclass(frozen=True)
class Persona:
    """How the user likes to be answered."""

    #: ``concise``, ``step_by_step``, ``code_first`` and ``formal``, each from 0 to 1; 0.5 is neutral.
    facets: dict[str, float]
    interaction_count: int
    #: None while nothing has been learned of this user.
    updated_at: Optional[datetime]


@dataclass(frozen=True)
class MemorySource:
    interaction_id: str
    seen_at: datetime


@dataclass(frozen=True)
class Memory:
    memory_id: str
    #: ``goal``, ``preference`` or ``history``.
    type: str
    content: str
    confidence: float
    tags: list[str]
    #: ``active`` or ``superseded``.
    status: str
    #: Whether the user said so; learning never overrules it.
    corrected: bool
    #: How often it was learned.
    count: int
    first_seen: datetime
    last_seen: datetime
    sources: list[MemorySource]
    #: Of a preference: ``like`` or ``dislike``.
    polarity: Optional[str] = None
    #: To the query, from 0 to 1.
    relevance: Optional[float] = None


@dataclass(frozen=True)
class MemoryPage:
    memories: list[Memory]
    #: For the next page; None on the last one.
    next_cursor: Optional[str]


@dataclass(frozen=True)
class UserSettings:
    #: Nothing of this user goes into the training log any more.
    training_opt_out: bool


@dataclass(frozen=True)
class UserExport:
    user_id: str
    exported_at: datetime
    #: Rows of the user, by table.
    held: dict[str, list[Any]]
    #: Lines of the training log, by file; None unless asked for.
    training_log: Optional[dict[str, list[Any]]] = None


@dataclass(frozen=True)
class ErasedCounts:
    #: Rows of the database, by table.
    rows: dict[str, int]
    training_log_records: int
    #: Samples, by file.
    dataset_samples: dict[str, int]
    #: Models that had learned from the user; they are marked for retraining.
    models: list[str]


@dataclass(frozen=True)
class Erasure:
    """The receipt of an erasure."""

    erasure_id: str
    #: ``erasing`` or ``erased``.
    status: str
    requested_at: datetime
    done_at: Optional[datetime]
    #: Why it is not done yet; it is tried again.
    error: Optional[str]
    #: What was erased; None before it is done.
    erased: Optional[ErasedCounts]
