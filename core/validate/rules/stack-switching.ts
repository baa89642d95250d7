/** Stack switching ("Instructions" in its explainer). */
import type { Handler, Immediates } from "../../ops/immediates.ts";
import { areSubtypes, exactRef, isFuncSubtype } from "../../types/subtype.ts";
import { type FuncType, indexOf, isAbstract, isRef, refDefined, type ValType } from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { contAt, funcOfCont, idAt, tagAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { typeNames } from "../body/type-names.ts";
import { exceptionTag, popException } from "./exceptions.ts";

const nullableCont = (body: Body, index: number): ValType => refDefined(idAt(body, index), true);

/** The function type of the continuation that a reference is to. */
function referredCont(body: Body, reference: ValType | undefined): FuncType | undefined {
  if (reference === undefined || !isRef(reference) || isAbstract(reference)) return undefined;
  const { composite } = body.types.type(indexOf(reference));
  return composite.kind === "cont" ? funcOfCont(body, composite) : undefined;
}

function mismatch(body: Body, where: string, wanted: readonly ValType[], found: readonly ValType[]): never {
  const names = typeNames(body.module, wanted);
  return body.fail(
    "type-mismatch",
    `type mismatch in ${where}: requires ${names} but has ${typeNames(body.module, found)}`,
    names,
  );
}

function newCont(body: Body, index: number): void {
  contAt(body, index);
  const { composite } = body.types.type(idAt(body, index));
  if (composite.kind === "cont") body.pop(refDefined(composite.func, true));
  body.push(exactRef(idAt(body, index)));
}

/** `cont.bind`: the first parameters are taken; the rest is the new continuation's type. */
function bind(body: Body, { index, index2 }: Immediates): void {
  const from = contAt(body, index);
  const to = contAt(body, index2);
  const bound = from.params.length - to.params.length;
  if (bound < 0) mismatch(body, "continuation arguments", to.params, from.params);
  if (!isFuncSubtype(body.types, from.params.slice(bound), from.results, to.params, to.results)) {
    body.fail(
      "type-mismatch",
      `type mismatch in continuation types: type ${index} without its first ${bound} parameters is not type ${index2}`,
    );
  }
  body.pop(nullableCont(body, index));
  body.popAll(from.params.slice(0, bound));
  body.push(exactRef(idAt(body, index2)));
}

/** Checks the handlers of a resumed continuation that returns `results`. */
function checkHandlers(body: Body, handlers: readonly Handler[], results: readonly ValType[]): void {
  for (const { tag, label } of handlers) {
    const type = tagAt(body, tag);
    if (label === undefined) checkSwitchHandler(body, type, results);
    else checkLabelHandler(body, type, label, results);
  }
}

/** `(on $tag switch)`: the tag has no parameters and the results of the resumed continuation. */
function checkSwitchHandler(body: Body, tag: FuncType, results: readonly ValType[]): void {
  if (tag.params.length > 0) mismatch(body, "switch tag", [], tag.params);
  if (!areSubtypes(body.types, tag.results, results) || !areSubtypes(body.types, results, tag.results)) {
    mismatch(body, "switch tag", results, tag.results);
  }
}

/**
 * `(on $tag $label)`: the label takes the tag's parameters and a continuation from the tag's results to the resumed
 * one's.
 */
function checkLabelHandler(body: Body, tag: FuncType, label: number, results: readonly ValType[]): void {
  const types = body.label(label).labelTypes;
  const last = types[types.length - 1];
  if (last === undefined || !isRef(last) || isAbstract(last)) {
    const found = typeNames(body.module, types);
    body.fail(
      "type-mismatch",
      `type mismatch: instruction requires concrete continuation reference type but label has ${found}`,
    );
  }
  const cont = referredCont(body, last);
  if (cont === undefined)
    body.fail(
      "non-continuation-type",
      `non-continuation type ${body.module.canonical.indexOf(indexOf(last))}`,
      "a continuation type",
    );
  if (!isFuncSubtype(body.types, tag.results, results, cont.params, cont.results)) {
    body.fail(
      "type-mismatch",
      "type mismatch in continuation type of a handler's label",
      typeNames(body.module, tag.results),
    );
  }
  const params = types.slice(0, -1);
  if (!areSubtypes(body.types, tag.params, params)) mismatch(body, "a handler's label", tag.params, params);
}

/** `switch`: `$ct1`'s last parameter is the continuation that the current one becomes. */
function switchTo(body: Body, { index, index2 }: Immediates): void {
  const target = contAt(body, index);
  const next = referredCont(body, target.params[target.params.length - 1]);
  if (next === undefined) {
    const found = typeNames(body.module, target.params);
    body.fail(
      "type-mismatch",
      `type mismatch: instruction requires continuation reference type but the type annotation has ${found}`,
    );
  }
  const tag = tagAt(body, index2);
  if (tag.params.length > 0) mismatch(body, "switch tag", [], tag.params);
  if (!areSubtypes(body.types, target.results, tag.results))
    mismatch(body, "continuation types", tag.results, target.results);
  if (!areSubtypes(body.types, tag.results, next.results))
    mismatch(body, "continuation types", next.results, tag.results);
  body.pop(nullableCont(body, index));
  body.popAll(target.params.slice(0, -1));
  body.pushAll(next.params);
}

export const stackSwitchingRules: Rules<
  "cont.new" | "cont.bind" | "suspend" | "resume" | "resume_throw" | "resume_throw_ref" | "switch"
> = {
  "cont.new": (body, { index }) => newCont(body, index),
  "cont.bind": bind,
  suspend: (body, { index }) => {
    const { params, results } = tagAt(body, index);
    body.popAll(params);
    body.pushAll(results);
  },
  resume: (body, { index, handlers }) => {
    const { params, results } = contAt(body, index);
    checkHandlers(body, handlers, results);
    body.pop(nullableCont(body, index));
    body.popAll(params);
    body.pushAll(results);
  },
  resume_throw: (body, { index, index2, handlers }) => {
    const { results } = contAt(body, index);
    const thrown = exceptionTag(body, index2);
    checkHandlers(body, handlers, results);
    body.pop(nullableCont(body, index));
    body.popAll(thrown);
    body.pushAll(results);
  },
  resume_throw_ref: (body, { index, handlers }) => {
    const { results } = contAt(body, index);
    checkHandlers(body, handlers, results);
    body.pop(nullableCont(body, index));
    popException(body);
    body.pushAll(results);
  },
  switch: switchTo,
};
