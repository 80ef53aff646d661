import { regionCodes, regions, userIdOf, type Region, type UserId } from '../../domain/ids.ts';
import type { User } from '../../platform/ports/users.ts';

export const defaultUsers = 500;

const firstNames = [
  'Ada',
  'Ben',
  'Chloe',
  'Daniel',
  'Elif',
  'Farid',
  'Grace',
  'Hugo',
  'Ines',
  'Jun',
  'Kofi',
  'Lena',
  'Mina',
];
const lastNames = [
  'Abel',
  'Brandt',
  'Chen',
  'Diaz',
  'Evans',
  'Fischer',
  'Garcia',
  'Haas',
  'Ito',
  'Jensen',
  'Khan',
];

/** Where the customers of a region live. */
const homes: Readonly<Record<Region, { readonly country: string; readonly postalCodes: readonly string[] }>> =
  {
    'us-east': { country: 'US', postalCodes: ['10001', '02108', '19103', '33130'] },
    'us-west': { country: 'US', postalCodes: ['94105', '98101', '90012', '97204'] },
    'eu-central': { country: 'DE', postalCodes: ['10115', '20095', '60311', '80331'] },
    'ap-southeast': { country: 'SG', postalCodes: ['018956', '048624', '238859', '569933'] },
  };

/** The customers of a region. @throws RangeError for a region that does not exist. */
export function usersOf(region: string, count = defaultUsers): readonly User[] {
  const home = regions.find((name) => name === region);
  if (!home) throw new RangeError(`there is no region ${region}: ${regions.join(', ')}`);
  const { country, postalCodes } = homes[home];
  return Array.from({ length: count }, (_, index) => ({
    userId: idOf(home, index + 1),
    email: `user${index + 1}.${regionCodes[home]}@example.com`,
    name: `${firstNames[index % firstNames.length]} ${lastNames[index % lastNames.length]}`,
    country,
    postalCode: postalCodes[index % postalCodes.length]!,
    createdAt: new Date(Date.UTC(2026, 0, 1 + (index % 28), index % 24)),
  }));
}

const idOf = (home: Region, number: number): UserId => userIdOf(home, `seed-user-${number}`);
