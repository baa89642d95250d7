/** The error of what is valid, but cannot be run. */
import { CompileError } from "../../core/base/errors.ts";
import type { Module } from "../../core/types/module.ts";

/** Raises the error of something that is valid but that lowering does not support. */
export function notLowered({ sourceMap }: Module, what: string, offset: number): never {
  throw new CompileError(`${what} cannot be lowered yet`, {
    code: "not-lowered",
    offset,
    position: sourceMap?.positionOf(offset),
  });
}
