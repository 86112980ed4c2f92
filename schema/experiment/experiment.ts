import { z } from 'zod'

/** A change of the page, applied by the script without HTML: text and attributes cannot carry a script. */
export const pageChange = z.discriminatedUnion('action', [
  z.object({ action: z.literal('text'), selector: z.string().min(1).max(300), value: z.string().max(2_000) }),
  z.object({
    action: z.literal('attribute'),
    selector: z.string().min(1).max(300),
    /** Never an event handler, `srcdoc` or `style`: those would run or load what the owner did not write. */
    name: z
      .string()
      .regex(
        /^(class|title|alt|placeholder|href|src|aria-label|data-[a-z-]+)$/,
        'this attribute cannot be changed',
      ),
    value: z
      .string()
      .max(2_000)
      // Browsers leave tabs, line ends and other controls out of an address before they read its scheme.
      .refine(
        (text) => !/^(javascript|data|vbscript):/i.test(text.replace(/[\s\p{Cc}]/gu, '')),
        'not an address',
      ),
  }),
  z.object({ action: z.literal('hide'), selector: z.string().min(1).max(300) }),
])
export type PageChange = z.infer<typeof pageChange>

export const experimentStatuses = ['draft', 'running', 'paused', 'stopped', 'archived'] as const
export const experimentStatus = z.enum(experimentStatuses)
export type ExperimentStatus = z.infer<typeof experimentStatus>

/** A variant: the first is the control, without address or changes. Weights are shares that add up to 1. */
export const variant = z.object({
  id: z.string().regex(/^[a-z0-9]{1,12}$/),
  name: z.string().trim().min(1).max(80),
  weight: z.number().positive().max(1),
  /** Of a redirect test: an address on the site; null for the control. */
  url: z.string().max(2_000).nullable().default(null),
  /** Of a page-change test. */
  changes: z.array(pageChange).max(50).default([]),
})
export type Variant = z.infer<typeof variant>

/**
 * What the collector needs to serve a test: stored whole as JSON in `experiments.serving`, so that collector and
 * dashboard agree by this schema. `page` is the pathname on which the test runs; `coverage` the share of traffic that
 * enters. A change of variants, weights, coverage, page or kind starts a new `phase` with data of its own.
 */
export const experimentServing = z.object({
  kind: z.enum(['redirect', 'page']),
  page: z
    .string()
    .regex(/^\/\S*$/, 'a path such as /pricing')
    .max(500),
  coverage: z.number().positive().max(1),
  variants: z.array(variant).min(2).max(10),
})
export type ExperimentServing = z.infer<typeof experimentServing>

/** The name of the event that records an exposure; `props` are those of `exposureProps`. It is never interactive. */
export const exposureEventName = 'exposure'

/** The props of an exposure event: experiment id and phase as decimal text, variant id. */
export const exposureProps = z.object({
  experiment: z.string().regex(/^\d{1,10}$/),
  phase: z.string().regex(/^\d{1,6}$/),
  variant: z.string().regex(/^[a-z0-9]{1,12}$/),
})
