#!/usr/bin/env python3
"""Fine-tunes a chat model on the dataset beside this file.

Supervised fine-tuning with LoRA on hypotheses_chat.jsonl, then optionally DPO on hypotheses_preference.jsonl.
Goes on from the last checkpoint when it is started again. Leaves the adapters in <output>/adapter-* and, unless
--no-merge is given, the merged weights in <output>/merged, which `ollama create -f Modelfile` and `vllm serve` read.

    pip install -r requirements.txt
    python3 train_model.py --model Qwen/Qwen2.5-0.5B-Instruct --dpo
"""

import argparse
import gc
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


def load_model(args):
    """Model and tokenizer: by Unsloth where it is installed and there is a GPU, by transformers otherwise."""
    import torch

    try:
        if not torch.cuda.is_available():
            raise ImportError("Unsloth needs a GPU")
        from unsloth import FastLanguageModel
    except ImportError:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        dtype = torch.bfloat16 if torch.cuda.is_available() else torch.float32
        model = AutoModelForCausalLM.from_pretrained(args.model, dtype=dtype)
        return model, AutoTokenizer.from_pretrained(args.model), lora(args)
    model, tokenizer = FastLanguageModel.from_pretrained(args.model, max_seq_length=args.max_length)
    model = FastLanguageModel.get_peft_model(model, r=args.lora_rank, lora_alpha=2 * args.lora_rank)
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
    return dict(
        output_dir=str(directory),
        num_train_epochs=args.epochs,
        per_device_train_batch_size=args.batch_size,
        gradient_accumulation_steps=args.accumulate,
        max_length=args.max_length,
        eval_strategy="epoch" if evaluated else "no",
        save_strategy="epoch",
        save_total_limit=2,
        logging_steps=10,
        report_to="none",
        seed=args.seed,
    )


def last_checkpoint(directory):
    from transformers.trainer_utils import get_last_checkpoint

    return get_last_checkpoint(str(directory)) if directory.is_dir() else None


def supervised(args, model, tokenizer, peft_config):
    from trl import SFTConfig, SFTTrainer

    names = ["hypotheses_chat"] + (["persona_chat"] if args.persona else [])
    train, held_out = load(args.data, names, "train"), load(args.data, names, "validation")
    if train is None:
        raise SystemExit(f"{args.data} has no samples to train on.")
    directory = args.output / "sft"
    config = SFTConfig(
        learning_rate=args.learning_rate,
        assistant_only_loss=False,
        **common(args, directory, held_out is not None),
    )
    trainer = SFTTrainer(
        model=model,
        args=config,
        train_dataset=train,
        eval_dataset=held_out,
        processing_class=tokenizer,
        peft_config=peft_config,
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(directory))
    return trainer.model


def preferred(args, model, tokenizer):
    from trl import DPOConfig, DPOTrainer

    columns = ["prompt", "chosen", "rejected"]
    train = load(args.data, ["hypotheses_preference"], "train")
    held_out = load(args.data, ["hypotheses_preference"], "validation")
    if train is None:
        print("There are no preferences to learn from; DPO is left out.")
        return model
    directory = args.output / "dpo"
    config = DPOConfig(
        beta=args.dpo_beta,
        learning_rate=args.learning_rate / 20,
        **common(args, directory, held_out is not None),
    )
    trainer = DPOTrainer(
        model=model,
        args=config,
        train_dataset=train.select_columns(columns),
        eval_dataset=held_out.select_columns(columns) if held_out is not None else None,
        processing_class=tokenizer,
        peft_config=lora(args),
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(directory))
    return trainer.model


def save_adapter(args, model, tokenizer, stage):
    """The adapter of a stage; that of DPO belongs on top of the one of SFT."""
    directory = str(args.output / f"adapter-{stage}")
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)


def main():
    args = arguments()
    args.output.mkdir(parents=True, exist_ok=True)
    model, tokenizer, peft_config = load_model(args)
    model = supervised(args, model, tokenizer, peft_config)
    save_adapter(args, model, tokenizer, "sft")
    gc.collect()
    if args.dpo:
        # DPO starts from the merged weights, so that these, and not the untuned ones, are its reference.
        model = preferred(args, model.merge_and_unload(), tokenizer)
        save_adapter(args, model, tokenizer, "dpo")
    if not args.no_merge:
        merged = model.merge_and_unload() if hasattr(model, "merge_and_unload") else model
        merged.save_pretrained(str(args.output / "merged"))
        tokenizer.save_pretrained(str(args.output / "merged"))
    print(f"Done: {args.output}")


if __name__ == "__main__":
    main()
