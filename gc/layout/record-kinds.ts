/**
 * Kinds of type records: the word at TYPE_KIND says what the objects are whose header leads to the record. Each is one
 * more than the one before it, so that no two are the same; kind-names.ts has their names. Compiled into the heap
 * runtime too: nothing but constants.
 *
 * Of types that modules define:
 */
export const KIND_STRUCT = 0;
export const KIND_ARRAY = KIND_STRUCT + 1;
/** Functions are no objects: such a record describes the exceptions whose tag has the type (exception-layout.ts). */
export const KIND_FUNC = KIND_ARRAY + 1;
export const KIND_CONT = KIND_FUNC + 1;

/*
 * Of no such type, and so neither struct nor array to modules: values of JS (js-value-layout.ts), wait queues
 * (wait-queue-layout.ts).
 */
export const KIND_HOST = KIND_CONT + 1;
export const KIND_WAIT_QUEUE = KIND_HOST + 1;
export const KIND_THREAD_BOUND = KIND_WAIT_QUEUE + 1;
export const KIND_STRING = KIND_THREAD_BOUND + 1;
export const KIND_NUMBER = KIND_STRING + 1;

/** The word at TYPE_ID where no module has the type. */
export const NO_TYPE = 0x7fffffff;
