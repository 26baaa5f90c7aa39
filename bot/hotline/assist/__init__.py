"""Machine help for staff: a first reading of words and recordings, off unless models are installed.

Parts:

    models          the folder of models and its manifest
    assistant       asks a model, in a process of its own
    assist_worker   that process: a script, never imported by the bot
    machine_texts   what a model made, sealed to its case with where it comes from

Rules, and what holds them:

- **Off by default.** Without `HAVEN_ASSIST_MODELS` nothing is offered. The libraries are never
  imported by the bot, only by the worker.
- **Toward staff only.** No machine text is sent to a person, and none stands in a referral, a draft
  of a paper or evidence: it lies in a table of its own, which only the page of a case reads. A
  caseworker who wants to use it writes it themselves.
- **Labelled "machine, not checked", below the original**, with the model's name and digest.
- **On a click only**, at the desk, where the key of the case is.
- **The worker has no network and no keys.** It gets no environment; before it reads a word it gives
  up every file and socket, and proves that it cannot open one. Memory and time are limited. A model
  whose files differ from the manifest is not loaded.
- **What a model writes is text.** It is escaped like words of a person; nothing follows from it.
"""
