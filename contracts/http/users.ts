import { z } from 'zod';
import { userId } from '../event-parts.ts';
import { country, postalCode } from './parts.ts';

const address = { country, postalCode };

export const signUpRequest = z.strictObject({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(100),
  ...address,
});

export const userResource = z.object({
  userId,
  email: z.string(),
  name: z.string(),
  ...address,
  createdAt: z.iso.datetime(),
});
