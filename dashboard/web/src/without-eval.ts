import { z } from 'zod'

// Imported before any schema is made: zod compiles object schemas with `new Function`, which the content security
// policy forbids, and a browser reports the mere try.
z.config({ jitless: true })
