import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contractionsOf } from './expand-only.ts';

const folder = 'adapters/postgres/migrations';
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));

it.each(files)('%s lets the release before run on', (file) => {
  expect(contractionsOf(readFileSync(`${folder}/${file}`, 'utf8'))).toEqual([]);
});

it.each([
  ['alter table orders.sagas drop column deadline_at;', 'takes away drop column'],
  ['drop  table a.b', 'takes away drop table'],
  ['alter table a.b rename column c to d', 'renames'],
  ['alter table a.b alter column c type bigint', 'changes the type of a column'],
  ['ALTER TABLE a.b ALTER COLUMN c SET NOT NULL', 'asks for a value that was optional'],
  ['alter table a.b add constraint c check (d > 0)', 'adds a constraint, which old writes may break'],
  ['alter table a.b add column c int not null', 'adds a column that must be given'],
])('%s is found', (statement, what) => {
  expect(contractionsOf(`-- Up Migration\n${statement}\n`)).toEqual([what]);
});

it('lets through what only adds, the way down, and what gives a reason', () => {
  const adds = `-- Up Migration: no drop table here
    create table a.b (c int not null, primary key (c));
    alter table a.b add column d int not null default 0, add column e text;
    alter table a.b alter column c drop not null;
    drop index a.old;
    -- Down Migration
    drop table a.b;`;
  expect(contractionsOf(adds)).toEqual([]);
  const gone = '-- Up Migration\n-- Contract: no release since 1.4 reads it.\nalter table a.b drop column c;';
  expect(contractionsOf(gone)).toEqual([]);
});
