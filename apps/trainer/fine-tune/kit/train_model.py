#!/usr/bin/env python3
"""Fine-tunes a chat model on the dataset beside this file.

Supervised fine-tuning with LoRA on hypotheses_chat.jsonl, then optionally DPO on hypotheses_preference.jsonl.
Goes on from the last checkpoint when it is started again, with the same arguments. Leaves the adapters in
<output>/adapter-* and, unless --no-merge is given, the merged weights in <output>/merged, which
`ollama create -f Modelfile` and `vllm serve` read.

    pip install -r requirements.txt
    python3 train_model.py --model Qwen/Qwen2.5-0.5B-Instruct --dpo
"""

import argparse
import gc
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="Qwen/Qwen2.5-0.5B-Instruct", help="name or path of the chat model")
    parser.add_argument("--data", type=Path, default=HERE, help="directory of the dataset")
    parser.add_argument("--output", type=Path, default=HERE / "model", help="where the result goes")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--batch-size", type=int, default=4, help="samples per device and step")
    parser.add_argument("--accumulate", type=int, default=4, help="steps whose gradients are added up")
    parser.add_argument("--learning-rate", type=float, default=2e-4)
    parser.add_argument("--max-length", type=int, default=1024, help="tokens of a sample at most")
    parser.add_argument("--save-steps", type=int, default=200, help="optimizer steps between checkpoints")
    parser.add_argument("--lora-rank", type=int, default=16)
    parser.add_argument("--dpo", action="store_true", help="prefer what was picked to what was shown beside it")
    parser.add_argument("--dpo-beta", type=float, default=0.1)
    parser.add_argument("--persona", action="store_true", help="train on persona_chat.jsonl as well")
    parser.add_argument("--no-merge", action="store_true", help="save the adapter only")
    parser.add_argument("--seed", type=int, default=42)
    return parser.parse_args()


def load(data, names, split):
    """The samples of these files, or None where there are none."""
    from datasets import concatenate_datasets, load_dataset

    suffix = "" if split == "train" else f".{split}"
    paths = [data / f"{name}{suffix}.jsonl" for name in names]
    parts = [
        load_dataset("json", data_files=str(path), split="train")
        for path in paths
        if path.exists() and path.stat().st_size > 0
    ]
    return concatenate_datasets(parts) if parts else None


def answered(sample):
    """The chat as prompt and completion: only the answer is learned, not the request that it answers."""
    return {"prompt": sample["messages"][:-1], "completion": sample["messages"][-1:]}


def load_chats(data, names, split):
    chats = load(data, names, split)
    return None if chats is None else chats.map(answered, remove_columns=chats.column_names)


def load_preferences(data, split):
    pairs = load(data, ["hypotheses_preference"], split)
    return None if pairs is None else pairs.select_columns(["prompt", "chosen", "rejected"])


def precision():
    """The names of the widest numbers that this machine trains with quickly: for the model, and for the trainer."""
    import torch

    if not torch.cuda.is_available():
        return torch.float32, dict(bf16=False, fp16=False)
    if torch.cuda.is_bf16_supported():
        return torch.bfloat16, dict(bf16=True, fp16=False)
    return torch.float16, dict(bf16=False, fp16=True)


def unsloth_model():
    """Unsloth's loader where it is installed and there is a GPU, else None. It must come before trl and transformers."""
    import torch

    if not torch.cuda.is_available():
        return None
    try:
        from unsloth import FastLanguageModel
    except ImportError:
        return None
    return FastLanguageModel


def load_model(args, name):
    """Model, tokenizer, and what the trainer is to add to the model: nothing where Unsloth has done so."""
    fast = unsloth_model()
    dtype, _ = precision()
    if fast is None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model = AutoModelForCausalLM.from_pretrained(name, dtype=dtype)
        return model, AutoTokenizer.from_pretrained(name), lora(args)
    # In full precision: weights that were loaded in 4 bits cannot be merged without loss.
    model, tokenizer = fast.from_pretrained(name, max_seq_length=args.max_length, dtype=dtype, load_in_4bit=False)
    model = fast.get_peft_model(
        model, r=args.lora_rank, lora_alpha=2 * args.lora_rank, lora_dropout=0, random_state=args.seed
    )
    return model, tokenizer, None


def lora(args):
    from peft import LoraConfig

    return LoraConfig(
        r=args.lora_rank,
        lora_alpha=2 * args.lora_rank,
        lora_dropout=0.05,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def common(args, directory, evaluated):
    _, numbers = precision()
    return dict(
        output_dir=str(directory),
        num_train_epochs=args.epochs,
        per_device_train_batch_size=args.batch_size,
        per_device_eval_batch_size=args.batch_size,
        gradient_accumulation_steps=args.accumulate,
        max_length=args.max_length,
        eval_strategy="epoch" if evaluated else "no",
        save_strategy="steps",
        save_steps=args.save_steps,
        save_total_limit=2,
        logging_steps=10,
        report_to="none",
        seed=args.seed,
        **numbers,
    )


def last_checkpoint(directory):
    from transformers.trainer_utils import get_last_checkpoint

    return get_last_checkpoint(str(directory)) if directory.is_dir() else None


def run(trainer, directory):
    trainer.train(resume_from_checkpoint=last_checkpoint(directory))
    return trainer.model


def supervised(args):
    """Learns what was picked; returns model and tokenizer."""
    names = ["hypotheses_chat"] + (["persona_chat"] if args.persona else [])
    train, held_out = load_chats(args.data, names, "train"), load_chats(args.data, names, "validation")
    if train is None:
        raise SystemExit(f"{args.data} has no samples to train on; --data names a directory datasets/<version>.")
    model, tokenizer, peft_config = load_model(args, args.model)
    from trl import SFTConfig, SFTTrainer

    directory = args.output / "sft"
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            learning_rate=args.learning_rate,
            completion_only_loss=True,
            **common(args, directory, held_out is not None),
        ),
        train_dataset=train,
        eval_dataset=held_out,
        processing_class=tokenizer,
        peft_config=peft_config,
    )
    return run(trainer, directory), tokenizer


def preferred(args, tuned):
    """Prefers what was picked to what was shown beside it, from the weights in `tuned` on: they are its reference."""
    train, held_out = load_preferences(args.data, "train"), load_preferences(args.data, "validation")
    if train is None:
        return None
    model, tokenizer, peft_config = load_model(args, str(tuned))
    from trl import DPOConfig, DPOTrainer

    directory = args.output / "dpo"
    trainer = DPOTrainer(
        model=model,
        args=DPOConfig(
            beta=args.dpo_beta,
            learning_rate=args.learning_rate / 20,
            **common(args, directory, held_out is not None),
        ),
        train_dataset=train,
        eval_dataset=held_out,
        processing_class=tokenizer,
        peft_config=peft_config,
    )
    return run(trainer, directory), tokenizer


def save(model, tokenizer, directory):
    """Saves whole or not at all, so that who starts again may trust what is there."""
    unfinished = directory.with_name(f"{directory.name}.part")
    model.save_pretrained(str(unfinished))
    tokenizer.save_pretrained(str(unfinished))
    shutil.rmtree(directory, ignore_errors=True)
    unfinished.rename(directory)


def main():
    args = arguments()
    args.output.mkdir(parents=True, exist_ok=True)
    tuned = args.output / "merged-sft"
    if not (args.dpo and tuned.is_dir()):
        model, tokenizer = supervised(args)
        save(model, tokenizer, args.output / "adapter-sft")
        if args.dpo or not args.no_merge:
            save(model.merge_and_unload(), tokenizer, tuned if args.dpo else args.output / "merged")
        del model
        gc.collect()
    if args.dpo:
        result = preferred(args, tuned)
        if result is None:
            print("There are no preferences to learn from; DPO is left out.")
            tuned.rename(args.output / "merged")
        else:
            model, tokenizer = result
            save(model, tokenizer, args.output / "adapter-dpo")
            if not args.no_merge:
                save(model.merge_and_unload(), tokenizer, args.output / "merged")
    print(f"Done: {args.output}")


if __name__ == "__main__":
    main()
