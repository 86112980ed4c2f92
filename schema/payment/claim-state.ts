import { z } from 'zod'

/** What became of a claim. The README's table says what each means and what comes next. */
export const claimStates = [
  'paid',
  'pending',
  'unpaid',
  'expired',
  'not_found',
  'wrong_mode',
  'rejected',
  'key_rejected',
  'retrying',
] as const

export const claimState = z.enum(claimStates)
export type ClaimState = z.infer<typeof claimState>

/** How sure an attribution is, strongest first. */
export const confidences = ['exact', 'same_visit', 'same_visitor', 'unattributed'] as const
export const confidence = z.enum(confidences)
export type Confidence = z.infer<typeof confidence>
